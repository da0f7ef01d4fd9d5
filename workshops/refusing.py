"""What somebody may ask for, and why it is refused: in a code and a sentence for whoever asked."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from elections.models import Agent, Candidate, User
from elections.refusals import Refused

from .models import Booking, Event, Slot, WishList
from .places import Places, SlotKey, free_slots
from .wording import at_time, listed, time_of


class BookingRefused(Refused):
    """Why there is no place: ``free`` are slots of the same event that can be had instead."""

    def __init__(self, code: str, sentence: str, free: Sequence[Slot] = ()) -> None:
        super().__init__(code, sentence)
        self.free = list(free)


@dataclass(frozen=True)
class By:
    """Who acts: the candidate, their ``agent``, staff with a reason; without a user the portal.

    ``site`` is where they read the portal, for the links in mails.
    """

    user: User | None = None
    agent: Agent | None = None
    reason: str = ""
    site: str = ""

    @property
    def is_office(self) -> bool:
        return self.user is not None and self.user.is_staff


@dataclass(frozen=True)
class Wish:
    """What is asked for. ``replaces`` is the booking of the same event to be given up for it."""

    slug: str
    number: int
    agents: int = 0
    guests: int = 0
    access: str = ""
    diet: str = ""
    may_wait: bool = False
    replaces: int | None = None

    @property
    def key(self) -> SlotKey:
        return self.slug, self.number

    @property
    def places(self) -> int:
        return 1 + self.agents + self.guests

    def is_met_by(self, booking: Booking) -> bool:
        return (booking.agents, booking.guests) == (self.agents, self.guests)


def refuse_slot(slot: Slot, wish: Wish, by: By, at: dt.datetime) -> None:
    """What does not depend on anybody else: asked before the lock, and again under it."""
    event = slot.event
    if not event.takes_bookings:
        raise BookingRefused("no_bookings", "This event is not booked on the portal.")
    if not slot.is_on:
        raise BookingRefused("called_off", f"{slot.get_status_display()}: {slot.why}")
    if at >= slot.starts_at:
        raise BookingRefused("over", "This event has begun, or is over.")
    _refuse_moment(slot, by, at)
    for asked, most, whom in (
        (wish.agents, event.agent_places, "agents"),
        (wish.guests, event.guest_places, "guests"),
    ):
        if not 0 <= asked <= most:
            raise BookingRefused("too_many", f"You can bring {most or 'no'} {whom} to this event.")
    if slot.capacity is not None and wish.places > slot.capacity:
        raise BookingRefused("too_many", f"There are {slot.capacity} places in all.")


def _refuse_moment(slot: Slot, by: By, at: dt.datetime) -> None:
    """Before booking opens, until lots are drawn, and after it closes only the office books."""
    event = slot.event
    if by.is_office:
        if not by.reason.strip():
            raise BookingRefused("no_reason", "Say why the office books it.")
    elif event.bookable_from and at < event.bookable_from:
        raise BookingRefused("not_yet", f"Booking opens at {at_time(event.bookable_from)}.")
    elif event.takes_wishes and WishList.objects.undrawn(event).exists():
        raise BookingRefused(
            "not_drawn",
            "The slots that were asked for before booking opened are being drawn. Try again in a "
            "few minutes.",
        )
    elif at >= slot.closes_at:
        raise BookingRefused("closed", f"Booking closed at {at_time(slot.closes_at)}.")


def has_one() -> BookingRefused:
    return BookingRefused(
        "booked_already", "You have a place at this event already. Change that booking instead."
    )


def has_all(most: int) -> BookingRefused:
    return BookingRefused(
        "booked_already",
        f"You have {most} places at this event, as many as each candidate may. Change or cancel "
        "one of them instead.",
    )


def full(candidate: Candidate, wish: Wish, places: Places, at: dt.datetime) -> BookingRefused:
    free = free_slots(candidate.election, wish.slug, at, wish.places)
    left = places.in_words[0].lower() + places.in_words[1:]
    told = "All places are taken" if places.is_full else f"You ask for more than is left: {left}"
    instead = f" Still free: {listed(time_of(slot) for slot in free[:3])}." if free else ""
    return BookingRefused("full", f"{told}.{instead}", free)


def refuse_person(candidate: Candidate, event: Event, by: By) -> None:
    if by.agent and not Agent.objects.active().filter(pk=by.agent.pk, candidate=candidate).exists():
        raise BookingRefused("agent_ended", "You no longer act for this candidate.")
    if event.open_to not in Event.OpenTo.of_status(candidate.status):  # type: ignore[attr-defined]
        raise BookingRefused(
            "not_open",
            f"Those who may attend: {event.get_open_to_display()[0].lower()}"
            f"{event.get_open_to_display()[1:]}.",
        )
