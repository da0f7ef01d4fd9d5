"""What is locked, and in which order, by whoever decides about a place."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from elections.models import Candidate

from .models import EventBook


@contextmanager
def locked(candidate_pk: int, slug: str, at: dt.datetime) -> Iterator[tuple[Candidate, EventBook]]:
    """First the candidate, then the event, always in this order: so nobody waits in a circle."""
    with transaction.atomic():
        candidate = lock_candidates([candidate_pk], at)[0]
        yield candidate, lock_book(candidate.election_id, slug)


def lock_candidates(pks: list[int], at: dt.datetime) -> list[Candidate]:
    """Several in the order of their keys, each with the status of the day."""
    candidates = Candidate.objects.select_for_update(of=("self",), no_key=True)
    return list(candidates.with_status(timezone.localdate(at)).filter(pk__in=pks).order_by("pk"))


def lock_book(election_id: int, slug: str) -> EventBook:
    books = EventBook.objects.select_for_update(of=("self",), no_key=True)
    found = books.filter(election=election_id, event_slug=slug).first()
    if found is None:
        EventBook.objects.get_or_create(election_id=election_id, event_slug=slug)
        found = books.get(election=election_id, event_slug=slug)
    return found
