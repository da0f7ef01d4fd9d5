"""Reminders before an event: one row for each person, each time of it and each of the hours before.

What was due while nobody worked is written down as missed, and never sent late.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from pcc_portal.jobs import one_by_one

from .bookings import held
from .changes import Now, now_of
from .emails import REMINDER_LATE_AT_MOST, people_of, queue
from .models import Booking, BookingMail, Slot

What = BookingMail.What
A_DAY = 24


@dataclass(frozen=True)
class Due:
    """One reminder of one booking: ``hours`` before the time its slot has now."""

    booking: Booking
    slot: Slot
    hours: int

    @property
    def at(self) -> dt.datetime:
        """Days before are days in the UK: at the same time of the day, whatever the clocks do."""
        days, hours = divmod(self.hours, A_DAY)
        day = timezone.localtime(self.slot.starts_at) - dt.timedelta(days=days)
        return day.astimezone(dt.UTC) - dt.timedelta(hours=hours)

    @property
    def about(self) -> str:
        """A slot at another time has reminders of its own."""
        return f"{self.hours} hours before {self.slot.starts_at:%Y-%m-%d %H:%M}"


def remind(at: dt.datetime) -> int:
    """Queue the reminders that are due, and mark those that were missed. How many were queued."""
    coming = list(_coming(at))
    now = now_of(coming, at)
    due = [one for booking in coming for one in _due(booking, now[booking.pk], at)]
    known = _written(due)

    def write(one: Due) -> int:
        return sum(
            _write(one, user_id, at)
            for user_id in people_of(one.booking)
            if (one.booking.pk, user_id, one.about) not in known and _was_known(one)
        )

    return one_by_one(due, write)


def _coming(at: dt.datetime) -> Collection[Booking]:
    """What is booked and begins within the longest of the times before, and a day more."""
    until = at + dt.timedelta(hours=max(settings.REMINDER_HOURS, default=0) + A_DAY)
    booked = Booking.objects.filter(state=Booking.State.BOOKED).with_slot()
    booked = booked.filter(Q(slot_starts__gt=at, slot_starts__lte=until))
    return booked.select_related("book__election", "candidate__user", "agent__user").order_by("pk")


def _due(booking: Booking, now: Now, at: dt.datetime) -> Iterator[Due]:
    """Nothing of what is called off, and nothing while a change waits to be told."""
    slot = now.takes_place
    if slot is None or not slot.is_on or not now.has_settled(at):
        return
    for hours in settings.REMINDER_HOURS:
        due = Due(booking, slot, hours)
        # Where only the day is known, nobody knows the hours before.
        if due.at <= at < slot.starts_at and not (slot.is_all_day and hours < A_DAY):
            yield due


def _was_known(due: Due) -> bool:
    """Whether there was something to be reminded of when it was due. One query.

    Whoever booked later, or was told of this time later, has had a mail about it since.
    """
    if due.booking.booked_at is None or due.booking.booked_at > due.at:
        return False
    event = due.slot.event
    return Slot.objects.filter(
        event__election=event.election_id,
        event__slug=event.slug,
        event__release__released_at__lte=due.at,
        number=due.slot.number,
        starts_at=due.slot.starts_at,
        status=Slot.Status.ON,
    ).exists()


def _written(due: Collection[Due]) -> set[tuple[int, int, str]]:
    mails = BookingMail.objects.filter(
        what=What.REMINDER, booking__in={one.booking.pk for one in due}
    )
    return set(mails.order_by().values_list("booking", "recipient", "about"))


def _write(due: Due, user_id: int, at: dt.datetime) -> bool:
    """Whether it was queued, and not missed. Asked again under the lock."""
    with held(due.booking, at) as found:
        facts = {"what": What.REMINDER, "recipient_id": user_id, "about": due.about}
        if found.state != Booking.State.BOOKED or found.mails.filter(**facts).exists():
            return False
        if at > due.at + REMINDER_LATE_AT_MOST:
            found.mails.create(**facts, queued_at=at, missed_at=at, slot=due.slot)
            return False
        queue(found, What.REMINDER, user_id, at, about=due.about, slot=due.slot)
        return True
