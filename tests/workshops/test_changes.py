"""What changes after somebody has booked reaches them: once, with before and after."""

import datetime as dt

import pytest
from django.core import mail
from icalendar import Calendar

from releases.versions import new_version
from tests.workshops.booking_cast import MONDAY, stands, take
from tests.workshops.cast import uk
from workshops.changes import SETTLE, tell_changes
from workshops.models import Event

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
