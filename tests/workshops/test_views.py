import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from model_bakery import baker

from briefings.models import Document
from tests.workshops.cast import BRIEFED, READERS, uk
from workshops.models import AgendaItem

pytestmark = pytest.mark.django_db

LIST = "/pcc-2021/programme/"
BY_DAY = "/pcc-2021/programme/by-day/"
SHEET = "/pcc-2021/programme/print/"
FEED = "/pcc-2021/programme.ics"
PAGES = (LIST, BY_DAY, SHEET)


def text_of(response) -> str:
    """What the main part of a page says, in one line."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", f"<{main}").split())


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("reader", READERS)
def test_programme_shows_each_reader_what_they_may_know(
    make_event, release_now, open_as, page, reader
):
    release_now(
        make_event(title="For everyone"),
        make_event(title="For candidates", audience="candidates"),
        make_event(title="Candidates by appointment", audience="candidates", by_appointment=True),
    )
    make_event(title="A draft")

    page_text = open_as(reader, page).content.decode()

    assert "For everyone" in page_text
    assert ("For candidates" in page_text) == (reader in BRIEFED)
    assert ("Candidates by appointment" in page_text) == (reader in BRIEFED)
    assert "A draft" not in page_text


@pytest.mark.parametrize("reader", READERS)
def test_event_page_is_not_found_by_those_who_may_not_know_it(
    make_event, release_now, open_as, reader
):
    public, secret = make_event(), make_event(audience="candidates", title="Canary")
    draft = make_event(title="Canary draft")
    release_now(public, secret)

    assert open_as(reader, public.get_absolute_url()).status_code == 200
    response = open_as(reader, secret.get_absolute_url())
    assert response.status_code == (200 if reader in BRIEFED else 404)
    assert (b"Canary" in response.content) == (reader in BRIEFED)
    assert open_as(reader, draft.get_absolute_url()).status_code == 404


def test_event_page_says_all_of_it(client, election, make_event, release_now):
    words = baker.make(
        Document,
        election=election,
        slug="words",
        title="All that was said",
        publisher="The office",
        published_on=dt.date(2021, 3, 1),
        link="https://www.example.org/words",
    )
    release_now(words)
    event = make_event(
        title="Chief Constable’s briefing",
        kind="briefing",
        format="in-person",
        open_to="nominated",
        how_to_join="Bring proof of who you are.",
        recording="https://video.example.org/1",
        transcript=words,
        source_note="Candidate News, first issue",
        slots=[
            {
                "starts_at": uk("2021-04-14 14:00"),
                "ends_at": uk("2021-04-14 15:30"),
                "venue": "County Hall, Glenfield",
                "capacity": 12,
            }
        ],
    )
    AgendaItem.objects.create(
        event=event, position=1, title="Policing the pandemic", speaker="Simon Cole"
    )
    release_now(event)

    said = text_of(client.get(event.get_absolute_url()))

    assert "Briefing Chief Constable’s briefing What it is about." in said
    assert "Wednesday 14 April 2021 , 2pm to 3.30pm UK time" in said
    assert "County Hall, Glenfield 12 places" in said
    assert "Who may attend Nominated candidates Format In person" in said
    assert "Led by Paul Hindson, Chief Executive" in said
    assert "Recording Recording of Chief Constable’s briefing (another website)" in said
    assert "(another website) In words: All that was said" in said
    assert "Announced in Candidate News, first issue" in said
    assert "Agenda Policing the pandemic (Simon Cole)" in said
    assert "How to join Bring proof of who you are." in said
    assert "This event is over." in said
    assert "Announced to everyone on 30 March 2021 at 12 noon" in said


def test_event_page_of_an_event_by_appointment_promises_no_time(client, make_event, release_now):
    event = make_event(by_appointment=True)
    release_now(event)

    said = text_of(client.get(event.get_absolute_url()))

    assert "When By appointment: the time is arranged with each person." in said
    assert "This event is over." not in said


def test_event_page_shows_the_version_in_force(client, make_event, release_now):
    release_now(make_event(slug="moved", title="At ten"))
    release_now(make_event(slug="moved", title="At two", version=2), at=uk("2021-04-01 10:00"))

    said = text_of(client.get("/pcc-2021/programme/moved/"))

    assert "At two" in said
    assert "At ten" not in said
    assert "Version 2 of 1 April 2021 (this page)" in said


def test_programme_has_what_comes_before_what_is_past(
    client, make_event, release_now, poll, time_machine
):
    time_machine.move_to("2021-04-14 09:00 +0000")
    release_now(
        make_event(title="Over"),
        make_event(title="To come", starts="2021-04-22 12:00", ends="2021-04-22 14:00"),
        make_event(title="One-to-one", by_appointment=True),
    )

    said = text_of(client.get(LIST))

    said = said[said.index(" Coming ") :]
    places = [
        said.index(f" {words} ")
        for words in ("Coming", "To come", "Polling day", "By appointment", "Past", "Over")
    ]
    assert places == sorted(places)
    assert "Thursday 22 April 2021 12 noon to 2pm To come" in said
    assert "Thursday 6 May 2021 Polling day Statutory date: expected" in said


def test_programme_of_an_archived_election_is_one_list(client, make_event, release_now):
    release_now(make_event())

    said = text_of(client.get(LIST))

    assert "Everything in order of time Thursday 18 March 2021 10am to 12 noon Event 1" in said
    assert " Past " not in said


def test_programme_says_which_dates_are_confirmed_and_by_what(client, poll):
    poll.confirmed_by, poll.confirmed_on = "A person", poll.date
    poll.notice_title = "Notice of election of 29 March 2021"
    poll.save()

    said = text_of(client.get(LIST))

    assert "Polling day Statutory date: confirmed Notice of election of 29 March 2021" in said
    assert "A person" not in said


@pytest.mark.parametrize("page", PAGES)
def test_date_that_is_past_is_no_longer_expected(client, poll, time_machine, page):
    time_machine.move_to("2021-05-06 09:00 +0000")
    on_the_day = text_of(client.get(page))
    time_machine.move_to("2021-05-07 09:00 +0000")
    after_it = text_of(client.get(page))

    assert re.search(r"Statutory date[:,] expected", on_the_day)
    assert re.search(r"Statutory date[:,] not confirmed", after_it)


def test_programme_by_day_names_the_phases(client, make_event, release_now, poll):
    release_now(make_event())

    said = text_of(client.get(BY_DAY))

    assert (
        "Before the notice of election Until 5 May 2021 "
        "Thursday 18 March 2021 10am to 12 noon Event 1" in said
    )
    assert "Polling day and count 6 May 2021 Thursday 6 May 2021 Polling day" in said


def test_programme_by_day_leads_to_what_comes_next(
    client, make_event, release_now, poll, time_machine
):
    time_machine.move_to("2021-04-14 09:00 +0000")
    release_now(make_event())

    content = client.get(BY_DAY).content.decode()

    assert 'href="#next">Go to what comes next: Thursday 6 May 2021</a>' in content
    assert content.count('id="next"') == 1


def test_sheet_is_one_table_in_order(client, make_event, release_now, poll):
    release_now(make_event(title="One-to-one", by_appointment=True), make_event(title="Dated"))

    content = client.get(SHEET).content.decode()

    assert content.count("<table") == 1
    assert content.index("Dated") < content.index("Polling day") < content.index("One-to-one")


@pytest.mark.parametrize("page", PAGES)
def test_filters_show_the_part_that_is_asked_for(client, make_event, release_now, poll, page):
    release_now(
        make_event(title="Familiarisation", kind="visit"),
        make_event(title="Welcome", kind="induction", open_to="elected"),
    )

    def shown(query: str) -> list[str]:
        content = client.get(page + query).content.decode()
        return [
            title for title in ("Familiarisation", "Welcome", "2021-05-06") if title in content
        ] + ["poll"] * ("Thursday 6 May 2021" in content)

    assert shown("?kind=visit") == ["Familiarisation"]
    assert shown("?who=elected") == ["Welcome"]
    assert shown("?kind=visit&who=elected") == []
    assert "poll" in shown("?kind=dates")
    assert shown("?kind=&who=")[:2] == ["Familiarisation", "Welcome"]


def test_links_to_other_views_keep_the_filter(client, make_event, release_now):
    release_now(make_event())

    content = client.get(f"{LIST}?kind=workshop").content.decode()

    assert f'href="{BY_DAY}?kind=workshop"' in content
    assert f'href="{SHEET}?kind=workshop"' in content
    assert '<option value="workshop" selected>Workshop</option>' in content


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "query",
    ["?kind=nonsense", "?who=visit", "?kind=%27%22%3E%3Cscript%3E", f"?kind={'x' * 3000}"],
)
def test_unknown_filter_shows_nothing_and_a_way_back(
    client, make_event, release_now, poll, page, query
):
    release_now(make_event(title="Familiarisation", kind="visit"))

    response = client.get(page + query)

    assert response.status_code == 200
    content = response.content.decode()
    assert "Familiarisation" not in content
    assert "<script>" not in content
    assert f'<a class="govuk-link" href="{page}">Show the whole programme</a>' in content


def test_unknown_filter_is_told_in_words(client, election):
    said = text_of(client.get(f"{LIST}?kind=nonsense"))

    assert said.count("Choose a kind from the list: that is not one of them.") == 2


def test_empty_programme_says_so(client, election):
    assert "The office has not announced any events or dates yet." in text_of(client.get(LIST))


@pytest.mark.parametrize("page", [*PAGES, FEED, "/pcc-2021/programme/unknown/"])
def test_programme_changes_nothing_and_takes_no_post(client, election, page):
    assert client.post(page).status_code == 405


@pytest.mark.parametrize(
    "page", ["/pcc-1999/programme/", "/pcc-1999/programme/by-day/", "/pcc-2021/programme/unknown/"]
)
def test_unknown_address_is_not_found(client, election, page):
    assert client.get(page).status_code == 404


@pytest.mark.parametrize("reader", ["anonymous", "candidate"])
@pytest.mark.parametrize("page", [*PAGES, FEED, "/pcc-2021/programme/event-1/"])
def test_pages_ask_as_much_of_the_database_for_three_rows_as_for_one(
    make_event, release_now, poll, open_as, settings, page, reader
):
    settings.PAGE_CACHE = False

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert open_as(reader, page).status_code == 200
        return len([q for q in captured if q["sql"].startswith("SELECT")])

    def release_one(**fields) -> None:
        event = make_event(
            slots=[
                {"starts_at": uk("2021-03-18 10:00")},
                {"starts_at": uk("2021-03-19 10:00")},
            ],
            **fields,
        )
        AgendaItem.objects.create(event=event, title="Welcome")
        release_now(event, make_event(by_appointment=True))

    release_one()
    one = queries()
    release_one()
    release_one(audience="candidates")

    assert queries() == one


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_what_is_called_off_stays_on_every_page_with_its_reason(
    client, make_event, release_now, status
):
    slot = {"starts_at": uk("2021-04-20 10:00"), "status": status, "why": "The hall is flooded."}
    release_now(make_event(slug="budget", title="Budget", takes_bookings=True, slots=[slot]))

    for page in ("", "by-day/", "print/", "budget/"):
        said = text_of(client.get(f"/pcc-2021/programme/{page}"))
        assert f"{status.title()} The hall is flooded." in said, page
    feed = client.get("/pcc-2021/programme.ics").content.decode()
    assert f"SUMMARY:{status.title()}: Budget" in feed
    assert "STATUS:CANCELLED" in feed
    assert f"DESCRIPTION:{status.title()}: The hall is flooded." in feed
