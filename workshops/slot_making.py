"""An officer’s availability becomes the slots of a draft one-to-one offer, all equally long.

What would be made can be looked at first: ``plan`` says so, and ``make_slots`` plans once more
under the lock. Making them twice makes nothing twice, and no slot that is there is touched.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from elections.models import NonWorkingDay, User
from elections.refusals import Refused
from elections.timetable import bank_holidays
from pcc_portal.templatetags.portal import date_range, day

from .models import Availability, AvailabilityException, Event, Slot

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, order=True)
class Span:
    """From one moment to another."""

    starts_at: dt.datetime
    ends_at: dt.datetime

    @classmethod
    def of(cls, date: dt.date, starts_at: dt.time, ends_at: dt.time) -> "Span":
        """Between two UK times of a day."""
        moments = (dt.datetime.combine(date, time) for time in (starts_at, ends_at))
        return cls(*(timezone.make_aware(moment) for moment in moments))

    @property
    def length(self) -> dt.timedelta:
        return self.ends_at - self.starts_at

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def __str__(self) -> str:
        return f"{day(self.starts_at)}, {date_range(self.starts_at, self.ends_at)}"


@dataclass(frozen=True)
class LeftOut:
    """A day or a time of the week that gives no slot, and why not."""

    when: str
    why: str


@dataclass
class Plan:
    """What would be made of an availability. ``there`` are slots that exist already."""

    spans: list[Span] = field(default_factory=list)
    there: list[Span] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    # Hours before a meeting at which booking closes: the event’s own, or the officer’s notice.
    closes_hours: int = 0


def plan(availability: Availability, event: Event, at: dt.datetime) -> Plan:
    """What ``make_slots`` would make at the moment ``at``. Raises ``Refused`` as it does."""
    _refuse(availability, event)
    own = [_span_of(slot) for slot in event.slots.all()]
    length = dt.timedelta(minutes=availability.slot_minutes)
    if any(span.length != length for span in own):
        raise Refused(
            "length",
            "This event has slots of another length, and all slots of an offer are equally long. "
            "Take those out, or set the length of a meeting to theirs.",
        )
    elsewhere = _meetings_elsewhere(availability, event)
    made = Plan(closes_hours=max(event.book_until_hours, availability.notice_hours))
    earliest = at + dt.timedelta(hours=made.closes_hours)
    for span in _cut(availability, made):
        other = next((title for title, taken in elsewhere if taken.overlaps(span)), "")
        if span in own:
            made.there.append(span)
        elif span.starts_at <= earliest:
            why = f"less than {made.closes_hours} hours from now, so nobody could book it"
            made.left_out.append(LeftOut(str(span), why))
        elif any(span.overlaps(taken) for taken in own):
            made.left_out.append(LeftOut(str(span), "this event has another slot then"))
        elif other:
            made.left_out.append(LeftOut(str(span), f"the officer has “{other}” then"))
        else:
            made.spans.append(span)
    return made


def make_slots(availability: Availability, event: Event, *, by: User, at: dt.datetime) -> Plan:
    """Give the draft ``event`` a slot of one place for each meeting its officer can have.

    Booking then closes no later than the officer’s notice. Returns what was made. Safe to call
    again. Raises ``Refused``: ``released``, ``kind``, ``election``, ``length``, ``nothing``.
    """
    with transaction.atomic():
        held: Event = Event.objects.held(event.pk) or event
        made = plan(availability, held, at)
        if not made.spans and not made.there:
            raise Refused("nothing", "Not one meeting fits into these days and hours.")
        if held.book_until_hours != made.closes_hours:
            held.book_until_hours = made.closes_hours
            _save(held, by)
        for span in made.spans:
            slot = Slot(
                event=held,
                starts_at=span.starts_at,
                ends_at=span.ends_at,
                venue=availability.venue,
                capacity=1,
            )
            slot.full_clean()
            _save(slot, by)
    return made


def drafts_for(availability: Availability) -> Iterable[Event]:
    """The drafts slots can be made for: one-to-one offers of the same election."""
    drafts: Iterable[Event] = (
        Event.objects.drafts()
        .filter(election=availability.election, kind=Event.Kind.ONE_TO_ONE, by_appointment=False)
        .exclude(change=Event.Change.WITHDRAWAL)
        .order_by("title", "version")
    )
    return drafts


def _refuse(availability: Availability, event: Event) -> None:
    if event.is_released:
        raise Refused(
            "released", "This event has been released. Make a new version, and slots for that."
        )
    if event.election_id != availability.election_id:
        raise Refused("election", "This event belongs to another election than the availability.")
    if event.kind != Event.Kind.ONE_TO_ONE or event.by_appointment or event.is_withdrawal:
        raise Refused("kind", "Slots are made for one-to-one meetings that have set times.")


def _save(row: Any, by: User) -> None:
    row._history_user = by
    row.save()


# --- days, hours, meetings ---------------------------------------------------------------------


def _cut(availability: Availability, made: Plan) -> Iterator[Span]:
    """Every meeting that fits, in order of time; days and hours that give none are told."""
    week = list(availability.hours.all())
    others: dict[dt.date, list[AvailabilityException]] = {}
    for one in availability.exceptions.all():
        others.setdefault(one.date, []).append(one)
    closed = dict(NonWorkingDay.objects.values_list("date", "reason"))
    for date in _days(availability):
        there = [one for one in others.get(date, ()) if one.is_available]
        away = [one for one in others.get(date, ()) if not one.is_available]
        usual = [hours for hours in week if hours.weekday == date.weekday()]
        whole_day = _whole_day(availability, date, away, closed, there)
        if whole_day:
            if usual or there:
                made.left_out.append(LeftOut(day(date), whole_day))
            continue
        is_holiday = date in closed or date in bank_holidays(date.year)
        hours: list[Any] = there if is_holiday else [*usual, *there]
        free = _joined(Span.of(date, one.starts_at, one.ends_at) for one in hours)
        for one in away:
            gone = Span.of(date, one.starts_at, one.ends_at)  # type: ignore[arg-type]
            if any(gone.overlaps(span) for span in free):
                made.left_out.append(LeftOut(str(gone), one.reason or "away"))
            free = _without(free, gone)
        if availability.break_from and availability.break_until:
            free = _without(free, Span.of(date, availability.break_from, availability.break_until))
        yield from _meetings(free, availability)


def _days(availability: Availability) -> Iterator[dt.date]:
    date = availability.first_day
    while date <= availability.last_day:
        yield date
        date += ONE_DAY


def _whole_day(
    availability: Availability,
    date: dt.date,
    away: list[AvailabilityException],
    closed: dict[dt.date, str],
    there: list[AvailabilityException],
) -> str:
    """Why there is no meeting at all on a day; nothing where there can be one."""
    absent = next((one for one in away if one.starts_at is None), None)
    if absent:
        return absent.reason or "away"
    if date == availability.election.poll_date:
        return "polling day"
    if there:
        return ""
    if date in closed:
        return closed[date]
    return "bank holiday" if date in bank_holidays(date.year) else ""


def _meetings(free: list[Span], availability: Availability) -> Iterator[Span]:
    length = dt.timedelta(minutes=availability.slot_minutes)
    pause = dt.timedelta(minutes=availability.break_minutes)
    for span in free:
        starts_at = span.starts_at
        while starts_at + length <= span.ends_at:
            yield Span(starts_at, starts_at + length)
            starts_at += length + pause


def _joined(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return found


def _without(spans: list[Span], gone: Span) -> list[Span]:
    parts = [
        part
        for span in spans
        for part in (
            Span(span.starts_at, min(span.ends_at, gone.starts_at)),
            Span(max(span.starts_at, gone.ends_at), span.ends_at),
        )
    ]
    return [part for part in parts if part.starts_at < part.ends_at]


def _span_of(slot: Slot) -> Span:
    return Span(slot.starts_at, slot.is_over_at)


def _meetings_elsewhere(availability: Availability, event: Event) -> list[tuple[str, Span]]:
    """What else the officer leads in this election, by the name the programme gives them."""
    slots = Slot.objects.filter(
        event__in=Event.objects.last_written()
        .filter(election=availability.election, hosts__name__iexact=availability.officer)
        .exclude(slug=event.slug)
        .exclude(change=Event.Change.WITHDRAWAL),
        status=Slot.Status.ON,
    ).select_related("event")
    return [(slot.event.title, _span_of(slot)) for slot in slots]
