"""What changes after somebody has booked reaches them: once, with before and after."""

import datetime as dt
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from releases.releasing import ReleaseRefused
from releases.versions import new_version
from tests.workshops.booking_cast import HOUR, MONDAY, stands, states, take
from tests.workshops.cast import uk
from workshops.bookings import accept, cancel, pass_on
from workshops.changes import SETTLE, tell_changes
from workshops.emails import send, send_waiting
from workshops.models import Booking, BookingMail, Event, EventBook
from workshops.refusing import BookingRefused, By

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)
REASON = "The hall is needed for the count."


@pytest.fixture(autouse=True)
def _in_the_campaign(time_machine):
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def event(make_event, release_now) -> Event:
    slots = [
        {
            "starts_at": uk(f"2021-04-{day} 10:00"),
            "ends_at": uk(f"2021-04-{day} 12:00"),
            "capacity": 2,
            "venue": "County Hall",
        }
        for day in (20, 21)
    ]
    event = make_event(slug="budget", title="Budget", takes_bookings=True, slots=slots)
    release_now(event)
    return event


@pytest.fixture
def ada(election):
    return stands(election, "Ada")


@pytest.fixture
def change(release_now, event, time_machine):
    """A new version of the event is released at ``at``; ``fields`` are of its first slot."""

    def _change(*, at: dt.datetime = MONDAY, note: str = REASON, of: dict | None = None, **fields):
        time_machine.move_to(at, tick=False)
        newest = Event.objects.filter(slug=event.slug).order_by("-version").first()
        draft = new_version(newest, change="minor", note=note, by=None, at=at)
        slot = draft.slots.get(number=1)
        for name, value in fields.items():
            setattr(slot, name, value)
        slot.full_clean()
        slot.save()
        Event.objects.filter(pk=draft.pk).update(**(of or {}))
        release_now(draft, at=at)
        return draft

    return _change


def entry_of(message) -> tuple[str, object]:
    """The method and the entry of the calendar update in a mail."""
    [part] = message.alternatives
    calendar = Calendar.from_ical(part.content)
    assert part.mimetype == f"text/calendar; method={calendar['method']}"
    [entry] = calendar.walk("VEVENT")
    return str(calendar["method"]), entry


def updates() -> list[tuple[str, int, str]]:
    """Method, SEQUENCE and start of each update so far; there is one UID in all of them."""
    found = [entry_of(message) for message in mail.outbox if message.alternatives]
    assert len({entry["uid"] for _, entry in found}) == 1
    return [
        (method, entry["sequence"], f"{entry['dtstart'].dt:%d %H:%M}") for method, entry in found
    ]


def test_change_of_time_is_told_once_with_before_and_after_and_reason(ada, event, change):
    take(ada, event)
    change(starts_at=uk("2021-04-22 14:00"), ends_at=uk("2021-04-22 16:00"))

    assert tell_changes(MONDAY + SETTLE - SECOND) == 0
    assert tell_changes(MONDAY + SETTLE) == 1
    assert tell_changes(MONDAY + SETTLE) == 0

    [_, message] = mail.outbox
    assert (message.to, message.subject) == (["ada@example.org"], "Changed: Budget")
    for line in (
        "Before: Tuesday 20 April 2021, 10am to 12 noon (UK time)",
        "Now: Thursday 22 April 2021, 2pm to 4pm (UK time)",
        "Where: County Hall",
        f"Reason: {REASON}",
    ):
        assert f"\n{line}\n" in message.body
    assert updates() == [("REQUEST", 0, "20 09:00"), ("REQUEST", 1, "22 13:00")]


def test_whoever_is_booked_elsewhere_at_the_new_time_is_warned(
    ada, event, change, make_event, release_now
):
    other = make_event(title="Elsewhere", takes_bookings=True, starts="2021-04-22 10:00", ends=None)
    release_now(other)
    for one in (event, other):
        take(ada, one)
    mail.outbox.clear()
    change(starts_at=uk("2021-04-22 10:00"), ends_at=uk("2021-04-22 12:00"))

    tell_changes(MONDAY + SETTLE)

    [message] = mail.outbox
    assert (
        "Please note. You have “Elsewhere” at the same time: Thursday 22 April 2021, 10am."
    ) in message.body


