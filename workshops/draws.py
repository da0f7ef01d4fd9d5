"""When booking opens, lots decide about the slots that were asked for before: once per event.

Each candidate’s lot is the SHA-256 of the seed and their number. In the order of the lots each gets
the first of their wishes that is left. The seed is made at the draw, when no wish can be changed
any more; with it, and with what was drawn from, anyone can draw once more and get the same.
"""

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from elections.models import Candidate
from releases.content import canonical, sha256
from releases.offers import record_offer

from .bookings import book
from .emails import tell
from .locks import lock_book, lock_candidates
from .models import Booking, BookingMail, Draw, DrawLine, Event, EventBook, Slot, WishList
from .places import places_of
from .refusing import BookingRefused, By, Wish

# The one refusal that the lot decides: all others would have stood in the way of any lot.
FULL = "full"


@dataclass(frozen=True)
class Result:
    """What one candidate got: the number of a slot, or nothing."""

    candidate: int
    slot_number: int | None


def draw_lots(event_book: EventBook, at: dt.datetime) -> Draw | None:
    """Draw about all that was asked for of an event, and book for those who win.

    Nothing before booking opens, nor where nobody asked. Safe to call again: it draws once.
    Winners are booked by ``bookings.book`` and told as ever; the others are told what is free.
    """
    with transaction.atomic():
        asked = WishList.objects.filter(book=event_book)
        candidates = {
            row.pk: row
            for row in lock_candidates(list(asked.values_list("candidate", flat=True)), at)
        }
        lock_book(event_book.election_id, event_book.event_slug)
        if done := Draw.objects.filter(book=event_book).first():
            return done
        event = _opened(event_book, at)
        lists = list(asked.select_related("agent__user", "candidate__user").order_by("candidate"))
        if event is None or not lists or {one.candidate_id for one in lists} != set(candidates):
            return None  # whoever asked in this very moment is drawn with the others in the next
        draw = _begin(event_book, event, lists, at)
        order = _in_order(draw.seed, candidates)
        by_candidate = {one.candidate_id: one for one in lists}
        lines = [
            _line(draw, position, by_candidate[pk], candidates[pk], at)
            for position, pk in enumerate(order, start=1)
        ]
        _record(draw, event, lines)
        for line in lines:
            # Everyone who asked is told what came of it, but who may not attend any more, or has a
            # place already.
            codes = {code for _, code in line.passed_over}
            if line.slot_number is None and not codes & {"not_open", "booked_already"}:
                _tell_loser(line, by_candidate[line.candidate_id], at)
    return draw


def due(at: dt.datetime) -> list[EventBook]:
    """The events somebody asked for, booking of which is open and about which none were drawn."""
    books = EventBook.objects.filter(wish_lists__isnull=False, draw=None).distinct()
    return [book for book in books.select_related("election").order_by("pk") if _opened(book, at)]


def redo(draw: Draw) -> list[Result]:
    """The result once more, from what was recorded alone: in the order of the lots."""
    lines = {line.candidate_id: line for line in draw.lines.all()}
    left = dict(draw.places)
    found = []
    for pk in _in_order(draw.seed, lines):
        over = {number for number, _ in lines[pk].passed_over}
        wishes = [number for number in lines[pk].slot_numbers if number not in over]
        got = next((number for number in wishes if left[str(number)] != 0), None)
        if got is not None and left[str(got)] is not None:
            left[str(got)] -= 1
        found.append(Result(pk, got))
    return found


def holds(draw: Draw) -> bool:
    """Whether what was recorded is what it was drawn from, and drawing anew gives the same."""
    lines = list(draw.lines.all())
    recorded = [Result(line.candidate_id, line.slot_number) for line in lines]
    asked = {line.candidate_id: line.slot_numbers for line in lines}
    return _hash(draw.places, asked) == draw.inputs_hash and redo(draw) == recorded


def _opened(event_book: EventBook, at: dt.datetime) -> Event | None:
    """The event in force, if it is booked now."""
    events = Event.objects.released(at).newest(at).filter(takes_bookings=True)
    event: Event | None = events.filter(
        election=event_book.election_id, slug=event_book.event_slug
    ).first()
    if event and event.bookable_from and at < event.bookable_from:
        return None
    return event


def _begin(event_book: EventBook, event: Event, lists: list[WishList], at: dt.datetime) -> Draw:
    on = Slot.objects.filter(event=event, status=Slot.Status.ON)
    slots = list(on.select_related("event"))
    counts = places_of(event_book.election, slots)
    places = {str(slot.number): counts[event.slug, slot.number].left for slot in slots}
    for number in {number for one in lists for number in one.slot_numbers}:
        places.setdefault(str(number), 0)  # a slot that does not take place any more
    asked = {one.candidate_id: one.slot_numbers for one in lists}
    return Draw.objects.create(
        book=event_book,
        at=at,
        seed=secrets.token_hex(32),
        places=places,
        inputs_hash=_hash(places, asked),
    )


def _hash(places: dict[str, int | None], asked: dict[int, list[int]]) -> str:
    return sha256(canonical({"places": places, "wishes": sorted(asked.items())}))


def _in_order(seed: str, candidates: Iterable[int]) -> list[int]:
    return sorted(candidates, key=lambda pk: sha256(f"{seed} {pk}"))


def _line(
    draw: Draw, position: int, asked: WishList, candidate: Candidate, at: dt.datetime
) -> DrawLine:
    """Book the first wish that can be met. The booking function decides, as always."""
    agent = asked.agent if asked.agent and asked.agent.is_active else None
    by = By(agent.user if agent else asked.candidate.user, agent, site=asked.site)
    line = DrawLine(
        draw=draw, position=position, candidate=candidate, slot_numbers=asked.slot_numbers
    )
    held = Booking.objects.live().filter(book=draw.book, candidate=candidate)
    has = set(held.values_list("slot_number", flat=True))
    for number in asked.slot_numbers:
        if number in has:
            line.passed_over.append([number, "booked_already"])
            continue
        try:
            line.booking = book(candidate, Wish(draw.book.event_slug, number), by=by, at=at)
        except BookingRefused as refused:
            if refused.code != FULL:
                line.passed_over.append([number, refused.code])
        else:
            line.slot_number = number
            break
    line.save()
    return line


def _record(draw: Draw, event: Event, lines: list[DrawLine]) -> None:
    """In the ledger, as an offer to all who could have asked: so nobody can draw it anew unseen."""
    election = draw.book.election
    groups = Event.OpenTo.of_status
    everyone = Candidate.objects.filter(election=election).with_status(timezone.localdate(draw.at))
    result = sha256(canonical([[line.candidate_id, line.slot_number] for line in lines]))
    record_offer(
        election,
        at=draw.at,
        what=f"Lots drawn about the slots of an event: {event.get_kind_display().lower()}",
        candidates=[one for one in everyone if event.open_to in groups(one.status)],  # type: ignore[attr-defined]
        draw=draw.pk,
        seed=draw.seed,
        inputs=draw.inputs_hash,
        result=result,
    )


def _tell_loser(line: DrawLine, asked: WishList, at: dt.datetime) -> None:
    """Keep that they asked for their first wish, and have them told."""
    lost = Booking.objects.create(
        book=line.draw.book,
        slot_number=line.slot_numbers[0],
        candidate=line.candidate,
        agent=asked.agent,
        state=Booking.State.NOT_DRAWN,
        site=asked.site,
        made_at=asked.made_at,
        made_by=asked.agent.user if asked.agent else asked.candidate.user,
        ended_at=at,
    )
    tell(lost, BookingMail.What.NOT_DRAWN, at)
