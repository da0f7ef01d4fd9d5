"""What somebody has booked, in their own calendar: as the mails about it say, and up to date."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection

from django.db.models import Q
from django.urls import reverse
from icalendar import Event as CalendarEntry

from elections.models import Candidate, User

from .invitations import booking_entry
from .joining import joining_of
from .models import Booking, BookingMail, Joining, Slot
from .own_bookings import told
from .places import SlotKey, key_of


def booked_entries(
    candidates: Collection[Candidate],
    user: User,
    at: dt.datetime,
    absolute: Callable[[str], str],
) -> dict[SlotKey, list[CalendarEntry]]:
    """The entries of what ``candidates`` of one election have booked, by slot.

    They take the place of those of the programme. What is called off is not among them. Six
    queries at most.
    """
    booked = Booking.objects.filter(candidate__in=candidates, state=Booking.State.BOOKED)
    rows = booked.select_related("book__election__office", "candidate").order_by("pk")
    own = [one for one in told(rows, at) if one.slot and one.slot.is_on and one.is_on_programme]
    joining = joining_of([one.booking for one in own], at)
    mails = _mails([one.booking for one in own])
    found: dict[SlotKey, list[CalendarEntry]] = {}
    for one in own:
        booking, slot = one.booking, one.slot
        assert slot  # noqa: S101  asked above
        details = joining.get(booking.pk)
        page = reverse("workshops:booking", args=[booking.book.election.slug, booking.pk])
        entry = booking_entry(booking, slot, details, absolute(page))
        since = _since(booking, slot, details.known_since(slot.starts_at) if details else None)
        entry.add("dtstamp", since)
        entry.add("last-modified", since)
        entry.add("sequence", _sequence(mails[booking.entry], user, slot, details))
        entry.add("status", "CONFIRMED")
        found.setdefault(key_of(slot), []).append(entry)
    return found


def _mails(bookings: Collection[Booking]) -> dict[int, list[BookingMail]]:
    """All mails about each entry, by its number, in the order in which they were written."""
    entries = {one.entry for one in bookings}
    rows = BookingMail.objects.filter(
        Q(booking__in=entries) | Q(booking__began_as__in=entries)
    ).select_related("booking", "slot__event")
    found: dict[int, list[BookingMail]] = {entry: [] for entry in entries}
    for mail in rows.order_by("pk"):
        found[mail.booking.entry].append(mail)
    return found


def _sequence(mails: list[BookingMail], user: User, slot: Slot, joining: Joining | None) -> int:
    """As in the last mail to ``user``; as in the next one while a change waits to be told.

    So neither is older than the other. Whoever gets no mails counts those of who got most.
    """
    own = [mail for mail in mails if mail.recipient_id == user.pk]
    by_person = Counter(mail.recipient_id for mail in mails)
    of_most = max(by_person, key=lambda pk: by_person[pk], default=None)
    counted = own or [mail for mail in mails if mail.recipient_id == of_most]
    told = [mail for mail in counted if mail.what in BookingMail.TELL_FACTS and mail.slot]
    is_told = not told or (
        told[-1].slot is not None
        and told[-1].slot.facts == slot.facts
        and told[-1].joining_id == (joining.pk if joining else None)
    )
    return max(0, len(counted) - (1 if is_told else 0))


def _since(booking: Booking, slot: Slot, known: dt.datetime | None) -> dt.datetime:
    release = slot.event.release
    moments = [booking.booked_at, release.released_at if release else None, known]
    return max(moment for moment in moments if moment)