def test_several_changes_in_a_row_are_told_as_one(ada, event, change):
    take(ada, event)
    change(venue="Town Hall", note="The heating is broken.")
    change(at=MONDAY + 4 * SECOND, starts_at=uk("2021-04-20 11:00"), note="The bus is late.")

    assert tell_changes(MONDAY + SETTLE) == 0
    assert tell_changes(MONDAY + SETTLE + 4 * SECOND) == 1

    body = mail.outbox[-1].body
    assert "Before: Tuesday 20 April 2021, 10am to 12 noon (UK time)\nNow: Tues" in body
    assert "Where before: County Hall\nWhere now: Town Hall\n" in body
    assert "Reason: The heating is broken.\nThe bus is late.\n" in body
    assert len(mail.outbox) == 2


def test_what_is_changed_back_before_it_settled_is_told_to_nobody(ada, event, change):
    take(ada, event)
    change(starts_at=uk("2021-04-20 11:00"))
    change(at=MONDAY + SECOND, starts_at=uk("2021-04-20 10:00"))

    assert tell_changes(MONDAY + HOUR) == 0
    assert len(mail.outbox) == 1


def test_change_of_words_or_of_another_slot_is_not_mailed(ada, event, change):
    take(ada, event, 2)
    change(of={"summary": "Said better."})
    change(at=MONDAY + SECOND, starts_at=uk("2021-04-20 11:00"))

    assert tell_changes(MONDAY + HOUR) == 0


def test_change_of_format_is_told(ada, event, change):
    take(ada, event)
    change(of={"format": "hybrid"})
    tell_changes(MONDAY + SETTLE)

    assert mail.outbox[-1].subject == "Changed: Budget"
    assert "How before: Online\nHow now: In person and online\n" in mail.outbox[-1].body


def test_agent_and_those_who_wait_are_told_too(
    candidate, agent, ada, election, event, change, time_machine
):
    acting = candidate.candidacies.get()
    take(acting, event, by=By(agent, acting.agents.get()))
    take(ada, event)
    take(stands(election, "Ben"), event, may_wait=True)
    change(venue="Town Hall")
    mail.outbox.clear()

    assert tell_changes(MONDAY + SETTLE) == 4

    told = {message.to[0]: message for message in mail.outbox}
    assert list(told) == [
        "candidate@example.org",
        "agent@example.org",
        "ada@example.org",
        "ben@example.org",
    ]
    assert "Adam Agent" in told["agent@example.org"].body.splitlines()[0]
    assert "Alex Ben waits for" in told["ben@example.org"].body
    assert not told["ben@example.org"].alternatives


def test_candidate_who_gets_a_sign_in_later_is_told_of_the_booking_then(ada, editor, event, change):
    user, ada.user = ada.user, None
    ada.save()
    take(ada, event, by=By(editor, reason="Rang."))
    assert (tell_changes(MONDAY + HOUR), mail.outbox) == (0, [])

    ada.user = user
    ada.save()

    assert (tell_changes(MONDAY + HOUR), tell_changes(MONDAY + HOUR)) == (1, 0)
    assert [message.subject for message in mail.outbox] == ["Booked: Budget"]


@pytest.mark.parametrize(
    ("fields", "of"),
    [
        ({"starts_at": uk("2021-04-20 11:00")}, {}),
        ({"ends_at": uk("2021-04-20 13:00")}, {}),
        ({"venue": "Town Hall"}, {}),
        ({"status": "cancelled", "why": "No."}, {}),
        ({"status": "postponed", "why": "No."}, {}),
        ({}, {"format": "hybrid"}),
    ],
)
def test_such_a_change_is_not_released_without_a_reason(event, change, fields, of):
    with pytest.raises(ReleaseRefused) as refused:
        change(note="", of=of, **fields)
    assert "Say what changed, and why" in refused.value.sentence


