"""What one candidate had that others were not offered, in words for the report on equal offers.

Every place somebody ever had counts: a favour stays one after the place was changed or given up.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.utils import timezone

from elections.models import Candidate
from pcc_portal.templatetags.portal import day

from .models import Booking, Event, Meeting, Slot
from .wording import at_time

State = Booking.State


def favours(
    candidate: Candidate,
    event: Event,
    *,
    since: dt.datetime | None,
    bookings: Sequence[tuple[Booking, Slot | None]],
    meetings: Sequence[Meeting],
) -> list[str]:
    """``since`` is when ``event`` was first open to them; ``bookings`` come with attendance."""
    had = [(one, slot) for one, slot in bookings if one.booked_at]
    had.sort(key=lambda pair: (pair[0].made_at, pair[0].pk))
    found = [
        *_not_open_to(candidate, event, since, [one for one, _ in had]),
        *(said for one, slot in had for said in _by_office(event, one, slot)),
        *_of_meetings(candidate, event, since, meetings),
        *_too_many(candidate, event, [one for one, _ in had], meetings),
    ]
    return list(dict.fromkeys(found))  # a place that was changed is several rows


def _not_open_to(
    candidate: Candidate, event: Event, since: dt.datetime | None, had: list[Booking]
) -> Iterator[str]:
    if had and since is None:
        has = "has" if any(one.state == State.BOOKED for one in had) else "had"
        yield f"{candidate} {has} a place at “{event}”, which was never open to them."


def _by_office(event: Event, booking: Booking, slot: Slot | None) -> Iterator[str]:
    """What of a place that neither the candidate nor their agent asked for is a favour."""
    theirs = {booking.candidate.user_id, booking.agent.user_id if booking.agent else None}
    if booking.made_by_id is None or booking.made_by_id in theirs:
        return
    booked = f"The office booked {booking.candidate} at “{event}”"
    if event.open_to != Event.OpenTo.CANDIDATES:
        yield f"{booked}, which is not open to all: {event.get_open_to_display().lower()}."
    if event.bookable_from and booking.made_at < event.bookable_from:
        # Also where they waited first: nobody else could join the list then.
        yield (
            f"{booked} at {at_time(booking.made_at)}, before booking opened to the others at "
            f"{at_time(event.bookable_from)}."
        )
    if slot and booking.booked_at and booking.booked_at >= slot.closes_at:
        yield (
            f"{booked} at {at_time(booking.booked_at)}, after booking had closed to the others at "
            f"{at_time(slot.closes_at)}."
        )


def _of_meetings(
    candidate: Candidate, event: Event, since: dt.datetime | None, meetings: Sequence[Meeting]
) -> Iterator[str]:
    for meeting in meetings:
        had = f"{candidate} had a meeting under “{event}” on {day(meeting.held_on)}"
        if since is None:
            yield f"{had}, which was never open to them."
        elif meeting.held_on < timezone.localdate(since):
            yield f"{had}, before it was open to them on {day(since)}."


def _too_many(
    candidate: Candidate, event: Event, had: list[Booking], meetings: Sequence[Meeting]
) -> Iterator[str]:
    """By appointment nothing counts them but this; of places the booking itself sees to it."""
    places = [one for one in had if one.state == State.BOOKED and one.came is not False]  # type: ignore[attr-defined]
    number = len(places) + len(meetings)
    if meetings and number > event.entitlement:
        yield (
            f"{candidate} had {number} meetings under “{event}”, of which each candidate may have "
            f"{event.entitlement}."
        )


def of_no_offer(meeting: Meeting) -> str:
    return (
        f"{meeting.candidate} had a meeting with {meeting.officer} on {day(meeting.held_on)} "
        f"about “{meeting.subject}” that was no part of an offer: the others were not offered it."
    )
