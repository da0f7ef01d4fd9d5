"""Reading the log: by status and event, in numbers, by topic in a feed; what happened to each."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from model_bakery import baker

from elections.refusals import Refused
from infolog import working
from infolog.models import InformationRequest, Pause, Work
from infolog.states import state_of_outcomes
from releases.versions import new_version
from tests.conftest import NOON

from .conftest import make_part, make_request
from .test_views import LOG, _text, _titles

APRIL_12 = dt.datetime(2021, 4, 12, 11, 0, tzinfo=dt.UTC)
NUMBERS = f"{LOG}numbers/"
OUTCOMES = [
    ["answered"],
    ["answered", "declined"],
    ["partly"],
    ["declined", "not-held"],
    ["referred"],
    ["referred", "not-answered"],
    ["not-answered"],
]


def with_outcomes(election, title: str, outcomes: list[str], **more) -> InformationRequest:
    item = make_request(election, title, **more)
    item.parts.all().delete()
    for position, outcome in enumerate(outcomes, start=1):
        part = make_part(item, position=position, outcome=outcome, outcome_note="So.")
        part.responses.create(responder="Chief Constable", text="Because.")
    return item


@pytest.mark.parametrize("outcomes", OUTCOMES)
def test_log_is_filtered_by_the_status_readers_are_told(client, election, release_now, outcomes):
    release_now(with_outcomes(election, "This", outcomes))
    state = state_of_outcomes(outcomes)

    found = {
        wanted: _titles(client.get(LOG, {"state": wanted}))
        for wanted in ("answered", "partly", "not-answered", "referred")
    }

    assert found == {wanted: ["This"] if wanted == state else [] for wanted in found}
    page = _text(client.get(InformationRequest.objects.get().get_absolute_url()))
    assert state.told.next_step in page


def test_log_is_filtered_by_the_event_it_was_asked_at(client, election, event, release_now):
    release_now(make_request(election, "There", event=event), make_request(election, "Elsewhere"))
    query = {"event": event.slug}
    # As long as nobody knows of the event, nobody can ask for it.
    assert _titles(client.get(LOG, query)) == []
    assert "Nothing was asked at this event." in _text(client.get(LOG, query))

    release_now(event)

    assert _titles(client.get(LOG, query)) == ["There"]
    assert "There, question 1?" in client.get(
        "/pcc-2021/log/export/office.csv", query
    ).content.decode("utf-8-sig")


# --- what happened ---------------------------------------------------------------------------


@pytest.fixture
def story(election, release_now, time_machine) -> InformationRequest:
    item = make_request(election, "Officers", slug="ir-22222", received_on="2021-04-12")
    work = working.begin(item, at=APRIL_12)
    working.pause(work, about="canary-what-was-meant?", on=dt.date(2021, 4, 13))
    working.resume(work, on=dt.date(2021, 4, 15))
    release_now(item, at=APRIL_12 + dt.timedelta(days=7))
    at = APRIL_12 + dt.timedelta(days=8, minutes=5)
    new = new_version(item, change="correction", note="A slip of the pen.", by=None, at=at)
    release_now(new, at=at)
    time_machine.move_to(APRIL_12 + dt.timedelta(days=9))
    return item


@pytest.mark.parametrize("version", ["", "?version=1"])
def test_page_tells_what_happened_and_when(client, story, version):
    text = _text(client.get(f"{LOG}ir-22222/{version}"))

    assert (
        "What happened to it Received: 12 April 2021 The office asked for an explanation, and the "
        "clock stood still: 13 April 2021 Clarified: 15 April 2021 Answered: published for "
        "everyone: 19 April 2021, 12 noon Corrected: 20 April 2021, 12.05pm . A slip of the pen."
    ) in text
    assert "canary" not in text


def test_hour_in_which_it_came_in_stands_nowhere(client, story):
    """Beside the record of who signed in it would tell who asked."""
    content = client.get(f"{LOG}ir-22222/").content.decode()

    moments = re.findall(r'datetime="([^"]+)"', content)
    told = [moment for moment in moments if "T" in moment]
    assert {moment[:16] for moment in told} == {"2021-04-19T12:00", "2021-04-20T12:05"}


def test_days_of_an_answer_that_is_out_stay_as_they_are(client, story, make_staff):
    work = Work.objects.get()
    for act in (
        lambda: working.pause(work, about="More?", on=APRIL_12.date()),
        lambda: working.resume(work, on=APRIL_12.date()),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "released"
    client.force_login(make_staff("answering"))
    page, delete = (
        reverse(f"admin:infolog_work_{act}", args=[work.pk]) for act in ("change", "delete")
    )

    assert 'name="_save"' not in client.get(page).content.decode()
    assert client.get(delete).status_code == 403
    assert Pause.objects.count() == 1


# --- in numbers ------------------------------------------------------------------------------


@pytest.fixture
def counted(election, release_now, time_machine):
    time_machine.move_to(APRIL_12)
    for number, outcomes in enumerate(OUTCOMES):
        topics = ("Budget", "Race") if number == 0 else ("Budget",) if number < 4 else ()
        release_now(with_outcomes(election, f"Request {number}", outcomes, topics=topics))
    for title, received in (
        ("Overdue", "2021-03-26"),
        ("In time", "2021-04-09"),
        ("Of today", "2021-04-12"),
    ):
        at = APRIL_12 - dt.timedelta(days=title != "Of today")
        working.begin(make_request(election, title, received_on=received), at=at)
    working.begin(late := make_request(election, "Late", received_on="2021-03-15"), at=NOON)
    release_now(late)


def rows_of(response) -> dict[str, list[int]]:
    numbers = response.context["numbers"]
    return {row.name: [row.total, *row.cells] for row in [*numbers.rows, numbers.all]}


def test_numbers_by_topic_and_of_what_waits(client, counted):
    page = client.get(NUMBERS)

    # Requests, answered, partly, not answered, referred.
    assert rows_of(page) == {
        "Budget": [4, 1, 2, 1, 0],
        "Race": [1, 1, 0, 0, 0],
        "Without a topic": [4, 1, 0, 2, 1],
        "All requests": [8, 2, 2, 3, 1],
    }
    text = _text(page)
    assert "Published later than promised 1 " in text
    assert "Waiting for an answer 2, of which overdue: 1. Asked before today" in text
    assert "Overdue" not in text.replace("overdue", "")


def test_numbers_hold_nothing_hidden(client, hidden, candidate):
    assert "canary" not in client.get(NUMBERS).content.decode().lower()

    client.force_login(candidate)

    assert rows_of(client.get(NUMBERS))["Candidatecanary topic"] == [1, 0, 0, 0, 1]
    assert "candidatecanary-topic.atom" not in client.get(NUMBERS).content.decode()


def test_numbers_ask_as_few_questions_for_many_as_for_one(client, election, released, settings):
    settings.PAGE_CACHE = False
    counts = []
    for titles in (["One"], ["Two", "Three"]):
        for title in titles:
            released(election, title, topics=(title,))
        with CaptureQueriesContext(connection) as queries:
            client.get(NUMBERS)
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- a topic’s feed --------------------------------------------------------------------------


def test_feed_of_a_topic_tells_its_answers_and_their_corrections(client, election, released):
    item = released(election, "Officers", topics=("Budget",))
    released(election, "Boats", topics=("Marine",))
    other = baker.make("infolog.Topic", election=election, name="Nothing", slug="nothing")

    feed = client.get(f"{LOG}topics/budget.atom")

    assert feed["Content-Type"].startswith("application/atom+xml")
    content = feed.content.decode()
    assert "<title>Budget: information log of Election 2021</title>" in content
    assert content.count("<entry>") == 1
    assert item.get_absolute_url() in content
    assert "?topic=budget" in content
    assert client.get(f"{LOG}topics/{other.slug}.atom").status_code == 404


def test_feed_holds_what_everyone_may_know_whoever_asks(client, hidden, candidate):
    client.force_login(candidate)

    for slug in ("candidatecanary-topic", "draftcanary-topic"):
        assert client.get(f"{LOG}topics/{slug}.atom").status_code == 404