def test_slot_does_not_just_disappear(event, release_now):
    draft = new_version(event, change="correction", note=REASON, by=None, at=MONDAY)
    draft.slots.get(number=1).delete()

    with pytest.raises(ReleaseRefused) as refused:
        release_now(draft, at=MONDAY)
    assert "The slot of 20 April 2021 is missing." in refused.value.sentence


def test_one_to_one_that_is_offered_no_longer_ends_with_the_note(
    ada, event, release_now, make_event
):
    meeting = make_event(
        slug="meeting",
        kind="one-to-one",
        takes_bookings=True,
        slots=[{"starts_at": uk(f"2021-04-20 {hour}:00")} for hour in (10, 11)],
    )
    release_now(meeting)
    booking = take(ada, meeting)
    draft = new_version(meeting, change="minor", note="Ill on that day.", by=None, at=MONDAY)
    draft.slots.get(number=1).delete()
    release_now(draft, at=MONDAY)

    tell_changes(MONDAY + SETTLE)

    assert states(booking) == ["cancelled"]
    assert "Reason: Ill on that day." in mail.outbox[-1].body


def test_cancelled_slot_ends_its_bookings_with_the_reason(ada, election, event, change):
    booking, _ = take(ada, event), take(stands(election, "Ben"), event)
    waits = take(stands(election, "Cyn"), event, may_wait=True)
    change(status="cancelled", why=REASON)

    tell_changes(MONDAY + SETTLE - SECOND)
    assert states(booking, waits) == ["booked", "waiting"]
    tell_changes(MONDAY + SETTLE)
    tell_changes(MONDAY + SETTLE)
    pass_on(EventBook.objects.get(), MONDAY + HOUR)

    assert states(booking, waits) == ["cancelled", "cancelled"]
    assert Booking.objects.get(pk=booking.pk).ended_reason == REASON
    told = [message for message in mail.outbox if message.to == ["ada@example.org"]]
    assert [message.subject for message in told] == ["Booked: Budget", "Cancelled: Budget"]
    assert f"\nReason: {REASON}\n" in told[1].body
    assert "The office has called this event off." in told[1].body
    method, entry = entry_of(told[1])
    assert (method, entry["status"], entry["sequence"]) == ("CANCEL", "CANCELLED", 1)
    assert entry["uid"] == entry_of(told[0])[1]["uid"]
    [_, for_cyn] = [message for message in mail.outbox if message.to == ["cyn@example.org"]]
    assert (for_cyn.subject, for_cyn.alternatives) == ("Cancelled: Budget", [])


def test_withdrawn_event_ends_its_bookings_too(ada, event, release_now):
    booking = take(ada, event)
    release_now(
        new_version(event, change="withdrawal", note="Put up by mistake.", by=None, at=MONDAY),
        at=MONDAY,
    )

    tell_changes(MONDAY + SETTLE)

    assert states(booking) == ["cancelled"]
    assert "Reason: Put up by mistake." in mail.outbox[-1].body
    assert entry_of(mail.outbox[-1])[0] == "CANCEL"


def test_postponed_slot_keeps_its_places_until_there_is_a_new_time(ada, event, change):
    booking = take(ada, event)
    change(status="postponed", why="The speaker is ill.")
    tell_changes(MONDAY + SETTLE)
    later = uk("2021-04-22 09:00")  # the old time is past
    change(at=later, status="on", why="", starts_at=uk("2021-04-28 10:00"), ends_at=None)
    tell_changes(later + SETTLE)

    assert states(booking) == ["booked"]
    assert [message.subject for message in mail.outbox] == [
        "Booked: Budget",
        "Postponed: Budget",
        "Changed: Budget",
    ]
    assert "Reason: The speaker is ill." in mail.outbox[1].body
    assert "When it was to be: Tuesday 20 April 2021" in mail.outbox[1].body
    assert "Status before: Postponed\nStatus now: As planned\n" in mail.outbox[2].body
    assert updates() == [
        ("REQUEST", 0, "20 09:00"),
        ("CANCEL", 1, "20 09:00"),
        ("REQUEST", 2, "28 09:00"),
    ]


