import csv
import datetime as dt
import io

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from model_bakery import baker

from briefings.models import Document
from elections.refusals import Refused
from infolog.models import InformationRequest
from releases.catching_up import catch_up_all
from releases.models import Delivery
from releases.reviewing import submit
from releases.versions import new_version
from tests.conftest import NOON
from tests.workshops.booking_cast import MONDAY, stands, take
from tests.workshops.cast import uk
from workshops.attending import mark, sheet
from workshops.due import due
from workshops.models import Attendance, Booking, BookingNeeds, EventBook
from workshops.own_data import held

pytestmark = pytest.mark.django_db

BEGINS = uk("2021-04-20 10:00")
LATER = uk("2021-04-22 09:00")


@pytest.fixture
def event(make_event, release_now):
    slots = [{"starts_at": BEGINS, "ends_at": uk("2021-04-20 12:00"), "capacity": 3}]
    event = make_event(
        title="Budget", takes_bookings=True, guest_places=2, asks_access=True, slots=slots
    )
    release_now(event)
    return event


@pytest.fixture
def people(election, event):
    """Two with a place, one who waits, one who never asked."""
    ada, ben, cy, dan = (stands(election, name) for name in ("Ada", "Ben", "Cy", "Dan"))
    take(ada, event, guests=1)
    take(ben, event)
    take(cy, event, may_wait=True)
    BookingNeeds.objects.create(
        booking=Booking.objects.get(candidate=ada), access="=A hearing loop", diet=""
    )
    return ada, ben, cy, dan


@pytest.fixture
def make_paper(election, release_now):
    def _make(slug: str, title: str, at: dt.datetime = NOON) -> Document:
        paper = baker.make(
            Document,
            election=election,
            slug=slug,
            title=title,
            publisher="The office",
            published_on=at.date(),
            file=ContentFile(b"Said.", name="slides.txt"),
        )
        release_now(paper, at=at)
        return paper

    return _make


@pytest.fixture
def paper(make_paper):
    return make_paper("slides", "Slides of the budget", LATER)


@pytest.fixture
def organiser(make_staff):
    return make_staff("organiser", name="Olga Organiser")


@pytest.fixture
def book(people):
    return EventBook.objects.get()


@pytest.fixture
def page(book):
    return reverse("admin:workshops_run_sheet", args=[book.pk, 1])


def place_of(person) -> Booking:
    return Booking.objects.get(candidate=person)


def give_slides(event, paper, release_now, at=LATER):
    new = new_version(event, change="minor", note="", by=None, at=at)
    new.papers.add(paper)
    release_now(new, at=at)
    return new


# --- who came -------------------------------------------------------------------------------


def test_who_came_is_kept_with_who_said_so_and_can_be_put_right(people, event, book, organiser):
    ada, ben = place_of(people[0]), place_of(people[1])
    slot = event.slots.get()

    assert mark(book, slot, {ada.pk: True, ben.pk: True}, by=organiser, at=BEGINS) == 2
    assert mark(book, slot, {ada.pk: True, ben.pk: False}, by=organiser, at=LATER) == 1

    rows = Attendance.objects.filter(booking=ben).values_list("came", "marked_at", "marked_by")
    assert list(rows) == [(True, BEGINS, organiser.pk), (False, LATER, organiser.pk)]
    found = sheet(book, slot, at=LATER)
    assert [(row.booking, row.came) for row in found.booked] == [(ada, True), (ben, False)]


def test_nobody_is_marked_before_the_day(people, event, book, organiser):
    with pytest.raises(Refused) as refusal:
        mark(book, event.slots.get(), {place_of(people[0]).pk: True}, by=organiser, at=MONDAY)

    assert refusal.value.code == "early"


def test_of_a_place_that_is_gone_nothing_is_marked(people, event, book, organiser):
    ada, ben = place_of(people[0]), place_of(people[1])
    Booking.objects.filter(pk=ben.pk).update(state="cancelled", ended_at=MONDAY)

    with pytest.raises(Refused) as refusal:
        mark(book, event.slots.get(), {ada.pk: True, ben.pk: True}, by=organiser, at=BEGINS)

    assert refusal.value.code == "no_place"
    assert not Attendance.objects.exists()


def test_candidate_is_given_what_the_office_marked(people, event, book, organiser):
    mark(book, event.slots.get(), {place_of(people[0]).pk: True}, by=organiser, at=BEGINS)

    [row] = held(people[0].user, at=LATER)["bookings"]
    assert row["marked_by_the_office"] == [{"said": "Came", "at": BEGINS}]


# --- what the others are given ------------------------------------------------------------


