"""The programme of one election: its events and its dates, in order of time."""

import datetime as dt
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Self

from django.db.models import Q, prefetch_related_objects
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from elections.models import Election, KeyDate, Phase
from releases.kept import kept
from releases.models import Reader

from .models import Event, EventQuerySet, Slot
from .offers import Offer, offers

# Beside the kinds of event: the dates of the election itself.
DATES = "dates"


@dataclass(frozen=True)
class Drawn:
    """A slot, or an event by appointment, as it is drawn in the programme and on its sheet."""

    kind: str
    title: str
    starts_at: dt.datetime | None
    is_all_day: bool
    day: SafeString
    when: SafeString
    what: SafeString
    row: SafeString
    # As it was released; where it can be booked, how many places are left is asked elsewhere.
    slot: Slot | None

    @classmethod
    def of(cls, event: Event, slot: Slot | None = None) -> Self:
        def draw(template: str, **more: Any) -> SafeString:
            return render_to_string(f"workshops/{template}", {"event": event, "slot": slot} | more)

        nothing = SafeString("")
        return cls(
            kind=event.kind,
            title=event.title,
            starts_at=slot.starts_at if slot else None,
            is_all_day=slot.is_all_day if slot else False,
            day=draw("_day.html", day=slot.day) if slot else nothing,
            when=draw("_time.html") if slot else nothing,
            what=draw("_about.html"),
            row=draw("_sheet_row.html"),
            slot=slot,
        )


@dataclass(frozen=True)
class Entry:
    """One line of the programme: a slot of an event, or a date of the election."""

    day: dt.date
    time: dt.time | None
    title: str
    drawn: Drawn | None = None
    key_date: KeyDate | None = None
    # What this reader can book of it now.
    offer: Offer | None = None

    @classmethod
    def of_slot(cls, drawn: Drawn) -> Self:
        starts = timezone.localtime(drawn.starts_at)
        return cls(starts.date(), None if drawn.is_all_day else starts.time(), drawn.title, drawn)

    @classmethod
    def of_key_date(cls, key_date: KeyDate) -> Self:
        return cls(key_date.date, key_date.time, key_date.title, key_date=key_date)

    @property
    def order(self) -> tuple[dt.date, dt.time, bool, str]:
        """Whole days before times, dates of the election before events."""
        return self.day, self.time or dt.time.min, self.drawn is not None, self.title


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
    by_appointment: list[Drawn]

    def __bool__(self) -> bool:
        return bool(self.entries or self.by_appointment)

    @property
    def has_offers(self) -> bool:
        return any(entry.offer for entry in self.entries)

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
    they are left out where ``open_to`` is given. Costs one query and those of ``drawn``, for
    candidates those of ``offers`` too.
    """
    prefetch_related_objects([election], "key_dates")
    entries: list[Entry] = []
    appointments: list[Drawn] = []
    if kind != DATES:
        events = current_events(election, user=user, at=at, kind=kind)
        events = events.filter(open_to=open_to) if open_to else events
        entries, appointments = drawn(events)
        entries = with_offers(entries, election, user=user, at=at)
    if kind in ("", DATES) and not open_to:
        entries += [Entry.of_key_date(key_date) for key_date in election.key_dates.all()]
    return Programme(
        election=election,
        today=timezone.localdate(at),
        entries=sorted(entries, key=lambda entry: entry.order),
        by_appointment=appointments,
    )


def read_induction(election: Election, *, user: Reader, at: dt.datetime) -> Programme:
    """The days after the poll that are for the person elected, whoever may read of them."""
    events = current_events(election, user=user, at=at).filter(
        Q(kind=Event.Kind.INDUCTION) | Q(open_to=Event.OpenTo.ELECTED)
    )
    entries, appointments = drawn(events)
    entries = with_offers(entries, election, user=user, at=at)
    ordered = sorted(entries, key=lambda entry: entry.order)
    return Programme(election, timezone.localdate(at), ordered, appointments)


def with_offers(
    entries: list[Entry], election: Election, *, user: Reader, at: dt.datetime
) -> list[Entry]:
    """Each with what ``user`` can book of it. Costs as ``offers`` does."""
    slots = [entry.drawn.slot for entry in entries if entry.drawn and entry.drawn.slot]
    found = offers(slots, user=user, election=election, at=at)
    if not found:
        return entries
    return [
        replace(entry, offer=found.get(entry.drawn.slot.pk))
        if entry.drawn and entry.drawn.slot
        else entry
        for entry in entries
    ]


def drawn(events: EventQuerySet) -> tuple[list[Entry], list[Drawn]]:
    """Every slot of released ``events``, and those by appointment in order of their titles.

    Two queries, and three more for events that were not drawn before.
    """
    ids = events.order_by("title", "id").values_list("pk", flat=True)
    found = [part for parts in kept("event", ids, _draw_events).values() for part in parts]
    return (
        [Entry.of_slot(part) for part in found if part.starts_at],
        [part for part in found if not part.starts_at],
    )


def next_entries(
    election: Election, *, user: Reader, at: dt.datetime, limit: int, kind: str = ""
) -> list[Entry]:
    """The first ``limit`` slots to come that ``user`` may know. Costs as ``drawn`` does."""
    entries, _ = drawn(current_events(election, user=user, at=at, kind=kind))
    today = timezone.localdate(at)
    coming = sorted((e for e in entries if e.day >= today), key=lambda entry: entry.order)
    return coming[:limit]


def visible_events(election: Election, *, user: Reader, at: dt.datetime) -> list[Event]:
    """The newest version of each event that ``user`` may know, with its slots and hosts."""
    events = current_events(election, user=user, at=at).select_related("release")
    found = list(events.prefetch_related("hosts", "slots").order_by("title", "id"))
    for event in found:
        event.election = election
    return found


def current_events(
    election: Election, *, user: Reader, at: dt.datetime, kind: str = ""
) -> EventQuerySet:
    """The newest version of each event that ``user`` may know, of one kind or all."""
    events = Event.objects.visible_to(user, at).newest(at).filter(election=election)
    return events.filter(kind=kind) if kind else events


def _draw_events(ids: list[int]) -> dict[int, list[Drawn]]:
    events = Event.objects.select_related("election").prefetch_related("hosts", "slots")
    return {
        event.pk: [Drawn.of(event)]
        if event.by_appointment
        else [Drawn.of(event, slot) for slot in event.slots.all()]
        for event in events.filter(pk__in=ids)
    }
