"""Mails about bookings: a row first, in the transaction of what it tells; then the job worker."""

import datetime as dt
import logging

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from pcc_portal.jobs import hand_over

from .models import Booking, BookingMail
from .own_bookings import told
from .places import free_slots
from .wording import time_of

logger = logging.getLogger(__name__)


def tell(booking: Booking, what: BookingMail.What, at: dt.datetime) -> None:
    """Have the candidate told, and the agent who made the booking. Call it in a transaction.

    A candidate who has no sign-in yet is told nothing: staff see that no mail went out.
    """
    agent = booking.agent if booking.agent and booking.agent.is_active else None
    people = [booking.candidate.user_id, agent.user_id if agent else None]
    for user_id in filter(None, dict.fromkeys(people)):
        mail = BookingMail.objects.create(
            booking=booking, what=what, recipient_id=user_id, queued_at=at
        )
        hand_over("workshops.emails.send", mail.pk)


def send(pk: int) -> str:
    """Send one mail, once. Returns what was done, for the worker's record.

    It is claimed before it is sent. Should the process die in between, nobody knows whether it
    went out: it is not sent again, and staff read that it is uncertain.
    """
    if not BookingMail.objects.filter(pk=pk, begun_at=None).update(begun_at=timezone.now()):
        return "Begun before."
    mail = BookingMail.objects.select_related(
        "recipient", "booking__candidate", "booking__agent", "booking__book__election__office"
    ).get(pk=pk)
    try:
        _message(mail).send()
    except Exception as error:  # whatever a mail backend raises, staff have to know
        logger.exception("mail %s about a booking could not be sent", pk)
        mail.failed_at = timezone.now()
        mail.failure = f"{type(error).__name__}: {error}"[:200]
    else:
        mail.accepted_at = timezone.now()
    mail.save(update_fields=["accepted_at", "failed_at", "failure"])
    return "Not sent." if mail.failed_at else "Sent."


def _message(mail: BookingMail) -> EmailMessage:
    booking, at = mail.booking, timezone.now()
    election = booking.book.election
    [own] = told([booking], at)
    page = reverse("workshops:booking", args=[election.slug, booking.pk])
    before = told([booking.moved_from], at)[0] if booking.moved_from else None
    context = {
        "mail": mail,
        "what": mail.what,
        "booking": booking,
        "own": own,
        "slot": own.slot,
        "before": before,
        "free": _free(booking, at) if mail.what == mail.What.NOT_DRAWN else [],
        "election": election,
        "office": election.office,
        "candidate": booking.candidate,
        "address": f"{booking.site}{page}" if booking.site else "",
    }
    subject = render_to_string("workshops/email/booking_subject.txt", context)
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string("workshops/email/booking_message.txt", context).strip() + "\n",
        to=[mail.recipient.email],
        reply_to=[election.office.contact_email],
    )


def _free(booking: Booking, at: dt.datetime) -> list[str]:
    """What can be booked still, for somebody whose lot gave them nothing."""
    slots = free_slots(booking.book.election, booking.book.event_slug, at)
    return [time_of(slot) for slot in slots]
