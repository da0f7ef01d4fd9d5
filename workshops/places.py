"""How many places a slot has left, and how that is said."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, Sum

from elections.models import Election
from releases.kept import kept_for_good

from .models import Booking, Slot

# A slot of an event by what stays the same in every version of it.
SlotKey = tuple[str, int]

# How a slot stands, in one question. Through the ORM it took three, and most of the time of a
# booking: whoever waits for the lock waits for this.
_STANDING = """
SELECT slot.id,
  (SELECT COALESCE(SUM(1 + held.agents + held.guests), 0) FROM workshops_booking held
    WHERE held.book_id = book.id AND held.slot_number = slot.number
    AND held.state IN ('booked', 'offered')),
  (SELECT COUNT(*) FROM workshops_booking held
    WHERE held.book_id = book.id AND held.slot_number = slot.number AND held.state = 'waiting'),
  (SELECT COUNT(*) FROM workshops_booking held
    WHERE held.book_id = book.id AND held.slot_number = slot.number
    AND held.state = 'offered' AND held.offered_until <= %(at)s),
  (SELECT COUNT(*) FROM workshops_booking held
    WHERE held.book_id = book.id AND held.candidate_id = %(candidate)s
    AND held.state IN ('booked', 'offered', 'waiting'))
FROM workshops_slot slot
LEFT JOIN workshops_eventbook book
  ON book.election_id = %(election)s AND book.event_slug = %(slug)s
WHERE slot.number = %(number)s AND slot.event_id = (
  SELECT event.id FROM workshops_event event
  INNER JOIN releases_release made ON made.id = event.release_id
  WHERE event.election_id = %(election)s AND event.slug = %(slug)s AND made.released_at <= %(at)s
  ORDER BY event.version DESC LIMIT 1)
AND NOT EXISTS (
  SELECT 1 FROM workshops_event gone WHERE gone.id = slot.event_id AND gone.change = 'withdrawal')
"""


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
        """As on the programme: “3 of 12 places left”, “1 place left”, “Full: waiting list of 2”."""
        if self.left is None:
            return "Places are not limited"
        if self.left:
            all_of_them = f"{self.left} of " if self.capacity != 1 else ""
            return f"{all_of_them}{_places(self.capacity or 0)} left"
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
    """A slot in force and how it stands.

    ``overdue`` are offers of it that have run out, ``own`` the live bookings one candidate has of
    the same event.
    """

    slot: Slot
    places: Places
    overdue: int
    own: int


def standing(
    election_id: int, key: SlotKey, at: dt.datetime, candidate: int = 0
) -> Standing | None:
    """How a slot stands at the moment ``at``; nothing where it is not in force. One query."""
    slug, number = key
    asked: dict[str, Any] = {
        "election": election_id,
        "slug": slug,
        "number": number,
        "candidate": candidate,
        "at": connection.ops.adapt_datetimefield_value(at),
    }
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, asked)
        row = cursor.fetchone()
    if row is None:
        return None
    slot_id, taken, waiting, overdue, own = row
    slot: Slot = kept_for_good("slot", slot_id, _slot)
    return Standing(slot, Places(slot.capacity, int(taken), waiting), overdue, own)


def _slot(pk: int) -> Slot:
    return Slot.objects.select_related("event").get(pk=pk)


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


def free_slots(election: Election, slug: str, at: dt.datetime, places: int = 1) -> list[Slot]:
    """The slots of an event that can still be booked for so many. Two queries."""
    slots = list(
        Slot.objects.in_force(at)
        .filter(event__election=election, event__slug=slug, status=Slot.Status.ON)
        .select_related("event")
    )
    counts = places_of(election, slots)
    return [slot for slot in slots if at < slot.closes_at and counts[slug, slot.number].fit(places)]


def key_of(slot: Slot) -> SlotKey:
    return slot.event.slug, slot.number
