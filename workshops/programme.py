"""The programme of one election: its events and its dates, in order of time."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from django.db.models import prefetch_related_objects
from django.utils import timezone

from elections.models import Election, KeyDate, Phase
from releases.models import Reader

from .models import Event, EventQuerySet, Slot

# Beside the kinds of event: the dates of the election itself.
DATES = "dates"


@dataclass(frozen=True)
class Entry:
    """One line of the programme: a slot of an event, or a date of the election."""

    day: dt.date
    time: dt.time | None
    title: str
    slot: Slot | None = None
    key_date: KeyDate | None = None

    @classmethod
    def of_slot(cls, slot: Slot) -> Self:
        starts = None if slot.is_all_day else timezone.localtime(slot.starts_at).time()
        return cls(slot.day, starts, str(slot.event), slot=slot)

    @classmethod
    def of_key_date(cls, key_date: KeyDate) -> Self:
        return cls(key_date.date, key_date.time, key_date.title, key_date=key_date)

    @property
    def order(self) -> tuple[dt.date, dt.time, bool, str]:
        """Whole days before times, dates of the election before events."""
        return self.day, self.time or dt.time.min, self.slot is not None, self.title


@dataclass(frozen=True)
class Day:
    """One day of the programme and what is on it."""

    date: dt.date
    entries: list[Entry]


@dataclass(frozen=True)
class Programme:
    """What one reader may know of an election's programme, on the UK day ``today``."""

    election: Election
    today: dt.date
    entries: list[Entry]
    by_appointment: list[Event]

    def __bool__(self) -> bool:
        return bool(self.entries or self.by_appointment)

    @property
    def is_archived(self) -> bool:
        return self.election.phase(self.today).kind == Phase.Kind.ARCHIVED

    @property
    def coming(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.day >= self.today]

    @property
    def past(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.day < self.today]

    def days(self) -> list[Day]:
        by_day = groupby(self.entries, key=lambda entry: entry.day)
        return [Day(date, list(entries)) for date, entries in by_day]

    def next_day(self) -> Day | None:
        """The first day with something to come."""
        return next((day for day in self.days() if day.date >= self.today), None)

    def days_by_phase(self) -> list[tuple[Phase, list[Day]]]:
        """The days under the phase of the election they fall in; phases without any left out."""
        by_phase = groupby(self.days(), key=lambda day: self.election.phase(day.date))
        return [(phase, list(days)) for phase, days in by_phase]


def read_programme(
    election: Election, *, user: Reader, at: dt.datetime, kind: str = "", open_to: str = ""
) -> Programme:
    """The programme as ``user`` may know it at the moment ``at``, or the part asked for.

    ``kind`` is a kind of event or ``DATES``. Dates of the election have no one to attend them:
    they are left out where ``open_to`` is given. Costs four queries, whatever it holds.
    """
    prefetch_related_objects([election], "key_dates")
    events: list[Event] = []
    if kind != DATES:
        events = visible_events(election, user=user, at=at, kind=kind, open_to=open_to)
    entries = [Entry.of_slot(slot) for event in events for slot in event.slots.all()]
    if kind in ("", DATES) and not open_to:
        entries += [Entry.of_key_date(key_date) for key_date in election.key_dates.all()]
    return Programme(
        election=election,
        today=timezone.localdate(at),
        entries=sorted(entries, key=lambda entry: entry.order),
        by_appointment=[event for event in events if event.by_appointment],
    )


def visible_events(
    election: Election, *, user: Reader, at: dt.datetime, kind: str = "", open_to: str = ""
) -> list[Event]:
    """The newest version of each event that ``user`` may know, with its slots and hosts."""
    events = (
        _current(election, user=user, at=at, kind=kind)
        .select_related("release")
        .prefetch_related("hosts", "slots")
        .order_by("title", "id")
    )
    found = list(events.filter(open_to=open_to) if open_to else events)
    for event in found:
        event.election = election
    return found


def next_slots(
    election: Election, *, user: Reader, at: dt.datetime, limit: int, kind: str = ""
) -> list[Slot]:
    """The first ``limit`` slots to come that ``user`` may know, with their hosts. Two queries."""
    events = _current(election, user=user, at=at, kind=kind)
    slots = Slot.objects.upcoming(timezone.localdate(at)).filter(event__in=events)
    slots = slots.select_related("event__election").prefetch_related("event__hosts")
    return list(slots.order_by("starts_at", "event__title")[:limit])


def _current(election: Election, *, user: Reader, at: dt.datetime, kind: str) -> EventQuerySet:
    events = Event.objects.visible_to(user, at).newest(at).filter(election=election)
    return events.filter(kind=kind) if kind else events
