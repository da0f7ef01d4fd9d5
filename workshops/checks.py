"""What does not fit in the times of an event, said so that anyone understands it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pcc_portal.findings import Finding, Severity

from .wording import time_of

if TYPE_CHECKING:
    from .models import Slot


def check_places(slots: "Sequence[Slot]", taken: Mapping[int, int]) -> Iterator[Finding]:
    """Slots with fewer places than are taken; ``taken`` is by number of the slot.

    Nobody loses a place by a new version, so there would be too many people.
    """
    for slot in slots:
        number = taken.get(slot.number, 0)
        if slot.is_on and slot.capacity is not None and number > slot.capacity:
            yield Finding(
                "too-few-places",
                Severity.WARNING,
                f"{time_of(slot)}: {number} places are booked or offered of {slot.capacity}. They "
                "all keep their places. Give it more, or agree with them who comes another time.",
            )


def check_lengths(slots: "Sequence[Slot]") -> Iterator[Finding]:
    """One-to-one meetings that are not equally long: whoever gets which had more than others."""
    lengths = Counter(
        slot.ends_at - slot.starts_at if slot.ends_at else None for slot in slots if slot.is_on
    )
    if len(lengths) > 1:
        shortest_first = sorted(lengths, key=lambda length: (length is None, length))
        told = ", ".join(f"{_many(lengths[length])} {_long(length)}" for length in shortest_first)
        yield Finding(
            "slot-lengths",
            Severity.WARNING,
            f"The meetings are not equally long: {told}. Each candidate is offered the same.",
        )


def _long(length: dt.timedelta | None) -> str:
    return f"of {length // dt.timedelta(minutes=1)} minutes" if length else "without an end"


def _many(number: int) -> str:
    return f"{number} slot" if number == 1 else f"{number} slots"