def test_who_was_not_there_is_given_the_same_by_the_release(
    people, event, book, organiser, paper, release_now, election
):
    ada, ben, *_ = people
    slot = event.slots.get()
    mark(
        book,
        slot,
        {place_of(ada).pk: True, place_of(ben).pk: False},
        by=organiser,
        at=BEGINS,
    )
    before = sheet(book, slot, at=LATER)
    assert before.after is None
    assert {one.how for one in before.given} == {""}

    new = give_slides(event, paper, release_now)
    Delivery.objects.filter(candidate=ben).update(state="accepted")
    late = stands(election, "Eve")
    catch_up_all(at=LATER + dt.timedelta(hours=1))
    after = sheet(book, new.slots.get(), at=LATER + dt.timedelta(days=1))

    assert after.after == new
    told = {str(one.candidate): (one.why, one.how) for one in after.given}
    assert told == {
        "Alex Ben": ("Had a place and did not come", "Mail: accepted by the mail server"),
        "Alex Cy": ("Had no place", "Mail: waiting to be sent"),
        "Alex Dan": ("Had no place", "Mail: waiting to be sent"),
        str(late): ("Had no place", "By the catch-up"),
    }


def test_nobody_is_said_not_to_have_come_before_it_is_marked(people, event, book):
    ada, ben, *_ = people

    found = sheet(book, event.slots.get(), at=LATER)

    told = {one.candidate: one.why for one in found.given}
    assert (told[ada], told[ben]) == ("Had a place; not marked yet",) * 2


def test_who_came_at_another_time_is_told_apart(election, make_event, release_now, editor):
    slots = [{"starts_at": BEGINS + n * dt.timedelta(hours=1), "capacity": 1} for n in range(4)]
    event = make_event(takes_bookings=True, slots=slots)
    release_now(event)
    for number, (name, came) in enumerate((("Ada", True), ("Ben", False), ("Cy", None)), start=1):
        booking = take(stands(election, name), event, number, at=BEGINS - dt.timedelta(days=2))
        if came is not None:
            booking.attendances.create(came=came, marked_at=BEGINS, marked_by=editor)
    stands(election, "Dan")

    found = sheet(booking.book, event.slots.last(), at=BEGINS + dt.timedelta(days=1))

    assert {one.candidate.surname: one.why for one in found.given} == {
        "Ada": "Came at another time",
        "Ben": "Did not come at another time",
        "Cy": "Has a place at another time",
        "Dan": "Had no place",
    }


def test_what_was_there_before_the_event_is_not_given_afterwards(
    people, event, book, paper, release_now
):
    new = give_slides(event, paper, release_now, at=MONDAY + dt.timedelta(hours=1))

    assert sheet(book, new.slots.get(), at=LATER).after is None


def is_due(at) -> bool:
    [matter] = [matter for matter in due(at) if matter.code == "afterwards"]
    return bool(matter.rows)


def test_only_what_was_not_there_before_is_given_afterwards(
    people, event, book, make_paper, paper, release_now
):
    """A change of the place, or a correction of the agenda paper, gives nobody what was said."""
    agenda, words = make_paper("agenda", "Agenda"), make_paper("words", "In words")
    first = new_version(event, change="minor", note="", by=None, at=MONDAY)
    first.papers.add(agenda)
    first.recording, first.transcript = "https://www.example.org/trailer", words
    first.save()
    release_now(first, at=MONDAY + dt.timedelta(hours=1))
    corrected = new_version(agenda, change="correction", note="A typo.", by=None, at=LATER)
    release_now(corrected, at=LATER)
    moved = new_version(first, change="minor", note="", by=None, at=LATER)
    release_now(moved, at=LATER)
    assert corrected in moved.papers.all()

    slot, day = moved.slots.get(), dt.timedelta(days=1)
    assert sheet(book, slot, at=LATER).after is None
    assert is_due(LATER)
    given = give_slides(moved, paper, release_now, at=LATER + day)
    assert sheet(book, slot, at=LATER + day).after == given
    assert not is_due(LATER + day)


@pytest.mark.parametrize("what", ["recording", "transcript"])
def test_recording_and_its_words_are_given_afterwards(
    people, event, book, make_paper, release_now, what
):
    words = make_paper("words", "In words")
    for at in (MONDAY + dt.timedelta(hours=1), LATER):
        event = new_version(event, change="minor", note="", by=None, at=at)
        is_after = at == LATER
        event.transcript = words if is_after or what == "recording" else None
        event.recording = "https://www.example.org/film" * (is_after and what == "recording")
        event.save()
        release_now(event, at=at)

    assert sheet(book, event.slots.get(), at=LATER).after == event
    assert not is_due(LATER)


def test_recording_needs_its_words(event, paper, editor):
    new = new_version(event, change="minor", note="", by=None, at=LATER)
    new.recording = "https://example.org/film"
    new.save()
    with pytest.raises(Refused) as refused:
        submit(new, by=editor, at=LATER)
    assert refused.value.code == "errors"
    assert "The recording has no transcript" in refused.value.sentence

    new.transcript = paper
    new.save()
    assert submit(new, by=editor, at=LATER)


