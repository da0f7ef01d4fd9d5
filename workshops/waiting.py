"""What staff read of a waiting list: who is offered the next place, and why."""

import datetime as dt
from collections.abc import Collection

from .handing_on import in_turn
from .models import Booking, EventBook, Slot, SlotQuerySet
from .places import Places, key_of, places_of
from .wording import at_time


def next_offer(booking: Booking, at: dt.datetime) -> str:
    """Whom the slot of ``booking`` is offered to next. Three queries."""
    slots = slots_in_force(booking.book, at).filter(number=booking.slot_number)
    told = next_offers(booking.book, list(slots), at)
    nowhere = "No next offer, because this time is not on the programme."
    return told.get(booking.slot_number, nowhere)


def slots_in_force(book: EventBook, at: dt.datetime) -> SlotQuerySet:
    slots = Slot.objects.in_force(at).filter(
        event__election=book.election_id, event__slug=book.event_slug
    )
    return slots.select_related("event")


def next_offers(book: EventBook, slots: Collection[Slot], at: dt.datetime) -> dict[int, str]:
    """By number of the slot: “Next offer: …, because …”, or why there is none. Two queries."""
    counts = places_of(book.election, slots)
    live = list(book.bookings.live().select_related("candidate").order_by("made_at", "pk"))
    return {slot.number: _next_offer(slot, counts[key_of(slot)], live, at) for slot in slots}


def _next_offer(slot: Slot, places: Places, live: list[Booking], at: dt.datetime) -> str:
    here = [one for one in live if one.slot_number == slot.number]
    joined = [one for one in here if one.state == Booking.State.WAITING]
    waiting = in_turn(joined, live, slot.event, at)
    if not joined:
        return "No next offer, because nobody is on the waiting list."
    if not slot.is_on:
        return f"No next offer: {slot.get_status_display().lower()}."
    if at >= slot.closes_at:
        return f"No next offer, because booking closed at {at_time(slot.closes_at)}."
    if not waiting:
        return "No next offer now: each who waits has as many open offers as they may have places."
    first = waiting[0]
    fitting = next((one for one in waiting if places.fit(one.places)), None)
    if fitting is None:
        why = _why_first(first, joined, waiting)
        return f"Next offer: {first.candidate}, {_when(here, places)}, because {why}."
    why = (
        f"a place is free and {_why_first(first, joined, waiting)}"
        if fitting is first
        else "those who come before need more places than are free"
    )
    return f"Next offer: {fitting.candidate}, within a minute, because {why}."


def _why_first(first: Booking, joined: list[Booking], waiting: list[Booking]) -> str:
    if first is joined[0]:
        return "they joined first"
    if joined[0] in waiting:
        return "they have no place yet, and those without one come first for now"
    return "whoever joined before has an offer to answer already"


def _when(here: list[Booking], places: Places) -> str:
    if places.left:
        return f"when more than {places.left} are free"
    offers = [(one.offered_until, one) for one in here if one.offered_until and _is_offered(one)]
    if not offers:
        return "when somebody cancels"
    until, offered = min(offers, key=lambda offer: offer[0])
    return f"if {offered.candidate} declines or does not answer by {at_time(until)}"


def _is_offered(booking: Booking) -> bool:
    return booking.state == Booking.State.OFFERED
