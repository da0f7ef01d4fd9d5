"""What this room holds about one person (see ``pcc_portal/own_data.py``)."""

import datetime as dt
from typing import Any

from django.db.models import Q

from elections.models import User

from .models import Booking, BookingMail
from .own_bookings import told

HELD = {
    "workshops.Booking.agent": "bookings",
    "workshops.Booking.candidate": "bookings",
    "workshops.Booking.ended_agent": "bookings",
    "workshops.BookingMail.recipient": "booking_mails",
}
WORK = (
    "Who of the office booked or cancelled for you, when it was their work: the office keeps it "
    "with the booking. About yours, write to the office."
)
LEFT_OUT = {
    "workshops.Booking.ended_by": WORK,
    "workshops.Booking.made_by": WORK,
    "workshops.Joining.made_by": "Who of the office wrote down how to join an event: it is their "
    "work, and it is deleted 14 days after the event.",
    "workshops.EventHost.name": "What the portal publishes about the office and its events: it is "
    "on the public pages.",
}


def held(user: User, *, at: dt.datetime) -> dict[str, Any]:
    """Bookings of their candidacies, and those they made or ended as an agent; mails about them."""
    rows = Booking.objects.filter(
        Q(candidate__user=user) | Q(agent__user=user) | Q(ended_agent__user=user)
    ).select_related("book__election", "candidate", "agent", "ended_agent", "needs")
    mails = BookingMail.objects.filter(recipient=user).select_related("booking__book")
    return {
        "bookings": [_booking(own.booking, own.title, own.when) for own in told(rows, at)],
        "booking_mails": [
            {
                "about": mail.booking.book.event_slug,
                "what": mail.get_what_display(),
                "queued_at": mail.queued_at,
                "accepted_by_mail_server_at": mail.accepted_at,
                "mail_failed_at": mail.failed_at,
                "not_sent_because_it_was_too_late_at": mail.missed_at,
                "mail_server_said": mail.failure,
            }
            for mail in mails
        ],
    }


def _booking(row: Booking, title: str, when: str) -> dict[str, Any]:
    needs = getattr(row, "needs", None)
    return {
        "event": title,
        "when": when,
        "candidate": str(row.candidate),
        "places": row.places,
        "state": row.get_state_display(),
        "asked_for_at": row.made_at,
        "asked_for_by_agent": row.agent.name if row.agent else "",
        "asked_for_by_the_office_because": row.reason,
        "booked_at": row.booked_at,
        "offered_at": row.offered_at,
        "offered_until": row.offered_until,
        "ended_at": row.ended_at,
        "ended_by_agent": row.ended_agent.name if row.ended_agent else "",
        "ended_because": row.ended_reason,
        "access_needs": needs.access if needs else "",
        "dietary_needs": needs.diet if needs else "",
    }
