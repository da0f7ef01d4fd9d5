"""Which slots candidates would like, said before booking opens. They hold no place."""

import datetime as dt
from collections.abc import Sequence

from elections.models import Candidate

from .locks import locked
from .models import Draw, Event, Slot, WishList
from .refusing import BookingRefused, By, refuse_person
from .wording import at_time

MOST_WISHES = 5


def take_wishes(
    candidate: Candidate, slug: str, numbers: Sequence[int], *, by: By, at: dt.datetime
) -> WishList | None:
    """Keep which slots of an event ``candidate`` would like, the dearest first, until the draw.

    What they said before is forgotten; without any number they ask for nothing. Safe to call
    again. Raises ``BookingRefused``: ``no_wishes``, ``opened``, ``no_slot``, ``double``,
    ``too_many``, ``not_open``, ``agent_ended``.
    """
    with locked(candidate.pk, slug, at) as (row, book):
        event = wishes_open(row, slug, at)
        if Draw.objects.filter(book=book).exists():
            raise BookingRefused("opened", "The lots are drawn: book what is free.")
        _refuse_numbers(event, numbers, at)
        refuse_person(row, event, by)
        mine = WishList.objects.filter(book=book, candidate=row)
        if not numbers:
            mine.delete()
            return None
        kept = mine.first()
        if kept and kept.slot_numbers == list(numbers):
            return kept
        said = {"slot_numbers": list(numbers), "agent": by.agent, "site": by.site, "made_at": at}
        return mine.update_or_create(book=book, candidate=row, defaults=said)[0]


def wishes_open(candidate: Candidate, slug: str, at: dt.datetime) -> Event:
    """The event in force. Raises ``BookingRefused`` where nobody can say a wish any more."""
    events = Event.objects.released(at).newest(at)
    event: Event | None = events.filter(election=candidate.election_id, slug=slug).first()
    if event is None or not (event.takes_bookings and event.takes_wishes and event.bookable_from):
        raise BookingRefused("no_wishes", "This event asks for no wishes beforehand.")
    if not may_wish(event, at):
        raise opened(event)
    return event


def opened(event: Event) -> BookingRefused:
    """``event`` is one that asks for wishes before booking opens."""
    assert event.bookable_from  # noqa: S101  the database keeps none without
    return BookingRefused(
        "opened",
        f"Booking opened at {at_time(event.bookable_from)}: wishes were taken until then.",
    )


def may_wish(event: Event, at: dt.datetime) -> bool:
    """Whether it is asked for now which slots of the event in force candidates would like."""
    opens = event.bookable_from
    return event.takes_bookings and event.takes_wishes and opens is not None and at < opens


def _refuse_numbers(event: Event, numbers: Sequence[int], at: dt.datetime) -> None:
    if len(set(numbers)) < len(numbers):
        raise BookingRefused("double", "Choose each slot once.")
    if len(numbers) > MOST_WISHES:
        raise BookingRefused("too_many", f"Choose {MOST_WISHES} slots at most.")
    on = Slot.objects.filter(event=event, starts_at__gt=at, status=Slot.Status.ON)
    if not set(numbers) <= set(on.values_list("number", flat=True)):
        raise BookingRefused("no_slot", "This time is not on the programme any more.")
