import datetime as dt
from typing import Any

from django import template

from elections.models import Election
from releases.models import Reader
from workshops.programme import Drawn, Entry, current_events, drawn, next_entries

register = template.Library()


Shown = tuple[list[Entry], list[Drawn]]


@register.simple_tag
def events_to_show(election: Election, user: Reader, at: dt.datetime) -> Shown:
    """Every event ``user`` may know, for a page that shows the programme in several parts."""
    return drawn(current_events(election, user=user, at=at))


@register.inclusion_tag("workshops/_entries.html")
def programme(
    election: Election,
    user: Reader,
    at: dt.datetime,
    kind: str = "",
    limit: int | None = None,
    events: Shown | None = None,
) -> dict[str, Any]:
    """The events ``user`` may know, of one kind or all, in order of time.

    With ``limit`` the next ones only; without it past ones too, and those by appointment. Costs
    the queries of ``drawn``; none with ``events`` from ``events_to_show``.
    """
    if limit is not None:
        coming = next_entries(election, user=user, at=at, limit=limit, kind=kind)
        return {"entries": coming, "by_appointment": [], "without_day": False}
    entries, by_appointment = events or events_to_show(election, user, at)
    return {
        "entries": sorted(
            (entry for entry in entries if kind in ("", entry.drawn.kind)),
            key=lambda entry: entry.order,
        ),
        "by_appointment": [event for event in by_appointment if kind in ("", event.kind)],
        # Django looks long for a name that nobody gave, and on every line.
        "without_day": False,
    }
