"""Whether what happens here is only tried out, and undone: then nothing may outlast it.

A transaction that is rolled back takes its rows with it. What stands beside the database, such as
what is kept in memory or handed to others, has to ask.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


def is_rehearsing() -> bool:
    return _rehearsing.get()


@contextmanager
def rehearsal() -> Iterator[None]:
    """Whatever is done inside is undone at the end, and leaves nothing behind."""
    token = _rehearsing.set(True)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        _rehearsing.reset(token)
