"""The programme for calendar programs (iCalendar, RFC 5545).

Nothing in a feed depends on when it is asked for: it stays the same, byte for byte, until the
programme changes.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator

from django.urls import reverse
from django.utils.text import slugify
from icalendar import Calendar
from icalendar import Event as CalendarEntry

from elections.models import Election, KeyDate
from pcc_portal.templatetags.portal import clock

from .models import Event, Slot
from .places import SlotKey, key_of

PRODUCT = "-//Candidates’ portal//Programme//EN"
REFRESH = dt.timedelta(hours=1)
NOT_CONFIRMED = "Not confirmed from an official notice yet."


def feed(election: Election, *, events: Iterable[Event], absolute: Callable[[str], str]) -> bytes:
    """The programme: the slots of ``events`` and the election's dates, as ``programme_entries``."""
    entries = programme_entries(election, events=events, absolute=absolute)
    return calendar(f"{election.name}: programme", entries)


def calendar(title: str, entries: Iterable[CalendarEntry]) -> bytes:
    """A calendar of ``entries``, to be read again every hour."""
    whole = Calendar()
    whole.add("prodid", PRODUCT)
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "PUBLISH")
    whole.add("name", title)
    whole.add("x-wr-calname", title)
    whole.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in entries:
        whole.add_component(entry)
    return whole.to_ical()


def programme_entries(
    election: Election,
    *,
    events: Iterable[Event],
    absolute: Callable[[str], str],
    but: Collection[SlotKey] = (),
) -> Iterator[CalendarEntry]:
    """The slots of ``events`` and the election's dates; ``absolute`` makes an address whole.

    ``but`` are slots to be left out. ``events`` come with their release, and with slots and hosts
    prefetched.
    """
    for event in events:
        for slot in event.slots.all():
            if key_of(slot) not in but:
                yield _slot_entry(slot, absolute)
    for key_date in election.key_dates.all():
        yield _key_date_entry(election, key_date, absolute)


def uid(election: Election, *parts: str | int) -> str:
    """What a calendar knows an entry by: the same in every version and at every address.

    The office stands in it because two offices' portals may use the same addresses.
    """
    name = ".".join(str(part) for part in (election.slug, *parts))
    return f"{name}@{slugify(election.office.short_name)}"


def _slot_entry(slot: Slot, absolute: Callable[[str], str]) -> CalendarEntry:
    event = slot.event
    known_since = event.release.released_at
    hosts = "; ".join(str(host) for host in event.hosts.all())
    lines = [event.summary, f"Led by: {hosts}." if hosts else ""]
    lines.append(f"Who may attend: {event.get_open_to_display()}.")
    entry = CalendarEntry()
    entry.add("uid", uid(event.election, "event", event.slug, slot.number))
    entry.add("dtstamp", known_since)
    entry.add("last-modified", known_since)
    entry.add("sequence", event.version - 1)
    if slot.is_on:
        entry.add("summary", event.title)
        entry.add("status", "CONFIRMED")
    else:
        lines.insert(0, f"{slot.get_status_display()}: {slot.why}")
        entry.add("summary", f"{slot.get_status_display()}: {event.title}")
        entry.add("status", "CANCELLED")
    entry.add("description", "\n\n".join(filter(None, lines)))
    entry.add("categories", [event.get_kind_display()])
    entry.add("url", absolute(event.get_absolute_url()))
    if slot.venue:
        entry.add("location", slot.venue)
    elif event.format == Event.Format.ONLINE:
        entry.add("location", event.get_format_display())
    add_time(entry, slot)
    return entry


def add_time(entry: CalendarEntry, slot: Slot) -> None:
    """When it is, in UTC: right wherever it is read, and across every change of the clocks."""
    if slot.is_all_day:
        _add_day(entry, slot.day)
        return
    entry.add("dtstart", slot.starts_at.astimezone(dt.UTC))
    if slot.ends_at:
        entry.add("dtend", slot.ends_at.astimezone(dt.UTC))


def _key_date_entry(
    election: Election, key_date: KeyDate, absolute: Callable[[str], str]
) -> CalendarEntry:
    expected = "" if key_date.is_confirmed else " (expected)"
    at_time = f", {clock(key_date.time)}" if key_date.time else ""
    entry = CalendarEntry()
    entry.add("uid", uid(election, "date", key_date.kind or key_date.pk))
    entry.add("dtstamp", key_date.changed_at)
    entry.add("last-modified", key_date.changed_at)
    entry.add("summary", f"{key_date.title}{at_time}{expected}")
    entry.add(
        "description",
        f"Official notice: {key_date.notice_title}." if key_date.is_confirmed else NOT_CONFIRMED,
    )
    entry.add("categories", ["Statutory date" if key_date.kind else "Key date"])
    entry.add("status", "CONFIRMED" if key_date.is_confirmed else "TENTATIVE")
    entry.add("url", absolute(reverse("elections:key-dates", args=[election.slug])))
    _add_day(entry, key_date.date)
    return entry


def _add_day(entry: CalendarEntry, day: dt.date) -> None:
    entry.add("dtstart", day)
    entry.add("dtend", day + dt.timedelta(days=1))
    entry.add("transp", "TRANSPARENT")
