"""How many places a slot has left, and how that is said."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import models
from django.db.models import Count, F, Q, Sum

from elections.models import Election
from pcc_portal.conditions import Question

from .models import Booking, Slot

# A slot of an event by what stays the same in every version of it.
SlotKey = tuple[str, int]

_OF_SLOT = (
    "FROM workshops_booking held WHERE held.book_id = "
    "(SELECT book.id FROM workshops_eventbook book "
    "WHERE book.election_id = {} AND book.event_slug = {}) AND held.slot_number = {row}.number "
)
TAKEN = (
    "(SELECT COALESCE(SUM(1 + held.agents + held.guests), 0) "
    f"{_OF_SLOT}AND held.state IN ('booked', 'offered'))"
)
WAITING = f"(SELECT COUNT(*) {_OF_SLOT}AND held.state = 'waiting')"
OVERDUE = f"(SELECT COUNT(*) {_OF_SLOT}AND held.state = 'offered' AND held.offered_until <= {{}})"


@dataclass(frozen=True)
class Places:
    """How a slot stands: ``capacity`` is ``None`` where places are not limited."""

    capacity: int | None
    taken: int = 0
    waiting: int = 0

    @property
    def left(self) -> int | None:
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    @property
    def is_full(self) -> bool:
        return self.left == 0

    def fit(self, number: int) -> bool:
        return self.left is None or number <= self.left

    @property
    def in_words(self) -> str:
        """As on the programme: “3 of 12 places left”, “Full: waiting list of 2”."""
        if self.left is None:
            return "Places are not limited"
        if self.left:
            return f"{self.left} of {_places(self.capacity or 0)} left"
        return f"Full: waiting list of {self.waiting}" if self.waiting else "Full"

    @property
    def spoken(self) -> str:
        """As one hears it after the time: “3 places left”, “full, waiting list of 2”."""
        if self.left:
            return f"{_places(self.left)} left"
        return self.in_words[0].lower() + self.in_words[1:]


def _places(number: int) -> str:
    return f"{number} place" if number == 1 else f"{number} places"


@dataclass(frozen=True)
class Standing:
    """A slot in force, how it stands, and how many offers of it have run out."""

    slot: Slot
    places: Places
    overdue: int


def standing(election_id: int, key: SlotKey, at: dt.datetime) -> Standing | None:
    """How a slot stands at the moment ``at``; nothing where it is not in force. One query."""
    slug, number = key
    of = (models.Value(election_id), models.Value(slug))
    counted = {"output_field": models.IntegerField()}
    slot = (
        Slot.objects.in_force(at)
        .filter(number=number, event__election=election_id, event__slug=slug)
        .select_related("event")
        .annotate(
            taken=Question(TAKEN, *of, **counted),
            waiting=Question(WAITING, *of, **counted),
            overdue=Question(
                OVERDUE, *of, models.Value(at, output_field=models.DateTimeField()), **counted
            ),
        )
        .first()
    )
    if slot is None:
        return None
    return Standing(slot, Places(slot.capacity, slot.taken, slot.waiting), slot.overdue)


def places_of(election: Election, slots: Collection[Slot]) -> dict[SlotKey, Places]:
    """How each of ``slots`` of the election's events stands. One query."""
    slugs = {slot.event.slug for slot in slots}
    counts = {
        (row["book__event_slug"], row["slot_number"]): row
        for row in Booking.objects.filter(book__election=election, book__event_slug__in=slugs)
        .live()
        .order_by()
        .values("book__event_slug", "slot_number")
        .annotate(
            taken=Sum(1 + F("agents") + F("guests"), filter=Q(state__in=Booking.HOLDING)),
            waiting=Count("pk", filter=Q(state=Booking.State.WAITING)),
        )
    }
    nothing = {"taken": 0, "waiting": 0}
    return {
        key: Places(slot.capacity, counts.get(key, nothing)["taken"] or 0, row["waiting"])
        for slot in slots
        for key in [key_of(slot)]
        for row in [counts.get(key, nothing)]
    }


def key_of(slot: Slot) -> SlotKey:
    return slot.event.slug, slot.number
