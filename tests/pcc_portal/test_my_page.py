import datetime as dt
import json
import re

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from model_bakery import baker

from briefings.models import Document, Newsletter
from elections.models import Agent, Candidate, Election, KeyDate, User
from elections.sign_in import SIGNED_IN_BEFORE
from tests.conftest import NOON, give_status
from workshops.models import Event, Slot

MY_PAGE, OWN_DATA = reverse("my-page"), reverse("own-data")
DAY = dt.timedelta(days=1)


def _text(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def _listed(response) -> list[str]:
    return [known.item.title for known in response.context["news"]]


def _newsletter(election, title, **fields) -> Newsletter:
    return baker.make(
        Newsletter, election=election, title=title, slug=title.lower().replace(" ", "-"), **fields
    )


def _document(election, title, **fields) -> Document:
    return baker.make(
        Document,
        election=election,
        title=title,
        slug=title.lower().replace(" ", "-"),
        url="https://example.org/paper",
        **fields,
    )


def _also_stands(election, user: User, status: str) -> None:
    fields = {"election": election, "user": user, "surname": "Again", "other_names": "Alex"}
    give_status(baker.make(Candidate, **fields), status)


def _sign_in(client, email: str):
    client.post(reverse("account_request_login_code"), {"email": email})
    code = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)
    return client.post(reverse("account_confirm_login_code"), {"code": code})


def _arrive(client, user: User, before: dt.datetime | None = None) -> None:
    """Signed in, and signed in once before at the moment ``before``."""
    client.force_login(user)
    session = client.session
    session[SIGNED_IN_BEFORE] = before.isoformat() if before else ""
    session.save()


# --- who gets what ------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [MY_PAGE, OWN_DATA])
def test_visitors_are_asked_to_sign_in(client, db, address):
    response = client.get(address)

    assert response.url == f"/account/login/?next={address}"


def test_staff_are_led_to_the_staff_pages(client, editor):
    client.force_login(editor)

    assert client.get(MY_PAGE).url == reverse("admin:index")


def test_staff_need_the_second_factor_for_their_data(client, editor):
    client.force_login_without_second_factor(editor)

    assert client.get(OWN_DATA).url.startswith("/account/second-factor/")


@pytest.mark.parametrize("address", [MY_PAGE, OWN_DATA])
def test_page_and_file_are_only_read_and_never_kept(client, candidate, address):
    client.force_login(candidate)

    assert client.post(address).status_code == 405
    assert "no-store" in client.get(address)["Cache-Control"]


@pytest.mark.parametrize("who", ["candidate", "agent"])
def test_sign_in_leads_to_my_page(client, request, who):
    user = request.getfixturevalue(who)

    assert _sign_in(client, user.email).url == MY_PAGE
    assert f'href="{MY_PAGE}">{user.name}</a>' in client.get("/").content.decode()


def test_sign_in_leads_staff_to_the_staff_pages(client, editor):
    _sign_in(client, editor.email)
    client.force_login(editor)

    response = client.get(reverse("account_request_login_code"))

    assert response.url == reverse("admin:index")


# --- what is new --------------------------------------------------------------------------------


def test_sign_in_remembers_the_one_before_it(client, candidate):
    with time_machine.travel(NOON, tick=False):
        _sign_in(client, candidate.email)
        assert client.session[SIGNED_IN_BEFORE] == ""
        client.logout()
    with time_machine.travel(NOON + DAY, tick=False):
        _sign_in(client, candidate.email)
        assert client.session[SIGNED_IN_BEFORE] == NOON.isoformat()

    candidate.refresh_from_db()
    assert candidate.last_login == NOON + DAY


def test_what_is_new_goes_by_the_time_of_release(client, candidate, election, release_now):
    release_now(_newsletter(election, "Before"), at=NOON - DAY)
    release_now(_newsletter(election, "In that moment"), at=NOON)
    corrected = {"slug": "before", "version": 2}
    second = baker.make(Newsletter, election=election, title="Before, put right", **corrected)
    release_now(second, at=NOON + DAY)
    _newsletter(election, "CANARY draft")
    _arrive(client, candidate, NOON)

    page = client.get(MY_PAGE)

    assert _listed(page) == ["Before, put right", "In that moment"]
    assert "New since you signed in before" in _text(page)
    assert "Released since 12 noon on Tuesday 30 March 2021." in _text(page)
    assert "Newsletter, corrected: 12 noon on Wednesday 31 March 2021" in _text(page)
    assert "Newsletter, new: 12 noon on Tuesday 30 March 2021" in _text(page)
    assert "CANARY" not in _text(page)


