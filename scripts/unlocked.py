"""The portal with the lock of bookings taken out, to show that the storm finds it missing.

Only ``scripts/storm.py`` serves it. The portal itself has no such switch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pcc_portal.wsgi import application
from workshops import bookings


@contextmanager
def _not_locked(candidate_pk: int, slug: str, at: Any) -> Iterator[Any]:
    candidate = bookings.Candidate.objects.with_status(at.date()).get(pk=candidate_pk)
    books = bookings.EventBook.objects
    yield candidate, books.get_or_create(election=candidate.election, event_slug=slug)[0]


bookings.locked = _not_locked
__all__ = ["application"]