def test_recording_from_before_the_portal_is_warned_of_only(event):
    event.recording, event.source_note = "https://example.org/film", "Candidate News, issue 3"

    [found] = [one for one in event.findings() if one.code == "recording-words"]

    assert found.severity == "warning"


def test_page_of_the_event_shows_what_came_of_it(
    client, event, election, paper, release_now, time_machine
):
    asked = InformationRequest.objects.create(
        election=election, title="Reserves", received_on=BEGINS.date(), form="verbal", event=event
    )
    hidden = InformationRequest.objects.create(
        election=election, title="Draftcanary", received_on=BEGINS.date(), form="verbal"
    )
    hidden.event = event
    hidden.save()
    part = asked.parts.create(question="How high are they?")
    part.responses.create(responder="The office", text="£9 million.")
    release_now(asked, at=LATER)
    give_slides(event, paper, release_now)
    time_machine.move_to(LATER + dt.timedelta(days=1))

    page = client.get(event.get_absolute_url()).content.decode()

    assert "Slides and papers" in page
    assert paper.get_absolute_url() in page
    assert "Questions asked there" in page
    assert asked.get_absolute_url() in page
    assert "Draftcanary" not in page


# --- the page at the door -----------------------------------------------------------------


def test_run_sheet_is_marked_at_the_door(client, organiser, people, page, time_machine):
    time_machine.move_to(BEGINS)
    client.force_login(organiser)
    shown = client.get(page).content.decode()
    assert "=A hearing loop" in shown
    assert "2 with a place, 3 people with those they bring" in " ".join(shown.split())

    done = client.post(page, {f"came-{place_of(people[0]).pk}": "yes"}, follow=True)

    assert "Kept. Changed: 1." in done.content.decode()
    assert Attendance.objects.get().booking == place_of(people[0])


def test_run_sheet_says_where_more_is_booked_than_there_is(
    client, organiser, event, people, page, release_now, time_machine
):
    time_machine.move_to(BEGINS)
    client.force_login(organiser)
    assert "places are booked of" not in client.get(page).content.decode()
    smaller = new_version(event, change="minor", note="", by=None, at=MONDAY)
    smaller.slots.update(capacity=1)
    release_now(smaller, at=MONDAY + dt.timedelta(hours=1))

    assert "3 places are booked of 1." in client.get(page).content.decode()


def test_run_sheet_says_how_they_join(client, organiser, book, page, time_machine):
    time_machine.move_to(BEGINS)
    for room in ("Room 1", "Room 2"):
        book.joinings.create(slot_number=1, room=room, show_from=MONDAY, made_at=MONDAY)
    client.force_login(organiser)

    shown = client.get(page).content.decode()

    assert "Room 2" in shown
    assert "Room 1" not in shown


def test_run_sheet_tells_why_it_did_not_mark(client, organiser, people, page, time_machine):
    time_machine.move_to(MONDAY + dt.timedelta(days=1))
    client.force_login(organiser)
    shown = client.get(page).content.decode()
    assert "Who came can be marked here from the day of the event on." in shown

    told = client.post(page, {f"came-{place_of(people[0]).pk}": "yes"}).content.decode()

    assert "Who came is marked on the day of the event, or later." in told
    assert not Attendance.objects.exists()


def test_run_sheet_as_a_file_holds_no_formula(client, organiser, page, time_machine):
    time_machine.move_to(BEGINS)
    client.force_login(organiser)

    answer = client.get(page.replace("run-sheet/", "run-sheet.csv")).content.decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(answer)))
    assert [row["Candidate"] for row in rows] == ["Alex Ada", "Alex Ben", "Alex Cy"]
    assert rows[0]["Access needs"] == "'=A hearing loop"
    assert rows[0]["Brings"] == "1 guest"


def test_run_sheet_costs_the_same_queries(client, organiser, election, event, page, time_machine):
    time_machine.move_to(BEGINS)
    client.force_login(organiser)

    def asked() -> int:
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        return len(queries)

    few = asked()
    for name in ("Fay", "Gil"):
        baker.make(
            Booking,
            book=EventBook.objects.get(),
            slot_number=1,
            candidate=stands(election, name),
            state="booked",
            made_at=MONDAY,
            booked_at=MONDAY,
        )

    assert asked() == few


def test_run_sheet_is_linked_for_those_who_run_it(client, make_staff, organiser, book, page):
    address = reverse("admin:workshops_eventbook_change", args=[book.pk])
    client.force_login(organiser)
    assert page in client.get(address).content.decode()

    client.force_login(make_staff("auditor"))
    assert page not in client.get(address).content.decode()
    assert client.get(page).status_code == 403
