"""What one candidate can book now: the slots open to them, and what is left of each."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils import timezone

from elections.acting import Actor, acting_for
from elections.models import Candidate, Election, KeyDate
from pcc_portal.templatetags.portal import clock
from releases.models import Reader

from .models import Booking, Event, Slot
from .own_bookings import Own, bookings_of
from .places import Places, key_of, places_of
from .wording import at_time, time_of


@dataclass(frozen=True)
class Offer:
    """A slot as one candidate may have it. It tells about places: never show it to others."""

    slot: Slot
    places: Places
    own: Booking | None
    at: dt.datetime

    @property
    def is_open(self) -> bool:
        """Whether it can be booked, or waited for, now."""
        event = self.slot.event
        has_opened = event.bookable_from is None or event.bookable_from <= self.at
        has_room = not self.room.is_full or event.has_waiting_list
        return has_opened and self.at < self.slot.closes_at and has_room

    @property
    def room(self) -> Places:
        """The places as they are for this candidate: what they hold here themselves is theirs."""
        holds = self.own is not None and self.own.state == Booking.State.BOOKED
        own = self.own.places if self.own and holds else 0
        return Places(self.places.capacity, self.places.taken - own, self.places.waiting)

    @property
    def label(self) -> str:
        """As a screen reader says it: “Tuesday 13 April 2027, 10am to 12 noon, 3 places left”.

        Of what they have booked themselves it says that, not how full it is with them.
        """
        is_theirs = self.own is not None and self.own.state == Booking.State.BOOKED
        return f"{time_of(self.slot)}, {'booked now' if is_theirs else self.places.spoken}"

    @property
    def until(self) -> str:
        event = self.slot.event
        if event.bookable_from and self.at < event.bookable_from:
            return f"Booking opens at {at_time(event.bookable_from)}"
        is_over = self.at >= self.slot.closes_at
        return f"Booking {'closed' if is_over else 'closes'} at {at_time(self.slot.closes_at)}"


def offers(
    slots: Iterable[Slot], *, user: Reader, election: Election, at: dt.datetime
) -> dict[int, Offer]:
    """By the key of the slot: those ``user`` may book as, or for, a candidate. Past ones are not.

    Nothing for anyone else. No query where nothing can be booked, six at most.
    """
    bookable = [
        slot for slot in slots if slot.event.takes_bookings and slot.is_on and at < slot.starts_at
    ]
    if not bookable or not user.is_authenticated or getattr(user, "is_staff", False):
        return {}
    actor: Actor | None = acting_for(user, election, at)  # type: ignore[arg-type]
    return offers_for(actor.candidate, bookable, election, at) if actor else {}


def offers_for(
    candidate: Candidate, slots: Iterable[Slot], election: Election, at: dt.datetime
) -> dict[int, Offer]:
    """The same for one candidate. Three queries."""
    groups = Event.OpenTo.of_status(candidate.status_on(timezone.localdate(at)))
    allowed = [slot for slot in slots if slot.event.open_to in groups]
    if not allowed:
        return {}
    counts = places_of(election, allowed)
    live = Booking.objects.filter(candidate=candidate).live().select_related("book")
    own = {(one.book.event_slug, one.slot_number): one for one in live}
    return {
        slot.pk: Offer(slot, counts[key_of(slot)], own.get(key_of(slot)), at) for slot in allowed
    }


def warnings(
    candidate: Candidate, slot: Slot, at: dt.datetime, apart_from: Booking | None = None
) -> list[str]:
    """What to think of before booking ``slot``: other bookings, polling day, deadlines."""
    own = [one for one in bookings_of(candidate, at) if one.booking != apart_from]
    return list(_warnings(slot, own, _deadlines(candidate.election)))


def warnings_of(candidate: Candidate, slots: Iterable[Slot], at: dt.datetime) -> list[str]:
    """The same for each of several slots, which it names. Four queries, however many slots."""
    own, deadlines = bookings_of(candidate, at), _deadlines(candidate.election)
    return [
        f"{time_of(slot)}: {warning[0].lower()}{warning[1:]}"
        for slot in slots
        for warning in _warnings(slot, own, deadlines)
    ]


def _deadlines(election: Election) -> list[KeyDate]:
    return list(election.key_dates.exclude(kind__in=("", KeyDate.Kind.POLL)))


def _warnings(slot: Slot, own: list[Own], deadlines: list[KeyDate]) -> Iterator[str]:
    for one in own:
        if one.booking.is_live and _overlaps(one, slot):
            yield f"You have “{one.title}” at the same time: {one.when}."
    if slot.day == slot.event.election.poll_date:
        yield "This is polling day."
    for date in deadlines:
        if date.date == slot.day:
            by = f"{clock(date.time)}, " if date.time else ""
            yield f"On the same day: {by}{date.title[0].lower()}{date.title[1:]}."


def _overlaps(own: Own, slot: Slot) -> bool:
    if own.slot is None or (own.slot.event.slug, own.slot.number) == key_of(slot):
        return False
    return own.slot.overlaps(slot)
