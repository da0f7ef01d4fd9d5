"""How work is handed to the job worker."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from django_q.tasks import async_task

from .rehearsing import is_rehearsing


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


def is_waiting(job: str) -> bool:
    """Whether ``job`` stands in the worker’s queue and has not begun. Reads the whole queue."""
    waiting = OrmQ.objects.filter(lock__lte=timezone.now())
    return any(row.task["func"] == job for row in waiting)
