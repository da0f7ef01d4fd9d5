"""The end of a booking, and what becomes of the place. The event is locked by whoever calls."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable

from django.utils import timezone

from elections.models import NonWorkingDay

from .emails import tell
from .models import Booking, BookingMail, BookingNeeds, Event, EventBook, Slot
from .office_hours import hours_later
from .places import standing
from .refusing import By

State, What = Booking.State, BookingMail.What


def end(
    booking: Booking, state: Booking.State, *, by: By, at: dt.datetime, keep_needs: bool = False
) -> None:
    booking.state, booking.ended_at = state, at
    booking.ended_by, booking.ended_agent, booking.ended_reason = by.user, by.agent, by.reason
    booking.save(update_fields=["state", "ended_at", "ended_by", "ended_agent", "ended_reason"])
    if not keep_needs:
        BookingNeeds.objects.filter(booking=booking).delete()


def pass_on_slot(book: EventBook, election_id: int, number: int, at: dt.datetime) -> None:
    """The free places of one slot to those who wait for it. The event is locked."""
    here = book.bookings.filter(slot_number=number).select_related("candidate", "agent")
    now = standing(election_id, (book.event_slug, number), at)
    if now and not now.slot.is_on:
        # Nobody can answer an offer now: they wait again, and keep their number.
        here.filter(state=State.OFFERED).update(state=State.WAITING, offered_until=None)
        return
    if now:  # it may have been moved nearer since: no offer outlives the last moment to book
        closes_at = now.slot.closes_at
        later = here.filter(state=State.OFFERED, offered_until__gt=closes_at)
        later.update(offered_until=closes_at)
    for offer in here.overdue(at):
        end(offer, State.LAPSED, by=By(), at=at)
        tell(offer, What.LAPSED, at)
    now = standing(election_id, (book.event_slug, number), at)
    if now is None:
        return
    if at >= now.slot.closes_at:
        for waiting in here.waiting():
            end(waiting, State.CLOSED, by=By(), at=at)
            tell(waiting, What.CLOSED, at)
        return
    left = now.places.left
    waiting_here = list(here.waiting()) if left != 0 else []
    of_event = list(book.bookings.live()) if waiting_here else []
    for waiting in in_turn(waiting_here, of_event, now.slot.event, at):
        if left is None:
            _offer(waiting, now.slot, at)
        elif waiting.places <= left and _offer(waiting, now.slot, at):
            left -= waiting.places


def in_turn(
    waiting: Iterable[Booking], of_event: Collection[Booking], event: Event, at: dt.datetime
) -> list[Booking]:
    """Those who wait for a slot, in the order in which they are offered a place.

    Whoever joined first; in the first window those without a place come before those with one.
    Left out, though they keep their number, is whoever has as many offers of the event open as
    they may have places: nobody holds several slots against the others. ``of_event`` are all its
    live bookings.
    """
    have_one = {one.candidate_id for one in of_event if one.state in Booking.HOLDING}
    offers = Counter(one.candidate_id for one in of_event if one.state == State.OFFERED)
    able = [one for one in waiting if offers[one.candidate_id] < event.entitlement_at(at)]
    if not event.is_first_window(at):
        return able
    return sorted(able, key=lambda one: one.candidate_id in have_one)


def _offer(waiting: Booking, slot: Slot, at: dt.datetime) -> bool:
    """Keep the place for somebody who may still attend. Returns whether it was offered."""
    status = waiting.candidate.status_on(timezone.localdate(at))
    if slot.event.open_to not in Event.OpenTo.of_status(status):
        return False  # ``leaving.py`` ends their wait
    left_out = NonWorkingDay.objects.values_list("date", flat=True)
    answer_by = hours_later(at, slot.event.offer_hours, set(left_out))
    waiting.state, waiting.offered_at = State.OFFERED, at
    waiting.offered_until = min(answer_by, slot.closes_at)
    waiting.save(update_fields=["state", "offered_at", "offered_until"])
    # The same wait may be offered a place more than once: the slot may be postponed in between.
    tell(waiting, What.OFFERED, at, about=f"{at:%Y-%m-%d %H:%M:%S.%f}")
    return True
