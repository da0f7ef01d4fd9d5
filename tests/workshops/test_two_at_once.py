"""Two workers at once, on PostgreSQL: on SQLite one writer waits for the other anyway."""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from elections.models import Election, Office
from releases.versions import new_version
from tests.conftest import release_reviewed
from tests.workshops.booking_cast import HOUR, stands, take
from workshops.bookings import cancel
from workshops.changes import tell_changes
from workshops.models import Booking, BookingMail, Event
from workshops.refusing import By
from workshops.reminders import remind

NAMES = ("Ada", "Ben", "Cyn", "Dan", "Eve", "Fay")


@pytest.fixture
def event(django_db_setup, transactional_db, settings) -> Event:
    """It is tomorrow, has moved a quarter of an hour ago, and six are booked; no mail is sent."""
    if connection.vendor != "postgresql":
        pytest.skip("two writers at once are PostgreSQL’s")
    settings.JOBS_AT_ONCE = False
    settings.REMINDER_HOURS = [24]
    now = timezone.now()
    office = Office.objects.create(name="Office", short_name="Office", post="PCC")
    election = Election.objects.create(
        office=office, name="Election", slug="poll", poll_date=timezone.localdate(now)
    )
    event = Event.objects.create(
        election=election,
        slug="budget",
        title="Budget",
        kind="workshop",
        summary=".",
        takes_bookings=True,
        book_until_hours=0,
    )
    event.slots.create(starts_at=now + 24 * HOUR)
    release_reviewed([event], election=election, title="One", at=now - 5 * HOUR)
    for name in NAMES:
        take(stands(election, name), event, at=now - 4 * HOUR)
    told = event.slots.get()
    BookingMail.objects.update(slot=told, begun_at=now - 4 * HOUR, accepted_at=now - 4 * HOUR)
    return event


@pytest.fixture
def moved(event) -> Event:
    at = timezone.now() - HOUR / 4
    draft = new_version(event, change="minor", note="The hall is taken.", by=None, at=at)
    draft.slots.update(venue="Town Hall")
    release_reviewed([draft], election=event.election, title="Two", at=at)
    return draft


def at_once(*acts: Callable[[], object]) -> None:
    """Each in a connection of its own, all in the same moment. What one raises is raised here."""
    door, raised = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        try:
            door.wait(20)
            act()
        except Exception as error:  # told in the thread of the test
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert raised == []


def times(what: str) -> Counter[str]:
    mails = BookingMail.objects.filter(what=what).select_related("booking__candidate")
    return Counter(mail.booking.candidate.surname for mail in mails)


def test_two_workers_tell_a_change_once(moved):
    now = timezone.now()

    at_once(*[lambda: tell_changes(now)] * 3)

    assert times("changed") == Counter(NAMES)


def test_two_workers_remind_once(event):
    now = event.slots.get().starts_at - 24 * HOUR + dt.timedelta(minutes=1)

    at_once(*[lambda: remind(now)] * 3)

    assert times("reminder") == Counter(NAMES)


def test_whoever_cancels_meanwhile_has_the_last_word(moved):
    now = timezone.now()
    booked = list(Booking.objects.select_related("candidate__user", "book"))

    def cancel_all() -> None:
        for booking in booked:
            cancel(booking, by=By(booking.candidate.user), at=now)

    at_once(lambda: tell_changes(now), cancel_all)

    for booking in booked:
        assert booking.mails.order_by("pk").last().what == "cancelled"
