"""How those who are booked join: kept apart from what is released, and shown to nobody else."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from elections.models import Candidate, Election, User
from elections.refusals import Refused

from .models import Booking, EventBook, Joining, Slot
from .own_bookings import slots_of

MAY_ATTEND = (*Candidate.BRIEFED, Candidate.Status.ELECTED)


@dataclass(frozen=True)
class Details:
    """What is said of one slot, as staff write it. ``show_from`` of nothing is at once."""

    link: str = ""
    room: str = ""
    instructions: str = ""
    show_from: dt.datetime | None = None
    reason: str = ""


def say_how_to_join(
    election: Election, slug: str, number: int, details: Details, *, by: User, at: dt.datetime
) -> Joining:
    """Write down how to join a slot, in place of what was said before.

    Those booked are told from ``show_from`` on (``changes.py``). Raises ``Refused``: ``nothing``;
    ``too_late``, when it would show only once the slot has begun; ``no_reason`` for a change.
    """
    book, _ = EventBook.objects.get_or_create(election=election, event_slug=slug)
    with transaction.atomic():
        book = EventBook.objects.select_for_update(of=("self",), no_key=True).get(pk=book.pk)
        slot = (
            Slot.objects.in_force(at)
            .filter(event__election=election, event__slug=slug, number=number)
            .first()
        )
        if slot is None:
            raise Refused("no_slot", "This time is not on the programme any more.", "slot")
        if not (details.link or details.room or details.instructions):
            raise Refused("nothing", "Say how to join: a link, a room, or what to do.")
        if (details.show_from or at) >= slot.starts_at:
            raise Refused("too_late", "Show it before the event begins.", "show_from")
        is_change = book.joinings.filter(slot_number=number).exists()
        if is_change and not details.reason.strip():
            raise Refused(
                "no_reason", "Say why it changed: everyone booked reads it in a mail.", "reason"
            )
        row = Joining(
            book=book,
            slot_number=number,
            link=details.link,
            room=details.room.strip(),
            instructions=details.instructions.strip(),
            show_from=details.show_from or at,
            was_to_start=slot.starts_at,
            reason=details.reason.strip(),
            made_at=at,
            made_by=by,
        )
        row.full_clean(exclude=["made_by"])
        row.save(force_insert=True)
    return row


def joining_of(bookings: Iterable[Booking], at: dt.datetime) -> dict[int, Joining]:
    """How to join, by the number of each booking that may know it now. Three queries at most.

    Only with a place, and while the candidate is one of those who may attend. ``bookings`` come
    with their candidate.
    """
    booked = [one for one in bookings if one.state == Booking.State.BOOKED]
    shown = _shown(booked, at) if booked else {}
    found = [one for one in booked if (one.book_id, one.slot_number) in shown]
    today = timezone.localdate(at)
    candidates = Candidate.objects.with_status(today).filter(Q(status__in=MAY_ATTEND))
    ids = {one.candidate_id for one in found}
    may = set(candidates.filter(pk__in=ids).values_list("pk", flat=True)) if found else set()
    return {one.pk: shown[one.book_id, one.slot_number] for one in found if one.candidate_id in may}


def _shown(booked: list[Booking], at: dt.datetime) -> dict[tuple[int, int], Joining]:
    """By book and number of the slot: what was written last of all that may be read now."""
    rows = list(Joining.objects.filter(book__in={one.book_id for one in booked}).order_by("pk"))
    is_later = any(row.show_from > at for row in rows)
    slots = slots_of(booked, at) if is_later else {}
    starts = {
        (one.book_id, one.slot_number): slot.starts_at
        for one in booked
        if (slot := slots.get(one.pk))
    }

    def shown_from(row: Joining) -> dt.datetime:
        now = starts.get((row.book_id, row.slot_number))
        return row.shown_from(now) if now else row.show_from

    return {(row.book_id, row.slot_number): row for row in rows if shown_from(row) <= at}
