"""Has everyone who is booked told what changed: what they were last told, beside what holds now.

Nobody has to remember to. Whatever made the difference, a release or new joining details, and
whatever failed meanwhile: as long as the two differ, the next run finds it.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from pcc_portal.jobs import one_by_one

from .bookings import call_off, held
from .emails import people_of, queue
from .joining import joining_of
from .models import Booking, BookingMail, Event, EventBook, Joining, Slot

What = BookingMail.What
SETTLE = dt.timedelta(minutes=5)
ONE_DAY = dt.timedelta(days=1)
REASON_AT_MOST = 500


@dataclass(frozen=True)
class Now:
    """What holds of one booking: the last release of its event, its slot in it, how to join.

    There is no slot where that release has none, or says that the event is withdrawn.
    """

    event: Event
    slot: Slot | None
    joining: Joining | None

    @property
    def takes_place(self) -> Slot | None:
        """The slot, unless it is cancelled; also one whose new time is not known yet."""
        is_cancelled = self.slot is None or self.slot.status == Slot.Status.CANCELLED
        return None if is_cancelled else self.slot

    def is_over(self, at: dt.datetime) -> bool:
        slot = self.takes_place
        return slot is not None and slot.is_on and slot.is_over_at <= at

    def has_settled(self, at: dt.datetime) -> bool:
        """Whether it has stood for five minutes: several changes in a row are told as one."""
        released = self.event.release.released_at if self.event.release else None
        known = (
            self.joining.known_since(self.slot.starts_at) if self.slot and self.joining else None
        )
        return all(since is None or since + SETTLE <= at for since in (released, known))


def tell_changes(at: dt.datetime) -> int:
    """Queue a mail to everyone booked, or waiting, for whom something changed. How many it were."""
    live = list(_to_come(at))
    now = now_of(live, at)
    last = _last_told(live)

    def tell(booking: Any) -> int:
        holds = now[booking.pk]
        is_past = booking.slot_ends is not None and booking.slot_ends <= at
        was_postponed = holds.slot is not None and not holds.slot.is_on
        if holds.is_over(at) or (is_past and not was_postponed) or not holds.has_settled(at):
            return 0
        if slot := holds.takes_place:
            return _tell(booking, slot, holds.joining, last, at)
        call_off(booking, reason=_why_called_off(holds), at=at)
        return 1

    return one_by_one(live, tell)


def _to_come(at: dt.datetime) -> Iterable[Any]:
    """What somebody has or waits for, of slots not long past; what was postponed stays."""
    live = Booking.objects.live().with_slot()
    postponed = BookingMail.objects.filter(slot__status=Slot.Status.POSTPONED)
    live = live.filter(Q(slot_ends__gt=at - ONE_DAY) | Q(pk__in=postponed.values("booking")))
    return live.select_related("book__election", "candidate__user", "agent__user").order_by("pk")


def now_of(bookings: Collection[Booking], at: dt.datetime) -> dict[int, Now]:
    """What holds of each, by its number. Four queries at most."""
    books = {one.book_id: one.book for one in bookings}
    events = _last_released(books.values(), at)
    slots = {
        (slot.event_id, slot.number): slot
        for slot in Slot.objects.filter(event__in=events.values()).select_related("event")
    }
    joining = joining_of(bookings, at)
    return {
        one.pk: Now(event, slots.get((event.pk, one.slot_number)), joining.get(one.pk))
        for one in bookings
        for event in [events[one.book_id]]
    }


def _last_released(books: Iterable[EventBook], at: dt.datetime) -> dict[int, Event]:
    """By book: the version of its event that was released last, be it its withdrawal."""
    by_event = {(book.election_id, book.event_slug): book.pk for book in books}
    events = Event.objects.released(at).last_told(at).select_related("release")
    rows = events.filter(slug__in={slug for _, slug in by_event})
    return {
        by_event[event.election_id, event.slug]: event
        for event in rows
        if (event.election_id, event.slug) in by_event
    }


def _last_told(bookings: Iterable[Booking]) -> dict[tuple[int, int], BookingMail]:
    """By booking and person: the last mail that says when and where it is. One query.

    One that was not begun yet tells what holds when it is sent.
    """
    mails = BookingMail.objects.filter(
        booking__in=[one.pk for one in bookings], what__in=BookingMail.TELL_FACTS
    )
    mails = mails.select_related("slot__event", "joining").order_by("pk")
    return {(mail.booking_id, mail.recipient_id): mail for mail in mails}


def _tell(
    booking: Booking,
    slot: Slot,
    joining: Joining | None,
    last: dict[tuple[int, int], BookingMail],
    at: dt.datetime,
) -> int:
    told = 0
    for user_id in people_of(booking):
        before = last.get((booking.pk, user_id))
        if before is None and booking.book.election.declared_on is None:
            # They have a sign-in only now. After the declaration old mails are forgotten.
            told += _queue(booking, What(booking.state), user_id, at)
        elif before and before.slot:
            is_new = joining is not None and joining.pk != before.joining_id
            if is_new or slot.facts != before.slot.facts:
                about = f"{slot.pk}/{joining.pk if joining else 0}"
                told += _queue(
                    booking, What.CHANGED, user_id, at, about, slot=slot, joining=joining
                )
    return told


def _queue(
    booking: Booking,
    what: BookingMail.What,
    user_id: int,
    at: dt.datetime,
    about: str = "",
    **facts: Any,
) -> bool:
    """Whether it was new. Asked under the lock: whoever cancels meanwhile has the last word."""
    with held(booking, at) as found:
        mails = found.mails.filter(what=what, recipient=user_id, about=about)
        if found.state != booking.state or mails.exists():
            return False
        queue(found, what, user_id, at, about=about, **facts)
        return True


def _why_called_off(now: Now) -> str:
    reason = now.slot.why if now.slot else now.event.change_note
    return reason[:REASON_AT_MOST]
