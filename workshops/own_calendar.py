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
from .models import Booking, BookingMail, Slot
from .own_bookings import told
from .places import SlotKey, key_of


def booked_entries(
    candidates: Collection[Candidate],
    user: User,
    at: dt.datetime,
    absolute: Callable[[str], str],
) -> dict[SlotKey, list[CalendarEntry]]:
    """The entries of what ``candidates`` of one election have booked, by slot.

    They take the place of those of the programme. What is called off is not among them. Five
    queries at most.
    """
    booked = Booking.objects.filter(candidate__in=candidates, state=Booking.State.BOOKED)
    rows = booked.select_related("book__election__office", "candidate").order_by("pk")
    own = [one for one in told(rows, at) if one.slot and one.slot.is_on and one.is_on_programme]
    joining = joining_of([one.booking for one in own], at)
    mails = _mails(user, [one.booking for one in own])
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
        # As in the last mail, so that neither is older than the other.
        entry.add("sequence", max(0, mails[booking.entry] - 1))
        entry.add("status", "CONFIRMED")
        found.setdefault(key_of(slot), []).append(entry)
    return found


def _mails(user: User, bookings: Collection[Booking]) -> Counter[int]:
    """How many mails ``user`` got about each entry, by its number."""
    entries = {one.entry for one in bookings}
    rows = BookingMail.objects.filter(
        Q(booking__in=entries) | Q(booking__began_as__in=entries), recipient=user.pk
    ).select_related("booking")
    return Counter(mail.booking.entry for mail in rows)


def _since(booking: Booking, slot: Slot, known: dt.datetime | None) -> dt.datetime:
    release = slot.event.release
    moments = [booking.booked_at, release.released_at if release else None, known]
    return max(moment for moment in moments if moment)
