"""Whoever may no longer attend an event gives up what they have of it: somebody else waits.

Only after a while: a status that was entered by mistake, and put right, costs nobody a place.
"""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Max
from django.utils import timezone

from elections.models import Candidate, StatusChange

from .bookings import end_for_good, held
from .models import Booking, Event, Slot, start_of_day

AN_HOUR = dt.timedelta(hours=1)
REASON = "Places at this event are only for those who stand in the election and may attend."


def left(at: dt.datetime) -> Iterator[Booking]:
    """What is booked, offered or waited for, of what is to come, by who may not attend any more.

    Four queries, however many there are.
    """
    live = Booking.objects.live().with_slot().filter(slot_starts__isnull=False)
    rows = list(live.exclude(slot_status=Slot.Status.ON, slot_starts__lte=at).order_by("pk"))
    candidates = {row.candidate_id for row in rows}
    today = timezone.localdate(at)
    statuses = dict(
        Candidate.objects.filter(pk__in=candidates).with_status(today).values_list("pk", "status")
    )
    since = _known_since(candidates, today)
    groups = _groups({row.book_id for row in rows}, at)
    for row in rows:
        may = groups.get(row.book_id) in (None, *Event.OpenTo.of_status(statuses[row.candidate_id]))
        known = since.get(row.candidate_id)
        if not may and known and known + AN_HOUR <= at:
            yield row


def end_it(booking: Booking, at: dt.datetime) -> int:
    """End one of them, if it is so still. How many it were."""
    with held(booking, at) as found:
        if not found.is_live or booking.pk not in {row.pk for row in left(at)}:
            return 0
        end_for_good(found, reason=REASON, at=at)
    return 1


def _known_since(candidates: set[int], today: dt.date) -> dict[int, dt.datetime]:
    """By candidate: since when their status of today holds, and is recorded."""
    changes = StatusChange.objects.filter(candidate__in=candidates, effective_from__lte=today)
    last = changes.values("candidate").annotate(day=Max("effective_from"), at=Max("recorded_at"))
    return {row["candidate"]: max(start_of_day(row["day"]), row["at"]) for row in last}


def _groups(books: set[int], at: dt.datetime) -> dict[int, str]:
    """By book: who may attend its event, as the version in force says."""
    events = Event.objects.released(at).newest(at).exclude(change=Event.Change.WITHDRAWAL)
    rows = events.filter(election__event_books__in=books).order_by()
    by_event = {(row.election_id, row.slug): row.open_to for row in rows.distinct()}
    found = Booking.objects.filter(book__in=books).order_by()
    keys = found.values_list("book", "book__election", "book__event_slug").distinct()
    return {
        book: by_event[election, slug]
        for book, election, slug in keys
        if (election, slug) in by_event
    }
