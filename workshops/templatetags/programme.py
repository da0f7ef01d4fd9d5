import datetime as dt
from typing import Any

from django import template

from elections.models import Election
from releases.models import Reader
from workshops.models import Event
from workshops.programme import Entry, next_slots, visible_events

register = template.Library()


@register.simple_tag
def events_to_show(election: Election, user: Reader, at: dt.datetime) -> list[Event]:
    """Every event ``user`` may know, for a page that shows the programme in several parts."""
    return visible_events(election, user=user, at=at)


@register.inclusion_tag("workshops/_entries.html")
def programme(
    election: Election,
    user: Reader,
    at: dt.datetime,
    kind: str = "",
    limit: int | None = None,
    events: list[Event] | None = None,
) -> dict[str, Any]:
    """The events ``user`` may know, of one kind or all, in order of time.

    With ``limit`` the next ones only; without it past ones too, and those by appointment. Costs
    two queries with ``limit``, three without; none with ``events`` from ``events_to_show``.
    """
    if limit is not None:
        slots = next_slots(election, user=user, at=at, limit=limit, kind=kind)
        return {"entries": [Entry.of_slot(slot) for slot in slots]}
    if events is None:
        events = visible_events(election, user=user, at=at, kind=kind)
    elif kind:
        events = [event for event in events if event.kind == kind]
    entries = [Entry.of_slot(slot) for event in events for slot in event.slots.all()]
    return {
        "entries": sorted(entries, key=lambda entry: entry.order),
        "by_appointment": [event for event in events if event.by_appointment],
    }
