"""How work is handed to the job worker."""

import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from django_q.tasks import async_task

from .rehearsing import is_rehearsing

logger = logging.getLogger(__name__)

Row = TypeVar("Row")


def hand_over(job: str, *args: Any) -> None:
    """Have the job worker call the function at the dotted path ``job``; it may be called twice.

    Inside a transaction the work is handed over with it, or not at all: the queue is a table. Where
    no worker runs (``JOBS_AT_ONCE``) the function is called here and now. Nothing is handed over by
    what is only tried out (``pcc_portal/rehearsing.py``).
    """
    if is_rehearsing():
        return
    if settings.JOBS_AT_ONCE:
        import_string(job)(*args)
    else:
        async_task(job, *args)


def one_by_one(rows: Iterable[Row], act: Callable[[Row], int]) -> int:
    """The sum of what ``act`` returns of each row. A fault in one keeps no other waiting.

    Raises ``ExceptionGroup`` of all faults when each has had its turn: the worker records the job
    as failed.
    """
    total, faults = 0, []
    for row in rows:
        try:
            total += act(row)
        except Exception as fault:  # whatever one row brings: the others are done all the same
            logger.exception("a job failed for %s %s", type(row).__name__, getattr(row, "pk", row))
            faults.append(fault)
    if faults:
        raise ExceptionGroup("Of some rows the job failed.", faults)
    return total


def is_waiting(job: str) -> bool:
    """Whether ``job`` stands in the worker’s queue and has not begun. Reads the whole queue."""
    waiting = OrmQ.objects.filter(lock__lte=timezone.now())
    return any(row.task["func"] == job for row in waiting)
