"""A person's own dates at an address only they know."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from model_bakery import baker

from elections.calendar_addresses import make_anew
from elections.invitations import revoke_agent
from elections.models import Agent, CalendarAddress, Candidate, User
from tests.canaries import canaries_in, seed_items, seed_people
from tests.conftest import NOON, PortalClient, give_status

NEW, MY_PAGE = reverse("new-calendar-address"), reverse("my-page")


def _address(user: User) -> str:
    return reverse("my-calendar", args=[make_anew(user, at=NOON).key])


def _titles(content: bytes) -> set[str]:
    return {str(entry["summary"]) for entry in Calendar.from_ical(content).walk("VEVENT")}


@pytest.fixture
def seeded(election, other_election, editor, release_now) -> None:
    """Of everything one for the public, for candidates, for those elsewhere, and a draft."""
    release_now(*seed_items(election, "public", "public"))
    release_now(*seed_items(election, "candidates", "candidates"))
    release_now(*seed_items(other_election, "elsewhere", "candidates"))
    seed_items(election, "draft", "public")
    seed_people(election, editor)
    election.key_dates.create(title="Briefing opens", date=dt.date(2021, 4, 12))
    other_election.key_dates.create(title="Much later", date=dt.date(2024, 4, 12))


def test_calendar_holds_the_dates_its_owner_may_know_and_nothing_else(
    client, candidate, agent, seeded
):
    for user in (candidate, agent):
        response = client.get(_address(user))

        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert _titles(response.content) == {
            "canary-public-event-title",
            "Postponed: canary-public-event-title",
            "canary-candidates-event-title",
            "Postponed: canary-candidates-event-title",
            "Briefing opens (expected)",
        }
        told = response.content.decode().replace("\r\n ", "")
        assert {canary.split("-")[1] for canary in canaries_in(told)} == {"public", "candidates"}
        for private in ("Surname", user.email, "Adam Agent", "how-to-join", "recording"):
            assert private not in told


def test_calendar_holds_every_election_its_owner_has_access_in(
    client, candidate, other_election, seeded
):
    fields = {"user": candidate, "surname": "Again", "other_names": "Alex"}
    give_status(baker.make(Candidate, election=other_election, **fields), "declared")

    titles = _titles(client.get(_address(candidate)).content)

    assert {"canary-elsewhere-event-title", "Much later (expected)"} < titles
    assert len(titles) == 8


def test_reading_is_private_changes_nothing_and_stays_the_same(client, candidate, seeded):
    address = _address(candidate)
    before = CalendarAddress.objects.values().get()

    answers = [getattr(client, method)(address) for method in ("get", "head", "get")]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0]["Cache-Control"] == "private, no-cache"
    assert answers[0]["X-Robots-Tag"] == "noindex"
    assert answers[0].content == answers[2].content
    assert not answers[0].cookies
    assert CalendarAddress.objects.values().get() == before
    assert client.post(address).status_code == 405


def test_new_address_ends_the_old_one(client, candidate):
    client.force_login(candidate)
    assert "Make my calendar address" in client.get(MY_PAGE).content.decode()
    client.post(NEW)
    first = CalendarAddress.objects.get().key

    page = client.post(NEW, follow=True)

    assert page.redirect_chain == [(f"{MY_PAGE}#calendar", 302)]
    second = CalendarAddress.objects.get().key
    content = page.content.decode()
    assert f"http://testserver/my-page/calendar/{second}.ics" in content
    assert first not in content
    assert "Make a new calendar address" in content
    statuses = [
        PortalClient().get(reverse("my-calendar", args=[key])).status_code
        for key in (first, second, "x" * 2000)
    ]
    assert statuses == [404, 200, 404]


def test_address_is_asked_for_by_post_and_by_those_who_have_dates(
    client, candidate, withdrawn_candidate, editor
):
    assert client.post(NEW).url.startswith("/account/login/")
    client.force_login(candidate)
    assert client.get(NEW).status_code == 405
    for user in (withdrawn_candidate, editor):
        client.force_login(user)
        assert client.post(NEW).status_code == 404
    assert not CalendarAddress.objects.exists()


def test_each_person_has_an_address_of_their_own(candidate, agent):
    keys = {make_anew(user, at=NOON).key for user in (candidate, agent, agent)}

    assert len(keys) == 3
    assert all(len(key) == 32 for key in keys)
    assert CalendarAddress.objects.count() == 2


def test_address_ends_with_the_access_of_its_owner(client, candidate, agent):
    theirs, agents = _address(candidate), _address(agent)

    revoke_agent(Agent.objects.get(), by=candidate, at=timezone.now())
    assert (client.get(theirs).status_code, client.get(agents).status_code) == (200, 404)

    give_status(candidate.candidacies.get(), "withdrawn", on=dt.date(2021, 3, 1))
    assert client.get(theirs).status_code == 404


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": True}])
def test_address_ends_when_its_owner_may_not_sign_in_or_joins_the_staff(client, candidate, change):
    theirs = _address(candidate)

    User.objects.filter(pk=candidate.pk).update(**change)

    assert client.get(theirs).status_code == 404
