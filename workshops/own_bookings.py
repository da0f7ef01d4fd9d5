"""What one candidate has booked and waits for, with the times as they are now."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, Q

from elections.models import Candidate

from .models import Booking, Event, Slot
from .places import SlotKey
from .wording import at_time, time_of


@dataclass(frozen=True)
class Own:
    """A booking, the slot it is for (none where no version has it), and the place in the queue."""

    booking: Booking
    slot: Slot | None
    is_on_programme: bool
    position: int = 0

    @property
    def title(self) -> str:
        return self.slot.event.title if self.slot else self.booking.book.event_slug

    @property
    def when(self) -> str:
        return time_of(self.slot) if self.slot else "Not on the programme"

    def is_over(self, at: dt.datetime) -> bool:
        """What is postponed is not over: it is still to come."""
        slot = self.slot
        is_postponed = slot is not None and slot.status == Slot.Status.POSTPONED
        return slot is not None and not is_postponed and slot.is_over_at <= at

    @property
    def state(self) -> str:
        """For the candidate: “You are 2nd on the waiting list”."""
        booking = self.booking
        if booking.state == Booking.State.WAITING:
            return f"You are {ordinal(self.position)} on the waiting list"
        if booking.state == Booking.State.OFFERED and booking.offered_until:
            return f"A place is kept for you until {at_time(booking.offered_until)}"
        return booking.get_state_display()


def ordinal(number: int) -> str:
    """“1st”, “2nd”, “11th”."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def bookings_of(candidate: Candidate, at: dt.datetime) -> list[Own]:
    """All bookings of ``candidate``, live ones first, in order of time. Three queries at most."""
    rows = Booking.objects.filter(candidate=candidate).exclude(state=Booking.State.MOVED)
    rows = rows.select_related("book__election", "candidate", "agent")
    return sorted(told(rows, at), key=_order)


def told(bookings: Iterable[Booking], at: dt.datetime) -> list[Own]:
    """Each with its slot and its place in the queue."""
    found = list(bookings)
    known = _slots(found, at)
    queues = _queues(one for one in found if one.state == Booking.State.WAITING)
    return [
        Own(one, slot, slot is not None and in_force, queues.get(one.pk, 0))
        for one in found
        for slot, in_force in [known.get((one.book_id, one.slot_number), (None, False))]
    ]


def slots_of(bookings: Iterable[Booking], at: dt.datetime) -> dict[int, Slot | None]:
    """The slot of each booking, by its number: as the newest version that has it says."""
    found = list(bookings)
    known = _slots(found, at)
    return {one.pk: known.get((one.book_id, one.slot_number), (None, False))[0] for one in found}


def given_up_for(
    offered: Booking, held: Sequence[Booking], event: Event, at: dt.datetime
) -> Booking | None:
    """Which of the bookings ``held`` of the same event ends when an offer is accepted.

    The one that was named when the wait began, also after it was changed; else the only one of
    whoever may have no more. Nothing ends while they may have more.
    """
    if offered.instead_of:
        for one in held:
            if one.entry == offered.instead_of.entry:
                return one
    return held[0] if len(held) == 1 and event.entitlement_at(at) == 1 else None


def ends_with(offered: Booking, slot: Slot | None, at: dt.datetime) -> Own | None:
    """What somebody has that ends when they accept the place at ``slot``. Three queries at most."""
    if offered.state != Booking.State.OFFERED or slot is None:
        return None
    held = Booking.objects.filter(
        book=offered.book_id, candidate=offered.candidate_id, state=Booking.State.BOOKED
    ).select_related("book", "candidate", "agent")
    found = given_up_for(offered, list(held), slot.event, at)
    return told([found], at)[0] if found else None


def _slots(bookings: list[Booking], at: dt.datetime) -> dict[tuple[int, int], tuple[Slot, bool]]:
    """By book and number, and whether the version in force has it. One query."""
    if not bookings:
        return {}
    books = {one.book_id: one.book for one in bookings}
    by_event = {(book.election_id, book.event_slug): pk for pk, book in books.items()}
    slots = (
        Slot.objects.filter(
            event__election__in={book.election_id for book in books.values()},
            event__slug__in={book.event_slug for book in books.values()},
            event__release__released_at__lte=at,
        )
        .annotate(
            is_in_force=ExpressionWrapper(
                Q(event__in=Event.objects.released(at).newest(at).order_by()),
                output_field=BooleanField(),
            )
        )
        .select_related("event__election__office", "event__release")
        .order_by("event__version")
    )
    found: dict[tuple[int, int], tuple[Slot, bool]] = {}
    for slot in slots:
        book = by_event.get((slot.event.election_id, slot.event.slug))
        if book is not None:
            found[book, slot.number] = slot, slot.is_in_force
    return found


def _queues(waiting: Iterable[Booking]) -> dict[int, int]:
    """The place of each in its queue, from 1. One query for all."""
    keys = {(one.book_id, one.slot_number) for one in waiting}
    if not keys:
        return {}
    rows = Booking.objects.waiting().filter(book__in={book for book, _ in keys})
    counts: dict[SlotKey | tuple[int, int], int] = {}
    found = {}
    for pk, book, number in rows.values_list("pk", "book_id", "slot_number"):
        counts[book, number] = counts.get((book, number), 0) + 1
        found[pk] = counts[book, number]
    return found


def _order(own: Own) -> tuple[bool, dt.datetime, int]:
    starts = own.slot.starts_at if own.slot else own.booking.made_at
    return not own.booking.is_live, starts, own.booking.pk
