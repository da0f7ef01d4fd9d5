"""What staff read of a waiting list: who is offered the next place, and why."""

import datetime as dt

from .models import Booking, BookingQuerySet, EventBook
from .places import Standing, standing
from .wording import at_time


def next_offer(book: EventBook, number: int, at: dt.datetime) -> str:
    """“Next offer: …, because …”, or why there is none. Three queries at most."""
    bookings = book.bookings.filter(slot_number=number).select_related("candidate")
    waiting = list(bookings.waiting())
    if not waiting:
        return "No next offer, because nobody is on the waiting list."
    now = standing(book.election_id, (book.event_slug, number), at)
    if now is None:
        return "No next offer, because this time is not on the programme."
    if not now.slot.is_on:
        return f"No next offer: {now.slot.get_status_display().lower()}."
    if at >= now.slot.closes_at:
        return f"No next offer, because booking closed at {at_time(now.slot.closes_at)}."
    fitting = next((one for one in waiting if now.places.fit(one.places)), None)
    if fitting:
        return (
            f"Next offer: {fitting.candidate}, within a minute, because {_why(fitting, waiting)}."
        )
    return f"Next offer: {waiting[0].candidate}, {_when(bookings, now)}, because they joined first."


def _why(fitting: Booking, waiting: list[Booking]) -> str:
    if fitting is waiting[0]:
        return "a place is free and they joined first"
    return "those who joined before need more places than are free"


def _when(bookings: BookingQuerySet, now: Standing) -> str:
    if now.places.left:
        return f"when more than {now.places.left} are free"
    offered = bookings.filter(state=Booking.State.OFFERED).order_by("offered_until").first()
    if offered and offered.offered_until:
        until = at_time(offered.offered_until)
        return f"if {offered.candidate} declines or does not answer by {until}"
    return "when somebody cancels"
