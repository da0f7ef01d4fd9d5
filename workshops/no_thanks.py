"""A candidate says “no, thank you” to a meeting, a visit or an induction they are offered."""

import datetime as dt

from elections.models import Candidate

from .bookings import BookingRefused, By, refuse_person
from .locks import locked
from .models import Booking, Event, NoThanks

# What each candidate is offered for themselves: who had it can differ, and has to be shown.
OFFERED = (Event.Kind.ONE_TO_ONE, Event.Kind.VISIT, Event.Kind.INDUCTION)


def say_no_thanks(candidate: Candidate, slug: str, *, by: By, at: dt.datetime) -> NoThanks:
    """Keep that ``candidate`` does not want what an event offers. They may book all the same.

    Safe to call again. Raises ``BookingRefused``: ``no_offer``, ``has_booking``, ``not_open``,
    ``agent_ended``.
    """
    with locked(candidate.pk, slug, at) as (row, book):
        events = Event.objects.released(at).newest(at)
        event: Event | None = events.filter(election=row.election_id, slug=slug).first()
        if event is None or not is_offered(event):
            raise BookingRefused("no_offer", "This is not offered to each candidate.")
        refuse_person(row, event, by)
        if Booking.objects.live().filter(book=book, candidate=row).exists():
            raise BookingRefused(
                "has_booking", "You have a booking here, or wait for one. Cancel that instead."
            )
        said, _ = NoThanks.objects.get_or_create(
            book=book, candidate=row, defaults={"agent": by.agent, "at": at}
        )
        return said


def is_offered(event: Event) -> bool:
    return event.takes_bookings and event.kind in OFFERED