def test_postponed_and_then_cancelled_is_told_though_the_old_time_is_past(ada, event, change):
    booking = take(ada, event)
    change(status="postponed", why="The speaker is ill.")
    tell_changes(MONDAY + SETTLE)
    later = uk("2021-04-22 09:00")
    change(at=later, status="cancelled", why="There is no other speaker.")
    tell_changes(later + SETTLE)

    assert states(booking) == ["cancelled"]
    assert "Reason: There is no other speaker." in mail.outbox[-1].body


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_what_is_called_off_is_not_booked_and_not_offered(ada, election, event, change, status):
    held = take(ada, event)
    take(stands(election, "Ben"), event)
    waits = take(stands(election, "Cyn"), event, may_wait=True)
    change(status=status, why=REASON)

    cancel(held, by=By(ada.user), at=MONDAY)
    pass_on(EventBook.objects.get(), uk("2021-04-20 09:30"))
    with pytest.raises(BookingRefused) as refused:
        take(ada, event, may_wait=True)

    assert states(waits) == ["waiting"]
    assert (refused.value.code, REASON in refused.value.sentence) == ("called_off", True)
    assert refused.value.sentence.endswith(" Still free: Wednesday 21 April 2021, 10am to 12 noon.")


def test_what_is_over_is_not_told_of(ada, event, change):
    take(ada, event)
    over = uk("2021-04-20 12:00")
    change(at=over, venue="Town Hall", note="It was in the Town Hall.")

    assert tell_changes(over + SETTLE) == 0


def test_who_was_told_nothing_yet_is_told_what_holds_and_no_change(ada, event, change, settings):
    """As when the mail server was away when the place was booked, and the event then moved."""
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.workshops.booking_cast.AwayBackend"
    take(ada, event)
    settings.EMAIL_BACKEND = backend
    change(venue="Town Hall")

    assert tell_changes(MONDAY + SETTLE) == 0
    send_waiting(MONDAY + HOUR, seconds=10)
    assert tell_changes(MONDAY + HOUR) == 0

    [message] = [one for one in mail.outbox if one.subject == "Booked: Budget"]
    assert "Where: Town Hall" in message.body


def test_mail_box_that_is_busy_keeps_nobody_else_waiting(ada, election, event, settings):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.workshops.booking_cast.AwayBackend"
    take(ada, event)
    take(stands(election, "Ben"), event)
    settings.EMAIL_BACKEND = "tests.workshops.booking_cast.BusyBackend"

    assert send_waiting(MONDAY + HOUR, seconds=10) == 2
    settings.EMAIL_BACKEND = backend
    assert send_waiting(MONDAY + HOUR, seconds=10) == 2
    assert len(mail.outbox) == 2


def test_swap_updates_the_same_entry_and_a_new_booking_is_another(ada, event):
    take(ada, event)
    swapped = take(ada, event, 2, replaces=Booking.objects.get().pk)
    cancel(swapped, by=By(ada.user), at=MONDAY)
    assert updates() == [
        ("REQUEST", 0, "20 09:00"),
        ("REQUEST", 1, "21 09:00"),
        ("CANCEL", 2, "21 09:00"),
    ]

    take(ada, event, at=MONDAY + HOUR)
    method, entry = entry_of(mail.outbox[-1])
    assert (method, entry["sequence"]) == ("REQUEST", 0)
    assert entry["uid"] != entry_of(mail.outbox[0])[1]["uid"]


