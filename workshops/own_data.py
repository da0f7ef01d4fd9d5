"""What this room holds about one person (see ``pcc_portal/own_data.py``)."""

import datetime as dt
from typing import Any

from django.db.models import Q

from elections.models import User

from .models import Booking, BookingMail, DrawLine, Meeting, NoThanks, WishList
from .own_bookings import told

HELD = {
    "workshops.Booking.agent": "bookings",
    "workshops.Booking.candidate": "bookings",
    "workshops.Booking.ended_agent": "bookings",
    "workshops.BookingMail.recipient": "booking_mails",
    "workshops.DrawLine.candidate": "draws",
    "workshops.Meeting.candidate": "meetings_held",
    "workshops.NoThanks.agent": "offers_declined",
    "workshops.NoThanks.candidate": "offers_declined",
    "workshops.WishList.agent": "wishes",
    "workshops.WishList.candidate": "wishes",
}
WORK = (
    "Who of the office booked or cancelled for you, or entered a meeting, when it was their work: "
    "the office keeps it with the record. About yours, write to the office."
)
PUBLISHED = "What the portal publishes about the office and its events: it is on the public pages."
LEFT_OUT = {
    "workshops.Attendance.marked_by": WORK,
    "workshops.Availability.officer": PUBLISHED,
    "workshops.Booking.ended_by": WORK,
    "workshops.Booking.made_by": WORK,
    "workshops.EventHost.name": PUBLISHED,
    "workshops.Joining.made_by": "Who of the office wrote down how to join an event: it is their "
    "work, and it is deleted 14 days after the event.",
    "workshops.BookingMail.told_by": WORK,
    "workshops.Meeting.recorded_by": WORK,
    "workshops.Meeting.struck_by": WORK,
}


def held(user: User, *, at: dt.datetime) -> dict[str, Any]:
    """Bookings of their candidacies, and those they made or ended as an agent; mails about them;
    what they asked for before booking opened, and how the lots fell;
    which offers they declined, and which meetings they had.
    """
    rows = Booking.objects.filter(
        Q(candidate__user=user) | Q(agent__user=user) | Q(ended_agent__user=user)
    ).select_related("book__election", "candidate", "agent", "ended_agent", "needs")
    rows = rows.prefetch_related("attendances")
    wishes = WishList.objects.filter(Q(candidate__user=user) | Q(agent__user=user))
    declined = NoThanks.objects.filter(Q(candidate__user=user) | Q(agent__user=user))
    lines = DrawLine.objects.filter(candidate__user=user).select_related("draw__book")
    mails = BookingMail.objects.filter(recipient=user).select_related("booking__book")
    return {
        "bookings": [
            _booking(own.booking, own.title, own.when)
            if own.booking.candidate.user_id == user.pk
            else _act(own.booking, own.title, user)
            for own in told(rows, at)
        ],
        "booking_mails": [
            {
                "about": mail.booking.book.event_slug,
                "what": mail.get_what_display(),
                "queued_at": mail.queued_at,
                "accepted_by_mail_server_at": mail.accepted_at,
                "mail_failed_at": mail.failed_at,
                "mail_came_back_at": mail.came_back_at,
                "told_in_another_way_at": mail.told_at,
                "told_how": mail.told_how,
                "not_sent_because_it_was_too_late_at": mail.missed_at,
                "mail_server_said": mail.failure,
            }
            for mail in mails
        ],
        "offers_declined": [
            {
                "about": said.book.event_slug,
                "candidate": str(said.candidate),
                "said_at": said.at,
                "said_by_agent": said.agent.name if said.agent else "",
            }
            for said in declined.select_related("book", "candidate", "agent")
        ],
        "meetings_held": _meetings(user),
        "wishes": [
            {
                "about": wish.book.event_slug,
                "candidate": str(wish.candidate),
                "slots": wish.slot_numbers,
                "said_at": wish.made_at,
                "said_by_agent": wish.agent.name if wish.agent else "",
            }
            for wish in wishes.select_related("book", "candidate", "agent")
        ],
        "draws": [
            {
                "about": line.draw.book.event_slug,
                "drawn_at": line.draw.at,
                "lot": line.position,
                "wishes": line.slot_numbers,
                "passed_over": line.passed_over,
                "got": line.slot_number,
            }
            for line in lines
        ],
    }


def _meetings(user: User) -> list[dict[str, Any]]:
    """Each as it stands, and as it was entered and changed. Two queries."""
    history: Any = Meeting.history
    record: dict[int, list[dict[str, Any]]] = {}
    for row in history.filter(candidate__user=user).order_by("history_id"):
        told = {"at": row.history_date, "change": row.get_history_type_display()}
        said = {"on": row.held_on, "officer": row.officer, "subject": row.subject}
        record.setdefault(row.id, []).append(told | said)
    return [
        {
            "on": meeting.held_on,
            "officer": meeting.officer,
            "subject": meeting.subject,
            "struck_out_because": meeting.struck_reason,
            "changes": record.get(meeting.pk, []),
        }
        for meeting in Meeting.objects.filter(candidate__user=user)
    ]


def _act(row: Booking, title: str, user: User) -> dict[str, Any]:
    """What somebody did as an agent: not what became of it, nor what others said of it since.

    Whoever acts for a candidate now may act for a rival in the next election.
    """
    asked = row.agent is not None and row.agent.user_id == user.pk
    ended = row.ended_agent is not None and row.ended_agent.user_id == user.pk
    return {
        "event": title,
        "candidate": str(row.candidate),
        "places": row.places,
        "asked_for_at": row.made_at if asked else None,
        "ended_at": row.ended_at if ended else None,
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
        "marked_by_the_office": [
            {"said": str(one), "at": one.marked_at} for one in row.attendances.all()
        ],
        "access_needs": needs.access if needs else "",
        "dietary_needs": needs.diet if needs else "",
    }