def test_first_visit_shows_the_newest_of_everything(client, candidate, election, release_now):
    for number in range(12):
        release_now(_newsletter(election, f"Number {number}"), at=NOON + number * DAY)
    _arrive(client, candidate)

    page = client.get(MY_PAGE)

    assert _listed(page) == [f"Number {number}" for number in range(11, 1, -1)]
    assert "Everything so far" in _text(page)
    assert reverse("briefings:newsletters", args=[election.slug]) in page.content.decode()


def test_everything_can_be_asked_for_again(client, candidate, election, release_now):
    release_now(_newsletter(election, "Before"), at=NOON - DAY)
    _arrive(client, candidate, NOON)

    assert "Nothing has been released since then." in _text(client.get(MY_PAGE))
    assert _listed(client.get(MY_PAGE, {"everything": ""})) == ["Before"]


def test_all_is_new_when_access_began_after_the_last_sign_in(
    client, candidate, election, release_now
):
    give_status(candidate.candidacies.get(), "withdrawn", on=dt.date(2021, 1, 1))
    give_status(candidate.candidacies.get(), "declared", on=dt.date(2021, 4, 1))
    release_now(_newsletter(election, "Missed", audience="candidates"), at=NOON - DAY)
    _arrive(client, candidate, NOON)

    assert _listed(client.get(MY_PAGE)) == ["Missed"]


def test_new_holds_only_what_the_reader_may_know(
    client, candidate, other_candidate, election, other_election, release_now
):
    release_now(_newsletter(election, "Own", audience="candidates"))
    release_now(_newsletter(other_election, "Theirs", audience="candidates"))
    _arrive(client, candidate)

    page = client.get(MY_PAGE)

    assert _listed(page) == ["Own"]
    assert "Only candidates see this" in _text(page)


def test_reading_leaves_no_trace(client, candidate):
    _arrive(client, candidate, NOON)
    session, user = dict(client.session), User.objects.values().get(pk=candidate.pk)

    for _ in range(3):
        client.get(MY_PAGE)
        client.head(MY_PAGE)
        client.get(OWN_DATA)

    assert dict(client.session) == session
    assert User.objects.values().get(pk=candidate.pk) == user


# --- own dates ----------------------------------------------------------------------------------


def _event(election, title, open_to, in_days) -> Event:
    event = baker.make(
        Event, election=election, title=title, slug=title.lower(), open_to=open_to, kind="workshop"
    )
    Slot.objects.create(event=event, starts_at=timezone.now() + in_days * DAY)
    return event


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("declared", ["Close", "Workshop"]),
        ("nominated", ["Close", "Nominees", "Workshop"]),
        ("elected", ["Close", "Nominees", "Induction", "Workshop"]),
    ],
)
def test_next_dates_are_those_the_candidate_may_attend(
    client, candidate, election, release_now, status, expected
):
    today = timezone.localdate()
    give_status(candidate.candidacies.get(), status, on=today)
    KeyDate.objects.create(election=election, title="Close", date=today + DAY)
    KeyDate.objects.create(election=election, title="Past", date=today - DAY)
    release_now(
        _event(election, "Workshop", "candidates", 5),
        _event(election, "Nominees", "nominated", 3),
        _event(election, "Induction", "elected", 4),
        _event(election, "Partners", "partners", 2),
        _event(election, "Over", "candidates", -2),
    )
    _arrive(client, candidate)

    page = client.get(MY_PAGE)

    assert [entry.title for entry in page.context["entries"]] == expected
    assert "expected" in _text(page)


# --- the candidacy ------------------------------------------------------------------------------


def test_candidate_sees_status_access_agents_and_how_to_ask(client, candidate, agent, election):
    row = candidate.candidacies.get()
    give_status(row, "nominated", on=dt.date(2021, 4, 9))
    with time_machine.travel(NOON + 20 * DAY):
        _arrive(client, candidate)
        text = _text(client.get(MY_PAGE))

    assert (
        "Nominated from Friday 9 April 2021, as in the notice “Statement of persons nominated”"
        in text
    )
    assert "You can read everything released to candidates of this election. So can your" in text
    assert "Adam Agent, invited on Tuesday 30 March 2021" in text
    assert "Ask a question" in text
    assert "Have an address made and give it to that program" in text
    assert "If you need it in another format" in text