def test_offer_that_is_accepted_moves_the_entry_of_the_place_given_up(ada, election, event):
    """It is one place before and after."""
    for name in ("Ben", "Cyn"):
        last = take(stands(election, name), event, 2)
    waits = take(ada, event, 2, may_wait=True)
    take(ada, event)
    cancel(last, by=By(last.candidate.user), at=MONDAY)
    accept(waits, by=By(ada.user), at=MONDAY)

    mail.outbox[:] = [message for message in mail.outbox if message.to == ["ada@example.org"]]
    assert [(method, start) for method, _, start in updates()] == [
        ("REQUEST", "20 09:00"),
        ("REQUEST", "21 09:00"),
    ]


def test_each_state_has_its_mail_and_each_place_its_entry(
    ada, election, make_event, release_now, editor
):
    slot = {"starts_at": uk("2021-04-20 10:00"), "capacity": 1}
    event = make_event(slug="budget", title="Budget", takes_bookings=True, slots=[slot])
    release_now(event)
    ben, cyn = stands(election, "Ben"), stands(election, "Cyn")

    booked = take(ada, event)
    waits, also_waits = (take(one, event, may_wait=True) for one in (ben, cyn))
    cancel(booked, by=By(ada.user), at=MONDAY)
    accept(waits, by=By(ben.user), at=MONDAY)
    cancel(also_waits, by=By(cyn.user), at=MONDAY)
    cancel(waits, by=By(editor, reason="Rang."), at=MONDAY)

    told = [
        (message.to[0][:3], message.subject, entry_of(message)[0] if message.alternatives else "")
        for message in mail.outbox
    ]
    assert told == [
        ("ada", "Booked: Budget", "REQUEST"),
        ("ben", "On the waiting list: Budget", ""),
        ("cyn", "On the waiting list: Budget", ""),
        ("ada", "Cancelled: Budget", "CANCEL"),
        ("ben", "A place for you, please answer: Budget", ""),
        ("ben", "Booked: Budget", "REQUEST"),
        ("cyn", "Cancelled: Budget", ""),
        ("ben", "Cancelled: Budget", "CANCEL"),
    ]


def test_invitation_names_the_office_and_asks_for_no_answer(ada, event):
    booking = take(ada, event)

    [message] = mail.outbox
    _, entry = entry_of(message)
    assert (entry["organizer"], entry["attendee"]) == (
        "mailto:office@example.org",
        "mailto:ada@example.org",
    )
    assert (entry["attendee"].params["RSVP"], entry["status"]) == ("FALSE", "CONFIRMED")
    assert (entry["summary"], entry["location"]) == ("Budget", "County Hall")
    assert entry["url"] == f"http://testserver/pcc-2021/bookings/{booking.pk}/"
    assert "Booked for Alex Ada." in entry["description"]


def test_mails_of_one_person_go_out_in_the_order_they_were_written(ada, event, settings):
    """As when a second worker takes the later job first."""
    settings.JOBS_AT_ONCE = False
    booking = take(ada, event)
    cancel(booking, by=By(ada.user), at=MONDAY)
    first, second = BookingMail.objects.order_by("pk")

    assert (send(second.pk), send(first.pk)) == ("Sent.", "Begun before.")
    assert [method for method, *_ in updates()] == ["REQUEST", "CANCEL"]


def test_many_cost_as_many_queries_as_one(event, election):
    take(stands(election, "Ada"), event)
    with CaptureQueriesContext(connection) as for_one:
        tell_changes(MONDAY + HOUR)
    for name in ("Ben", "Cyn", "Dan"):
        take(stands(election, name), event, 2 if name == "Dan" else 1, may_wait=True)

    with CaptureQueriesContext(connection) as for_four:
        tell_changes(MONDAY + HOUR)

    assert len(for_four) == len(for_one)


def test_agent_who_booked_is_told_of_a_swap_and_of_the_end(candidate, agent, event):
    row = candidate.candidacies.get()
    first = take(row, event, by=By(agent, agent.agencies.get()))
    mail.outbox.clear()

    second = take(row, event, 2, replaces=first.pk)
    cancel(second, by=By(candidate), at=MONDAY)

    told = [(message.to[0], entry_of(message)[0]) for message in mail.outbox]
    assert sorted(told) == [
        ("agent@example.org", "CANCEL"),
        ("agent@example.org", "REQUEST"),
        ("candidate@example.org", "CANCEL"),
        ("candidate@example.org", "REQUEST"),
    ]


