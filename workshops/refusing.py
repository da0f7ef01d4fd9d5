"""What somebody may ask for, and why it is refused: in a code and a sentence for whoever asked."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from elections.models import Agent, Candidate, User
from elections.refusals import Refused

from .models import Booking, Event, Slot, WishList
from .places import Places, SlotKey
from .wording import at_time, listed, time_of


class BookingRefused(Refused):
    """Why there is no place: ``free`` are slots of the same event that can be had instead."""

    def __init__(self, code: str, sentence: str, free: Sequence[Slot] = ()) -> None:
        instead = f" Still free: {listed(time_of(slot) for slot in free[:3])}." if free else ""
        super().__init__(code, sentence + instead)
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
    # What those who come need; ``None`` leaves what was said before, nothing takes it back.
    access: str | None = None
    diet: str | None = None
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
        all_of_them = "is 1 place" if slot.capacity == 1 else f"are {slot.capacity} places"
        raise BookingRefused("too_many", f"There {all_of_them} in all.")


def _refuse_moment(slot: Slot, by: By, at: dt.datetime) -> None:
    """Before booking opens and after it closes only the office books; while lots are to be drawn
    about it, nobody does: those who asked come first.
    """
    event = slot.event
    if by.is_office and not by.reason.strip():
        raise BookingRefused("no_reason", "Say why the office books it.")
    is_early = event.bookable_from is not None and at < event.bookable_from
    if is_early and not by.is_office:
        raise BookingRefused("not_yet", f"Booking opens at {at_time(event.bookable_from)}.")
    if event.takes_wishes and WishList.objects.undrawn(event).exists():
        when = "are being drawn. Try again in a few minutes"
        if is_early:
            when = f"are drawn at {at_time(event.bookable_from)}. Book what is left after that"
        raise BookingRefused("not_drawn", f"Slots of this event were asked for, and {when}.")
    if at >= slot.closes_at and not by.is_office:
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


def full(places: Places) -> BookingRefused:
    left = places.in_words[0].lower() + places.in_words[1:]
    told = "All places are taken" if places.is_full else f"You ask for more than is left: {left}"
    return BookingRefused("full", f"{told}.")


def refuse_person(candidate: Candidate, event: Event, by: By) -> None:
    if by.agent and not Agent.objects.active().filter(pk=by.agent.pk, candidate=candidate).exists():
        raise BookingRefused("agent_ended", "You no longer act for this candidate.")
    if event.open_to not in Event.OpenTo.of_status(candidate.status):  # type: ignore[attr-defined]
        raise BookingRefused(
            "not_open",
            f"Those who may attend: {event.get_open_to_display()[0].lower()}"
            f"{event.get_open_to_display()[1:]}.",
        )
