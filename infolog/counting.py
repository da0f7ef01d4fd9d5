"""The log in numbers: what was asked by topic and what became of it, and what waits too long."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, F
from django.utils import timezone

from elections.models import Election
from releases.models import Reader

from .log import requests_in, requests_of
from .models import InformationRequest, InformationRequestQuerySet, Work
from .states import CLOSED, State


@dataclass
class Row:
    """How many requests of one topic came to which state; ``slug`` is empty where there is none."""

    name: str
    slug: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def cells(self) -> list[int]:
        """In the order of ``CLOSED``."""
        return [self.counts.get(state, 0) for state in CLOSED]


@dataclass(frozen=True)
class Numbers:
    """``waiting`` and ``overdue`` are as at the beginning of the day, without any topic."""

    rows: list[Row]
    all: Row
    waiting: int
    overdue: int
    late: int


def numbers(election: Election, reader: Reader, *, at: dt.datetime, today: dt.date) -> Numbers:
    """What ``reader`` may know of the log. Five queries.

    What came in on ``today`` does not count: it would tell on which day of a meeting, say, somebody
    asked, before the answer tells everyone.
    """
    visible = requests_in(election, reader, at).order_by().values("pk")
    # A condition of visibility cannot be grouped by, so the rows are asked for by their numbers.
    answered = InformationRequest.objects.filter(pk__in=visible).with_state()
    began = timezone.make_aware(dt.datetime.combine(today, dt.time.min))
    waiting = Work.objects.waiting().filter(
        request__election=election, request__received_on__lt=today, since__lt=began
    )
    late = requests_of(election, reader, at).filter(
        release__released_at__date__gt=F("work__due_on")
    )
    return Numbers(
        rows=_by_topic(answered),
        all=Row("All requests", counts=_states(answered)),
        waiting=waiting.count(),
        overdue=waiting.filter(due_on__lt=today).count(),
        late=late.count(),
    )


def _states(requests: InformationRequestQuerySet) -> dict[str, int]:
    counted = requests.order_by().values("state").annotate(count=Count("pk"))
    return {row["state"]: row["count"] for row in counted}


def _by_topic(requests: InformationRequestQuerySet) -> list[Row]:
    """By name; a request of two topics counts in both, one of none in the last row."""
    counted = (
        requests.order_by()
        .values("topics__name", "topics__slug", "state")
        .annotate(count=Count("pk"))
    )
    rows: dict[str, Row] = {}
    for found in counted:
        slug = found["topics__slug"] or ""
        row = rows.setdefault(slug, Row(found["topics__name"] or "Without a topic", slug))
        row.counts[State(found["state"])] = found["count"]
    return sorted(rows.values(), key=lambda row: (not row.slug, row.name.lower()))
