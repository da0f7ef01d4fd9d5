import pytest
from django.contrib.auth.models import Permission
from django.utils.html import strip_tags

from elections.impartiality import declare
from elections.models import StandingRequest, User
from tests.conftest import NOON

LIST = "/admin/elections/standingrequest/"


@pytest.fixture
def asked(election) -> StandingRequest:
    return StandingRequest.objects.create(
        election=election,
        name="Amara Ellison",
        email="amara@example.org",
        message="I announced it.",
        asked_at=NOON,
    )


@pytest.fixture
def staff(client, editor):
    client.force_login(editor)
    return client


def _text(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def test_request_is_read_and_leads_to_the_decision(staff, asked):
    response = staff.get(f"{LIST}{asked.pk}/change/")

    assert "I announced it." in _text(response)
    html = response.content.decode()
    assert f'href="/admin/elections/candidate/add/?standing_request={asked.pk}"' in html
    assert f'href="{LIST}{asked.pk}/decline/"' in html


def test_request_is_declined_with_a_reason(staff, asked, editor):
    decline = f"{LIST}{asked.pk}/decline/"
    assert "Decline the request of Amara Ellison" in _text(staff.get(decline))
    assert "Say why, for the office’s record." in _text(staff.post(decline, {"reason": " "}))

    staff.post(decline, {"reason": "Lives in another police area"})

    asked.refresh_from_db()
    assert (asked.outcome, asked.reason) == ("declined", "Lives in another police area")
    assert asked.decided_by == editor
    assert staff.get(decline).status_code == 404
    page = staff.get(f"{LIST}{asked.pk}/change/").content.decode()
    assert "decline/" not in page
    assert "Lives in another police area" in page


def test_request_says_who_is_known_already(staff, asked, candidate):
    assert "No candidate" in _text(staff.get(f"{LIST}{asked.pk}/change/"))
    StandingRequest.objects.update(email="CANDIDATE@example.org")

    assert "Candidate Surname, Election 2021" in _text(staff.get(f"{LIST}{asked.pk}/change/"))


@pytest.mark.parametrize(("decision", "count"), [("none", 1), ("declined", 1), ("", 2)])
def test_requests_are_filtered_by_decision(staff, asked, election, decision, count):
    StandingRequest.objects.create(
        election=election,
        name="B",
        email="b@example.org",
        asked_at=NOON,
        decided_at=NOON,
        outcome="declined",
        reason="No",
    )

    response = staff.get(f"{LIST}?decision={decision}")

    assert response.context["cl"].queryset.count() == count


def test_staff_without_the_right_only_read(client, asked):
    looker = User.objects.create_user("looker@example.org", "Lou", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    declare(looker, at=NOON)
    client.force_login(looker)

    assert "decline/" not in client.get(f"{LIST}{asked.pk}/change/").content.decode()
    assert client.post(f"{LIST}{asked.pk}/decline/", {"reason": "x"}).status_code == 403
    asked.refresh_from_db()
    assert asked.decided_at is None
