"""How long what people say for a booking is kept. See ``pcc_portal/retention.py``."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from elections.retention import ACCOUNT_DAYS
from pcc_portal.retention import Rule

from .emails import WAITING
from .models import Booking, BookingMail, BookingNeeds, Joining, Slot, WishList

NEEDS_DAYS = 14


def _over(at: dt.datetime) -> Q:
    """What was postponed may have its new time before it, but not for ever: until the poll is
    as long past.
    """
    long_ago = at - dt.timedelta(days=NEEDS_DAYS)
    is_for_good = ~Q(slot_status=Slot.Status.POSTPONED) | Q(
        book__election__poll_date__lt=timezone.localdate(long_ago)
    )
    return (Q(slot_ends__lt=long_ago) & is_for_good) | Q(slot_starts=None)


def _needs(at: dt.datetime) -> QuerySet[BookingNeeds]:
    """Those of events that are over, and of events no release has any more."""
    over = Booking.objects.with_slot().filter(_over(at))
    return BookingNeeds.objects.filter(booking__in=over.values("pk"))


def _joining(at: dt.datetime) -> QuerySet[Joining]:
    return Joining.objects.with_slot().filter(_over(at))


def _delete(rows: list[Any], at: dt.datetime) -> None:
    for row in rows:
        row.delete()


def _long_ago(at: dt.datetime) -> dt.date:
    return timezone.localdate(at) - dt.timedelta(days=ACCOUNT_DAYS)


def _reasons(at: dt.datetime) -> QuerySet[Booking]:
    return Booking.objects.filter(book__election__declared_on__lt=_long_ago(at)).exclude(
        reason="", ended_reason=""
    )


def _empty(rows: list[Any], at: dt.datetime) -> None:
    for row in rows:
        row.reason = row.ended_reason = ""
        row.save(update_fields=["reason", "ended_reason"])


def _mails(at: dt.datetime) -> QuerySet[BookingMail]:
    """Not those about what is to come, nor those that are not sent yet: whoever is booked then is
    told of changes by what they were told before.
    """
    over = Booking.objects.with_slot().filter(_over(at))
    rows = BookingMail.objects.filter(booking__book__election__declared_on__lt=_long_ago(at))
    return rows.filter(booking__in=over.values("pk")).exclude(**WAITING)


def _wishes(at: dt.datetime) -> QuerySet[WishList]:
    """Those that lots were drawn about, and those of an election long over."""
    return WishList.objects.filter(
        Q(book__draw__at__lt=at - dt.timedelta(days=NEEDS_DAYS))
        | Q(book__election__declared_on__lt=_long_ago(at))
    )


RULES = [
    Rule(
        "Bookings: access and dietary needs",
        f"{NEEDS_DAYS} days after the event, or until the booking is cancelled; of a postponed "
        f"event without a new date, {NEEDS_DAYS} days after the poll. Then they are deleted.",
        _needs,
        _delete,
    ),
    Rule(
        "Bookings: links, rooms and instructions for joining",
        f"{NEEDS_DAYS} days after the event. Then they are deleted.",
        _joining,
        _delete,
    ),
    Rule(
        "Bookings: reasons the office gave when it booked or cancelled for somebody",
        f"{ACCOUNT_DAYS} days after the result was declared. Then they are deleted.",
        _reasons,
        _empty,
    ),
    Rule(
        "Bookings: which mails about them went out",
        f"{ACCOUNT_DAYS} days after the result was declared, and {NEEDS_DAYS} days after the "
        "event. Then that is deleted.",
        _mails,
        _delete,
    ),
    Rule(
        "Wishes before booking opens: who wrote them, and when",
        f"{NEEDS_DAYS} days after the lots were drawn. Then they are deleted.",
        _wishes,
        _delete,
    ),
    Rule(
        "Lots drawn about places: which candidate wished for what and got what",
        "For good: without it nobody could draw once more and see that it was fair.",
    ),
    Rule(
        "Meetings held: with which candidate; offers: who declined them",
        "For good, so that the office can show that all were treated alike. When the candidate’s "
        "name goes, nobody can tell who it was.",
    ),
    Rule(
        "Bookings: which candidate had a place at which event, or waited for one, and who came",
        "For good, so that the office can show that all were treated alike. When the candidate’s "
        "name goes, nobody can tell whose they were.",
    ),
]
