"""How the portal says when a slot is, and other small sentences."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pcc_portal.templatetags.portal import clock, date_range, day

if TYPE_CHECKING:
    from .models import Slot  # which itself says in words what does not fit


def time_of(slot: "Slot") -> str:
    """“Tuesday 13 April 2027, 10am to 12 noon”."""
    if slot.is_all_day:
        return day(slot.starts_at)
    return f"{day(slot.starts_at)}, {date_range(slot.starts_at, slot.ends_at)}"


def place_of(slot: "Slot") -> str:
    """“County Hall”, or “Online”."""
    return slot.venue or slot.event.get_format_display()


def at_time(moment: dt.datetime) -> str:
    """“10am on Tuesday 13 April 2027”."""
    return f"{clock(moment)} on {day(moment)}"


def listed(parts: Iterable[str]) -> str:
    """Several times, which hold commas themselves."""
    return "; ".join(parts)
