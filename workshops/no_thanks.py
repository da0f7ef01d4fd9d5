"""A candidate says “no, thank you” to a meeting, a visit or an induction they are offered."""

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from elections.acting import Actor, acting_for
from elections.models import Candidate
from releases.models import Reader

from .locks import locked
from .models import Booking, Event, NoThanks, Slot
from .refusing import BookingRefused, By, refuse_person


def say_no_thanks(candidate: Candidate, slug: str, *, by: By, at: dt.datetime) -> NoThanks:
    """Keep that ``candidate`` does not want what an event offers. They may book all the same.

    Safe to call again. Raises ``BookingRefused``: ``no_offer``, ``has_booking``, ``not_open``,
    ``agent_ended``.
    """
    with locked(candidate.pk, slug, at) as (row, book):
        events = Event.objects.released(at).newest(at)
        event: Event | None = events.filter(election=row.election_id, slug=slug).first()
        if event is None or not is_offered(event, at):
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


def is_offered(event: Event, at: dt.datetime) -> bool:
    """Whether each candidate is offered it, and it is not over. One query for what has slots."""
    if event.kind not in Event.OFFERED or not (event.takes_bookings or event.by_appointment):
        return False
    to_come = Q(starts_at__gt=at) | Q(status=Slot.Status.POSTPONED)
    return event.by_appointment or event.slots.filter(to_come).exists()


def asked_of(user: Reader, event: Event, at: dt.datetime) -> Candidate | None:
    """The candidate for whom ``user`` can answer an offer: none who has a booking there.

    No query for what is no such offer, nor for strangers; six at most.
    """
    if not user.is_authenticated or getattr(user, "is_staff", False):
        return None
    if not is_offered(event, at):
        return None
    actor: Actor | None = acting_for(user, event.election, at)  # type: ignore[arg-type]
    if actor is None:
        return None
    status = actor.candidate.status_on(timezone.localdate(at))
    of_event = {"book__election": event.election_id, "book__event_slug": event.slug}
    live = Booking.objects.live().filter(candidate=actor.candidate, **of_event)
    is_open = event.open_to in Event.OpenTo.of_status(status)
    return actor.candidate if is_open and not live.exists() else None


def answered(candidate: Candidate, event: Event) -> NoThanks | None:
    """What ``candidate`` said of an offer, if they said no."""
    return NoThanks.objects.filter(
        candidate=candidate, book__election=event.election_id, book__event_slug=event.slug
    ).first()
