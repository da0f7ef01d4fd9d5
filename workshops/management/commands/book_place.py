"""Books from the command line what somebody asked for by telephone or letter: as staff do."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from elections.models import Candidate, Election, User
from workshops.bookings import book
from workshops.models import Booking, Slot
from workshops.own_bookings import told
from workshops.refusing import BookingRefused, By, Wish


class Command(BaseCommand):
    help = (
        "Book a place at an event for a candidate, as a member of staff would on the admin pages "
        "and by the same rules. Safe to call again. A refusal is told with its code, and what is "
        "still free."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--election", required=True, metavar="SLUG", help="as in pcc-2024")
        parser.add_argument("--event", required=True, metavar="SLUG", help="as in its address")
        parser.add_argument(
            "--starts", required=True, help="UK time of the slot, as in “2027-04-13 10:00”"
        )
        parser.add_argument("--candidate", required=True, metavar="E-MAIL")
        parser.add_argument(
            "--by", required=True, metavar="E-MAIL", help="the member of staff who books"
        )
        parser.add_argument("--reason", required=True, help="the candidate reads it in the mail")
        parser.add_argument("--agents", type=int, default=0, help="how many agents come too")
        parser.add_argument("--guests", type=int, default=0, help="how many guests come too")
        parser.add_argument(
            "--may-wait", action="store_true", help="join the waiting list where it is full"
        )
        parser.add_argument(
            "--instead-of",
            metavar="STARTS",
            help="UK time of the place at the same event that ends with it",
        )
        parser.add_argument(
            "--site", default="", help="where candidates read the portal, for the link in the mail"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        candidate = _candidate(options["election"], options["candidate"])
        slot = _slot(candidate.election, options["event"], options["starts"], at)
        wish = Wish(
            slot.event.slug,
            slot.number,
            agents=options["agents"],
            guests=options["guests"],
            may_wait=options["may_wait"],
            replaces=_replaced(candidate, slot, options["instead_of"], at),
        )
        by = By(_staff(options["by"]), reason=options["reason"], site=options["site"].rstrip("/"))
        try:
            done = book(candidate, wish, by=by, at=at)
        except BookingRefused as refused:
            raise CommandError(f"{refused.sentence} ({refused.code})") from refused
        [own] = told([done], at)
        self.stdout.write(f"{candidate}, {own.title}, {own.when}: {own.state}.")


def _candidate(slug: str, email: str) -> Candidate:
    election = Election.objects.filter(slug=slug).first()
    if election is None:
        raise CommandError(f"There is no election “{slug}”.")
    found = Candidate.objects.filter(election=election, user__email__iexact=email)
    if candidate := found.select_related("user", "election").first():
        return candidate
    raise CommandError(f"Nobody who stands in “{slug}” signs in with “{email}”.")


def _staff(email: str) -> User:
    user = User.objects.filter(email__iexact=email, is_active=True, is_staff=True).first()
    if user is None or not user.has_perm("workshops.change_booking"):
        raise CommandError(f"“{email}” is nobody of the office who may book for candidates.")
    return user


def _slot(election: Election, slug: str, starts: str, at: dt.datetime) -> Slot:
    moment = _moment(starts)
    slots = Slot.objects.in_force(at).filter(event__election=election, event__slug=slug)
    if slot := slots.filter(starts_at=moment).select_related("event").first():
        return slot
    raise CommandError(f"“{slug}” has no slot on the programme that starts at “{starts}”.")


def _moment(said: str) -> dt.datetime:
    try:
        return timezone.make_aware(dt.datetime.fromisoformat(said).replace(tzinfo=None))
    except ValueError as error:
        raise CommandError(f"Write “{said}” as in “2027-04-13 10:00”.") from error


def _replaced(candidate: Candidate, slot: Slot, starts: str | None, at: dt.datetime) -> int | None:
    if starts is None:
        return None
    ends = _slot(candidate.election, slot.event.slug, starts, at)
    held = Booking.objects.filter(
        candidate=candidate,
        book__event_slug=ends.event.slug,
        slot_number=ends.number,
        state=Booking.State.BOOKED,
    ).first()
    if held is None:
        raise CommandError(f"They have no place at this event that starts at “{starts}”.")
    return held.pk
