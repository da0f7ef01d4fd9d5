"""How long personal data is kept, and the job that ends it.

Each room says what it keeps about people in ``RULES`` of a module named in ``settings.RETENTION``.
The privacy page shows all of them and ``apply_rules`` carries them out, so that the page and the
practice cannot part.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """One kind of personal data. ``kept`` says for how long and what happens then, to anyone.

    ``due`` gives the rows whose time is over at a moment, and ``forget`` ends them; both are
    ``None`` for what is kept for good.
    """

    data: str
    kept: str
    due: Callable[[dt.datetime], QuerySet[Any]] | None = None
    forget: Callable[[list[Any], dt.datetime], None] | None = None


def rules() -> Iterator[Rule]:
    """Every rule of every room, in the order of ``settings.RETENTION``."""
    for module in settings.RETENTION:
        yield from import_string(f"{module}.RULES")


def apply_rules(*, at: dt.datetime, dry_run: bool = False) -> list[tuple[Rule, int]]:
    """End what is over at the moment ``at``. Returns each rule and how many rows it ended.

    Each rule is one transaction. With ``dry_run`` nothing changes and the numbers say what would
    have. Running it again ends nothing twice.
    """
    done = []
    for rule in rules():
        if rule.due is None or rule.forget is None:
            continue
        with transaction.atomic():
            rows = list(rule.due(at))
            if not dry_run:
                rule.forget(rows, at)
        done.append((rule, len(rows)))
    return done


def apply_now() -> str:
    """What the job worker calls each night. Returns what was done, for its record."""
    done = [f"{rule.data}: {number}" for rule, number in apply_rules(at=timezone.now()) if number]
    told = "; ".join(done) or "Nothing was over."
    logger.info("retention: %s", told)
    return told
