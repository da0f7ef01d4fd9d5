"""Mails about bookings: a row first, in the transaction of what it tells; then the job worker."""

import datetime as dt
import logging
import re
import time
from collections.abc import Callable
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from pcc_portal.jobs import hand_over
from releases.posting import BY_A_MACHINE, Outcome, Post, Result, message_id

from .invitations import thread, update_of
from .joining import joining_of
from .models import Booking, BookingMail, DrawLine, Event, Slot
from .offers import warnings
from .own_bookings import ends_with, slots_of, told
from .places import free_slots
from .wording import at_time, time_of

logger = logging.getLogger(__name__)

# What a mail provider hands back with what became of one of these.
NAMED = "booking-mail"

# What keeps a mail waiting: its own server’s answer, or that no server can be reached at all.
LATER, AWAY = "Later.", "Later: the mail server is away."
ONE_MINUTE = dt.timedelta(minutes=1)
# So long a mail is tried while the mail server cannot be reached.
TRIED_FOR = dt.timedelta(days=1)
# Of a mail that nobody has begun to send.
WAITING: dict[str, Any] = {"begun_at": None, "missed_at": None, "void_at": None}
# The job worker comes by every minute. Later than this, a reminder says what is no longer so.
REMINDER_LATE_AT_MOST = dt.timedelta(minutes=30)


def tell(booking: Booking, what: BookingMail.What, at: dt.datetime, *, about: str = "") -> None:
    """Have the candidate told, and the agent who made the booking. Call it in a transaction.

    ``about`` tells several mails of one kind apart.
    A candidate who has no sign-in yet is told nothing: staff see that no mail went out.
    """
    for user_id in people_of(booking):
        queue(booking, what, user_id, at, about=about)


def people_of(booking: Booking) -> list[int]:
    """The users who are told of a booking."""
    agent = booking.agent if booking.agent and booking.agent.is_active else None
    people = [booking.candidate.user_id, agent.user_id if agent else None]
    if booking.began_as_id:  # an agent who booked it first has it in their calendar
        told = BookingMail.objects.filter(
            Q(booking=booking.began_as_id) | Q(booking__began_as=booking.began_as_id)
        )
        agents = booking.candidate.agents.active().filter(user__in=told.values("recipient"))
        people += agents.order_by("pk").values_list("user", flat=True)
    return list(filter(None, dict.fromkeys(people)))


def queue(
    booking: Booking, what: BookingMail.What, user_id: int, at: dt.datetime, **facts: Any
) -> None:
    """Write one mail down and hand it over. Call it in a transaction.

    ``facts`` are ``about``, ``slot`` and ``joining`` where they are known before it is sent.
    """
    mail = BookingMail.objects.create(
        booking=booking, what=what, recipient_id=user_id, queued_at=at, **facts
    )
    hand_over("workshops.emails.send", mail.pk)


def send(pk: int) -> str:
    """Send one mail, once, after those queued before it. Returns what was done, for the record.

    It is claimed before it is sent. Should the process die in between, nobody knows whether it
    went out: it is not sent again, and staff read that it is uncertain. What surely did not go out
    waits for ``send_waiting``.
    """
    mail = BookingMail.objects.filter(pk=pk).select_related("booking").first()
    if mail is None:
        return "Gone."
    for earlier in thread(mail).filter(**WAITING):
        if (said := _send(earlier.pk)) in (LATER, AWAY):
            return said
    return _send(pk)


def send_waiting(at: dt.datetime, *, seconds: float) -> int:
    """Send what was queued more than a minute ago, for about ``seconds``. How many were tried.

    Ends when the mail server is away.
    """
    began, tried = time.monotonic(), 0
    waiting = BookingMail.objects.filter(queued_at__lt=at - ONE_MINUTE, **WAITING).order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        tried += 1
        if send(pk) == AWAY or time.monotonic() - began > seconds:
            break
    return tried


