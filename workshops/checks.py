"""What does not fit in the times of an event, said so that anyone understands it."""

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
