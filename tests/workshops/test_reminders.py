"""Those booked are reminded in time, of the time that holds, once, and never late."""

import datetime as dt

import pytest
from django.core import mail

from releases.versions import new_version
from tests.workshops.booking_cast import HOUR, stands, take
from tests.workshops.cast import uk
from workshops.bookings import cancel
from workshops.changes import tell_changes
from workshops.emails import send
from workshops.models import BookingMail, Event
from workshops.refusing import By
from workshops.reminders import remind

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
BOOKED = uk("2026-10-12 09:00")
TEN = uk("2026-10-26 10:00")  # the Monday after the clocks went back


@pytest.fixture(autouse=True)
def _long_before(time_machine):
    time_machine.move_to(BOOKED, tick=False)


@pytest.fixture
def workshop(make_event, release_now):
    def _workshop(*starts: dt.datetime, **fields) -> Event:
        slots = [{"starts_at": moment, "venue": "County Hall"} for moment in starts or (TEN,)]
        event = make_event(slug="budget", title="Budget", takes_bookings=True, slots=slots)
        release_now(event)
        return event

    return _workshop


@pytest.fixture
def ada(election):
    return stands(election, "Ada")


@pytest.fixture
def change(release_now, time_machine):
    def _change(event: Event, at: dt.datetime, **fields) -> Event:
        time_machine.move_to(at, tick=False)
        draft = new_version(event, change="minor", note="The hall is taken.", by=None, at=at)
        draft.slots.update(**fields)
        release_now(draft, at=at)
        return draft

    return _change


@pytest.fixture
def reminded(time_machine):
    """How many reminders the job sends when it comes by at a UK time."""

    def _reminded(at: dt.datetime | str) -> int:
        moment = uk(at) if isinstance(at, str) else at
        time_machine.move_to(moment, tick=False)
        before = len(mail.outbox)
        remind(moment)
        return len(mail.outbox) - before

    return _reminded


def test_reminded_two_days_and_two_hours_before_and_once(ada, workshop, reminded):
    take(ada, workshop(), at=BOOKED)

    # Saturday was still summer time: the same time of the day, and 49 hours before.
    assert reminded("2026-10-24 09:59") == 0
    assert reminded("2026-10-24 10:00") == 1
    assert (reminded("2026-10-24 10:01"), reminded("2026-10-26 07:59")) == (0, 0)
    assert (reminded("2026-10-26 08:00"), reminded("2026-10-26 08:01")) == (1, 0)

    message = mail.outbox[-1]
    assert (message.to, message.subject) == (["ada@example.org"], "Soon: Budget")
    assert "\nWhen: Monday 26 October 2026, 10am (UK time)\nWhere: County Hall\n" in message.body
    assert not message.alternatives


@pytest.mark.parametrize(
    ("starts", "two_days", "two_hours"),
    [
        ("2026-10-25 03:00", "2026-10-23 02:00", "2026-10-25 01:00"),  # GMT; 3am BST, 1am UTC
        ("2026-10-26 10:00", "2026-10-24 09:00", "2026-10-26 08:00"),
        ("2027-03-28 03:00", "2027-03-26 03:00", "2027-03-28 00:00"),  # BST; 3am GMT
        ("2027-03-29 10:00", "2027-03-27 10:00", "2027-03-29 07:00"),
    ],
)
def test_both_are_right_across_both_clock_changes(
    ada, workshop, reminded, starts, two_days, two_hours
):
    take(ada, workshop(uk(starts)), at=BOOKED)

    for due in (two_days, two_hours):
        moment = dt.datetime.fromisoformat(f"{due}+00:00")
        assert [reminded(moment - MINUTE), reminded(moment)] == [0, 1], due


def test_event_that_moves_takes_its_reminders_along(ada, workshop, change, reminded):
    event = workshop()
    take(ada, event, at=BOOKED)
    assert reminded("2026-10-24 10:00") == 1
    moved = uk("2026-10-24 12:00")
    change(event, moved, starts_at=uk("2026-10-29 10:00"))
    assert reminded(moved + 2 * MINUTE) == 0  # nothing while the change waits to be told
    tell_changes(moved + HOUR)

    assert [reminded("2026-10-26 08:00"), reminded("2026-10-27 10:00")] == [0, 1]
    assert "Thursday 29 October 2026, 10am" in mail.outbox[-1].body
    assert reminded("2026-10-29 08:00") == 1


def test_event_that_moves_near_brings_no_late_reminder(ada, workshop, change, reminded):
    event = workshop()
    take(ada, event, at=BOOKED)
    at = uk("2026-10-19 09:00")
    change(event, at, starts_at=uk("2026-10-20 10:00"))

    assert reminded(at + HOUR) == 0
    assert not BookingMail.objects.exclude(missed_at=None).exists()
    assert reminded("2026-10-20 08:00") == 1


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_what_is_called_off_brings_none(ada, workshop, change, reminded, status):
    event = workshop()
    take(ada, event, at=BOOKED)
    change(event, uk("2026-10-24 09:58"), status=status, why="The speaker is ill.")

    assert [reminded("2026-10-24 10:00"), reminded("2026-10-26 08:00")] == [0, 0]


def test_who_cancelled_or_waits_or_booked_just_now_gets_none(
    ada, election, workshop, reminded, time_machine
):
    event = workshop()
    cancel(take(ada, event, at=BOOKED), by=By(ada.user), at=BOOKED)
    take(stands(election, "Ben"), event, at=uk("2026-10-24 10:05"))

    assert reminded("2026-10-24 10:06") == 0
    assert not BookingMail.objects.exclude(missed_at=None).exists()


def test_missed_one_is_marked_and_not_sent_late(ada, workshop, reminded):
    take(ada, workshop(), at=BOOKED)

    assert reminded("2026-10-24 10:31") == 0
    assert reminded("2026-10-24 10:32") == 0

    [missed] = BookingMail.objects.exclude(missed_at=None)
    assert missed.state(TEN) == "not sent: it would have come too late"
    assert reminded("2026-10-26 08:00") == 1
    assert reminded(TEN + MINUTE) == 0


@pytest.mark.parametrize("late", [True, False])
def test_one_that_waited_in_the_queue_is_sent_only_while_it_is_true(
    ada, workshop, change, reminded, settings, time_machine, late
):
    event = workshop()
    take(ada, event, at=BOOKED)
    settings.JOBS_AT_ONCE = False
    at = uk("2026-10-24 10:00")
    reminded(at)
    reminder = BookingMail.objects.get(what="reminder")
    if late:
        time_machine.move_to(at + 31 * MINUTE)
    else:
        change(event, at + MINUTE, starts_at=TEN + HOUR)

    assert send(reminder.pk) == ("Missed." if late else "Void.")
    assert send(reminder.pk) == "Begun before."
    assert BookingMail.objects.in_doubt(at + HOUR).exists() == late
    assert [message.subject for message in mail.outbox] == ["Booked: Budget"]


def test_a_day_without_a_time_is_reminded_of_days_before_only(
    ada, make_day_event, release_now, reminded
):
    event = make_day_event("2026-10-26", slug="budget", takes_bookings=True)
    release_now(event)
    take(ada, event, at=BOOKED)

    assert [reminded("2026-10-24 00:00"), reminded("2026-10-25 22:00")] == [1, 0]


def test_hours_are_a_setting(ada, workshop, reminded, settings):
    settings.REMINDER_HOURS = [24]
    take(ada, workshop(), at=BOOKED)

    assert [reminded("2026-10-24 10:00"), reminded("2026-10-25 10:00")] == [0, 1]