def _send(pk: int) -> str:
    at = timezone.now()
    mail = BookingMail.objects.select_related(
        "recipient",
        "slot__event",
        "joining",
        "booking__candidate",
        "booking__agent",
        "booking__moved_from",
        "booking__book__election__office",
        "booking__book__draw",
    ).get(pk=pk)
    unclaimed = BookingMail.objects.filter(pk=pk, **WAITING)
    holds = slots_of([mail.booking], at)[mail.booking_id]
    is_reminder = mail.what == BookingMail.What.REMINDER
    if not _is_for_them(mail) or (is_reminder and not _holds_still(mail, holds)):
        return "Void." if unclaimed.update(void_at=at) else "Begun before."
    if is_reminder and holds and _comes_too_late(mail, holds, at):
        return "Missed." if unclaimed.update(missed_at=at) else "Begun before."
    joining = joining_of([mail.booking], at).get(mail.booking_id)
    if mail.what != BookingMail.What.CHANGED:
        mail.slot, mail.joining = holds, joining
    elif joining is None:  # they may not know how to join any more
        mail.joining = None
    if not unclaimed.update(begun_at=at, slot=mail.slot, joining=mail.joining):
        return "Begun before."
    mail.begun_at = at
    try:
        message = _message(mail)
    except Exception as error:  # a fault of one mail does not stop the others
        logger.exception("mail %s about a booking could not be written", pk)
        return _record(mail, Outcome(Result.REFUSED, type(error).__name__))
    with Post() as post:
        return _record(mail, post.send(message))


def _record(mail: BookingMail, outcome: Outcome) -> str:
    """Write down what is certain. Of what is not, the claim stays: it becomes uncertain."""
    at = timezone.now()
    mail.failure = outcome.reply[:200]
    told = "Uncertain."
    if outcome.result is Result.ACCEPTED:
        mail.accepted_at, mail.failure, told = at, "", "Sent."
    elif outcome.result in (Result.AGAIN, Result.AWAY) and at < mail.queued_at + TRIED_FOR:
        mail.begun_at = None
        told = AWAY if outcome.result is Result.AWAY else LATER
        if mail.what in BookingMail.TELL_FACTS and mail.what != BookingMail.What.CHANGED:
            mail.slot = mail.joining = None  # nobody was told
    elif outcome.result is not Result.UNCERTAIN:
        mail.failed_at, told = at, "Not sent."
    mail.save(update_fields=["slot", "joining", "begun_at", "accepted_at", "failed_at", "failure"])
    return told


def _is_for_them(mail: BookingMail) -> bool:
    """Whether the recipient is the candidate, or acts for them still, and has a sign-in still."""
    candidate, user = mail.booking.candidate, mail.recipient
    acts = candidate.user_id == user.pk or candidate.agents.active().filter(user=user).exists()
    return user.is_active and acts


def _holds_still(reminder: BookingMail, holds: Slot | None) -> bool:
    """Whether the event was neither moved nor called off, nor the place given up, meanwhile."""
    return (
        holds is not None
        and holds.is_on
        and reminder.slot is not None
        and holds.starts_at == reminder.slot.starts_at
        and reminder.booking.state == Booking.State.BOOKED
    )


def _comes_too_late(reminder: BookingMail, holds: Slot, at: dt.datetime) -> bool:
    return at >= holds.starts_at or at > reminder.queued_at + REMINDER_LATE_AT_MOST


