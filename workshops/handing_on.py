"""The end of a booking, and what becomes of the place. The event is locked by whoever calls."""

import datetime as dt

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
    for offer in here.overdue(at):
        end(offer, State.LAPSED, by=By(), at=at)
        tell(offer, What.LAPSED, at)
    now = standing(election_id, (book.event_slug, number), at)
    if now is None:
        return
    is_closed = at >= now.slot.closes_at
    left = now.places.left
    for waiting in here.waiting() if is_closed or left != 0 else ():
        if is_closed:
            end(waiting, State.CLOSED, by=By(), at=at)
            tell(waiting, What.CLOSED, at)
        elif left is None:
            _offer(waiting, now.slot, at)
        elif waiting.places <= left and _offer(waiting, now.slot, at):
            left -= waiting.places


def _offer(waiting: Booking, slot: Slot, at: dt.datetime) -> bool:
    """Keep the place for somebody who may still attend. Returns whether it was offered."""
    if slot.event.open_to not in Event.OpenTo.of_status(
        waiting.candidate.status_on(timezone.localdate(at))
    ):
        end(waiting, State.CANCELLED, by=By(reason="May no longer attend."), at=at)
        tell(waiting, What.CANCELLED, at)
        return False
    left_out = NonWorkingDay.objects.values_list("date", flat=True)
    answer_by = hours_later(at, slot.event.offer_hours, set(left_out))
    waiting.state, waiting.offered_at = State.OFFERED, at
    waiting.offered_until = min(answer_by, slot.closes_at)
    waiting.save(update_fields=["state", "offered_at", "offered_until"])
    tell(waiting, What.OFFERED, at)
    return True
