"""How long the original of an imported log is kept. See ``pcc_portal/retention.py``."""

import datetime as dt
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from infolog.models import LogImport
from pcc_portal.retention import Rule

KEPT_DAYS = 90
FORGOTTEN = "(deleted)"


def _originals(at: dt.datetime) -> QuerySet[LogImport]:
    return LogImport.objects.filter(
        made_at__lt=at - dt.timedelta(days=KEPT_DAYS), forgotten_at=None
    )


def _forget(imports: list[Any], at: dt.datetime) -> None:
    """The file, its name and all that was read from it; what was counted stays."""
    for log_import in imports:
        file, name = log_import.file.storage, log_import.file.name
        log_import.requests.all().delete()
        log_import.file, log_import.filename = "", FORGOTTEN
        log_import.headings, log_import.dropped, log_import.notes = [], [], []
        log_import.state, log_import.forgotten_at = LogImport.State.DONE, at
        log_import.save()
        if name:
            transaction.on_commit(partial(file.delete, name))


RULES = [
    Rule(
        "The original of a log that was imported, and what was read from it: it can name who asked",
        f"{KEPT_DAYS} days after it was uploaded. Then the file and the rows are deleted; the "
        "drafts that were made of them are not.",
        _originals,
        _forget,
    ),
]