def _message(mail: BookingMail) -> EmailMessage:
    booking, slot = mail.booking, mail.slot
    election = booking.book.election
    at = timezone.now()
    [own] = told([booking], at)
    page = reverse("workshops:booking", args=[election.slug, booking.pk])
    address = f"{booking.site}{page}" if booking.site else ""
    context = {
        "mail": mail,
        "what": mail.what,
        "booking": booking,
        "own": own,
        "slot": slot,
        "when": time_of(slot) if slot else own.when,
        "joining": mail.joining,
        "free": _free(booking, at) if mail.what == mail.What.NOT_DRAWN else [],
        "ends": ends_with(booking, slot, at) if mail.what == mail.What.OFFERED else None,
        "is_drawn": _is_drawn(mail),
        "has_lost": mail.what == mail.What.NOT_DRAWN and _has_lost(booking),
        "can_be_done": _can_be_done(mail, at),
        "election": election,
        "office": election.office,
        "candidate": booking.candidate,
        "address": address,
    }
    if mail.what == BookingMail.What.CHANGED and slot:
        context |= _change(mail, slot)
        if slot.is_on:
            context["warnings"] = warnings(booking.candidate, slot, at, booking)
    elif mail.what == BookingMail.What.BOOKED and booking.moved_from:
        context["before"] = told([booking.moved_from], timezone.now())[0].when
    subject = render_to_string("workshops/email/booking_subject.txt", context)
    text = render_to_string("workshops/email/booking_message.txt", context).strip()
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=re.sub(r"\n{3,}", "\n\n", text) + "\n",
        to=[mail.recipient.email],
        reply_to=[election.office.contact_email],
        headers={"Message-ID": message_id(NAMED, mail.pk, mail.queued_at), **BY_A_MACHINE},
    )
    message.metadata = {NAMED: str(mail.pk)}  # type: ignore[attr-defined]
    if update := update_of(mail, address):
        message.attach_alternative(update.content, f"text/calendar; method={update.method}")
    return message


def _is_drawn(mail: BookingMail) -> bool:
    """Whether it tells of a place that came by lot: made in the very moment of the draw."""
    draw = getattr(mail.booking.book, "draw", None)
    is_new = mail.what == BookingMail.What.BOOKED
    return is_new and draw is not None and draw.at == mail.booking.made_at


def _has_lost(booking: Booking) -> bool:
    """Whether the lots decided: something they asked for could be had, and went to others."""
    lines = DrawLine.objects.filter(draw__book=booking.book_id, candidate=booking.candidate_id)
    return any(len(line.passed_over) < len(line.slot_numbers) for line in lines)


def _can_be_done(mail: BookingMail, at: dt.datetime) -> str:
    """“To change it (until …) or cancel it (until …)”: only what is possible when it is sent."""
    if mail.what not in (mail.What.BOOKED, mail.What.CHANGED, mail.What.REMINDER):
        return ""
    slot = mail.slot
    if mail.booking.state != Booking.State.BOOKED or slot is None:
        return "To see it"
    if not slot.is_on:
        return "To change or cancel it"
    limits = {"change it": slot.changes_until, "cancel it": slot.cancels_until}
    if len(set(limits.values())) == 1:
        limits = {"change or cancel it": slot.cancels_until}
    acts = [f"{act} (until {at_time(until)})" for act, until in limits.items() if at < until]
    return f"To {' or '.join(acts)}" if acts else "To see it"


def _change(mail: BookingMail, slot: Slot) -> dict[str, Any]:
    """What the person was told before, and why it is not so any more. Two queries."""
    told_before = mail.booking.mails.filter(
        recipient=mail.recipient, pk__lt=mail.pk, what__in=BookingMail.TELL_FACTS
    )
    last = told_before.exclude(slot=None).select_related("slot__event").latest("pk")
    before: Slot = last.slot  # type: ignore[assignment]
    later = Event.objects.released(mail.queued_at).filter(
        election=slot.event.election_id,
        slug=slot.event.slug,
        version__gt=before.event.version,
        version__lte=slot.event.version,
    )
    notes = list(later.order_by("version").values_list("change_note", flat=True))
    new = mail.joining if mail.joining_id != last.joining_id else None
    reasons = [slot.why, *notes, new.reason if new else ""]

    def changed(fact: Callable[[Slot], str]) -> str:
        return fact(before) if fact(before) != fact(slot) else ""

    facts = {
        "before": changed(time_of),
        "place_before": changed(lambda one: one.venue or "Not said"),
        "format_before": changed(lambda one: one.event.get_format_display()),
        "status_before": changed(lambda one: one.get_status_display()),
    }
    return facts | {
        "has_changed": any(facts.values()),
        "is_joining_new": new is not None,
        "reasons": list(dict.fromkeys(filter(None, reasons))),
    }


def _free(booking: Booking, at: dt.datetime) -> list[str]:
    """What can be booked still, for somebody whose lot gave them nothing."""
    slots = free_slots(booking.book.election, booking.book.event_slug, at)
    return [time_of(slot) for slot in slots]