def test_status_recorded_to_come_is_told(client, candidate):
    tomorrow = timezone.localdate() + DAY
    give_status(candidate.candidacies.get(), "withdrawn", on=tomorrow)
    _arrive(client, candidate)

    text = _text(client.get(MY_PAGE))

    assert "Declared from Friday 1 January 2016" in text
    assert f"Recorded to follow: Withdrawn from {tomorrow:%A}" in text
    assert "What is new" not in text
    assert "Everything so far" in text


def test_candidate_before_the_first_day_has_no_access_yet(client, candidate):
    candidate.candidacies.get().status_changes.all().delete()
    give_status(candidate.candidacies.get(), "declared", on=timezone.localdate() + DAY)
    _arrive(client, candidate)

    assert "Access to what is for candidates only has not begun." in _text(client.get(MY_PAGE))


def test_withdrawn_candidate_sees_that_access_has_ended(
    client, withdrawn_candidate, election, release_now
):
    release_now(_newsletter(election, "CANARY for candidates", audience="candidates"))
    assert _sign_in(client, withdrawn_candidate.email).url == MY_PAGE

    page = client.get(MY_PAGE)

    assert "Withdrawn from Friday 1 January 2016" in _text(page)
    assert "Access to what is for candidates only ended on Friday 1 January 2016." in _text(page)
    assert "CANARY" not in _text(page)
    assert reverse("agents") not in page.content.decode()
    assert client.get(OWN_DATA).json()["account"]["email"] == "withdrawn@example.org"


def test_agent_sees_the_page_of_their_candidate(client, candidate, agent, election, release_now):
    release_now(_newsletter(election, "For candidates", audience="candidates"))
    _arrive(client, agent)

    page = client.get(MY_PAGE)

    assert "Adam Agent, agent for Candidate Surname" in _text(page)
    assert _listed(page) == ["For candidates"]
    assert "It is about you, not about Candidate Surname." in _text(page)
    assert "candidate@example.org" not in page.content.decode()
    assert reverse("agents") not in page.content.decode()
    assert client.get(OWN_DATA).json()["candidacies"] == []


def test_newest_poll_comes_first(client, candidate, other_election):
    _also_stands(other_election, candidate, "withdrawn")
    _arrive(client, candidate)

    page = client.get(MY_PAGE)

    assert page.context["first"].election == other_election
    assert [other.election.slug for other in page.context["others"]] == ["pcc-2021"]
    assert "Election 2021, polling day Thursday 6 May 2021" in _text(page)


def test_somebody_in_no_election_still_gets_their_data(client, agent):
    Agent.objects.update(revoked_at=NOON)
    _arrive(client, agent)

    assert "The office has you in no election now." in _text(client.get(MY_PAGE))
    assert client.get(OWN_DATA).json()["account"]["name"] == "Adam Agent"


# --- the file -----------------------------------------------------------------------------------


def test_file_is_a_download_and_holds_nobody_else(
    client, candidate, withdrawn_candidate, other_candidate
):
    client.force_login(candidate)

    response = client.get(OWN_DATA)

    assert re.fullmatch(
        r'attachment; filename="what-is-held-about-me-[\d-]{10}\.json"',
        response["Content-Disposition"],
    )
    assert response["Content-Type"] == "application/json"
    assert json.loads(response.content)["account"]["name"] == "Candidate"
    for other in (withdrawn_candidate, other_candidate):
        assert other.email not in response.content.decode()
        assert other.name not in response.content.decode()


# --- what it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_queries(
    client, candidate, election, office, release_now, count, django_assert_num_queries
):
    row = candidate.candidacies.get()
    for number in range(count):
        release_now(_newsletter(election, f"Number {number}"))
        release_now(_event(election, f"Event{number}", "candidates", 5))
        user = User.objects.create_user(f"a{number}@example.org", "A")
        Agent.objects.create(candidate=row, user=user, name="A", invited_at=NOON)
        past = Election.objects.create(
            office=office, name="P", slug=f"past-{number}", poll_date=dt.date(2000 + number, 5, 4)
        )
        _also_stands(past, candidate, "declared")
    _arrive(client, candidate)
    client.get(MY_PAGE)

    with django_assert_num_queries(20):
        client.get(MY_PAGE)