def test_offer_of_what_is_postponed_keeps_its_number(ada, election, event, change):
    others = [take(stands(election, name), event) for name in ("Ben", "Cy")]
    waiting = take(ada, event, may_wait=True)
    cancel(others[0], by=By(others[0].candidate.user), at=MONDAY)
    assert states(waiting) == ["offered"]
    change(status="postponed", why="The hall is closed.")

    for days in (0, 3):
        pass_on(EventBook.objects.get(), MONDAY + dt.timedelta(days=days))

    assert states(waiting) == ["waiting"]


def test_place_is_offered_again_once_there_is_a_new_time(ada, election, event, change):
    others = [take(stands(election, name), event) for name in ("Ben", "Cy")]
    waiting = take(ada, event, may_wait=True)
    cancel(others[0], by=By(others[0].candidate.user), at=MONDAY)
    change(status="postponed", why="The hall is closed.")
    pass_on(EventBook.objects.get(), MONDAY)
    later = MONDAY + HOUR
    change(at=later, status="on", why="", starts_at=uk("2021-04-27 10:00"), ends_at=None)

    pass_on(EventBook.objects.get(), later)

    assert states(waiting) == ["offered"]
    told = [one for one in mail.outbox if one.subject.startswith("A place for you")]
    assert len(told) == 2


@pytest.mark.parametrize(
    ("starts", "until"),
    [
        # Moved nearer: no offer holds longer than the booking.
        ("2021-04-13 12:00", "2021-04-12 12:00"),
        ("2021-04-20 10:00", "2021-04-13 10:00"),
    ],
)
def test_offer_is_cut_short_when_the_event_is_moved_nearer(
    ada, election, event, change, starts, until
):
    others = [take(stands(election, name), event) for name in ("Ben", "Cy")]
    waiting = take(ada, event, may_wait=True)
    cancel(others[0], by=By(others[0].candidate.user), at=MONDAY)

    change(at=MONDAY + HOUR / 2, starts_at=uk(starts), ends_at=None)
    pass_on(EventBook.objects.get(), MONDAY + HOUR / 2)

    waiting.refresh_from_db()
    assert waiting.offered_until == uk(until)
    pass_on(EventBook.objects.get(), uk(until))
    assert states(waiting) == ["lapsed"]


def test_what_is_over_is_not_called_off_when_its_time_is_taken_out(
    make_event, release_now, ada, time_machine
):
    slots = [
        {"starts_at": uk(f"2021-04-{day} 10:00"), "ends_at": uk(f"2021-04-{day} 11:00")}
        for day in (20, 21)
    ]
    offer = make_event(kind="one-to-one", takes_bookings=True, slots=slots)
    release_now(offer)
    held = take(ada, offer)
    after = uk("2021-04-20 15:00")
    time_machine.move_to(after, tick=False)
    new = new_version(offer, change="minor", note="Without what is past.", by=None, at=after)
    new.slots.get(number=1).delete()
    release_now(new, at=after)

    tell_changes(after + 2 * SETTLE)

    assert states(held) == ["booked"]


def test_why_a_slot_is_called_off_is_read_for_names(ada, event, change):
    new = change(status="cancelled", why="Alex Ada asked for it.")

    assert "candidate-name" in {finding.code for finding in new.findings()}


def test_mails_from_before_slots_were_named_are_given_what_they_told(ada, event, change):
    migration = import_module("workshops.migrations.0009_mails_say_which_slot")
    take(ada, event)
    told = BookingMail.objects.get().slot
    BookingMail.objects.update(slot=None)
    change(at=MONDAY + HOUR, venue="Town Hall")

    migration.say_which_slot(apps, SimpleNamespace(connection=connection))

    assert BookingMail.objects.get().slot == told
