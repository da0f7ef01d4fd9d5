"""Takes in what a mail provider reports: bounces and complaints. Who opened what is not read."""

from typing import Any

from anymail.signals import EventType, RejectReason, tracking
from django.dispatch import receiver
from django.utils import timezone

from .posting import number_named
from .settling import note_bounce, note_complaint

CAME_BACK = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
# A full letter box is tried again by the provider; these are for good.
FOR_GOOD = {RejectReason.INVALID, RejectReason.BOUNCED, RejectReason.BLOCKED, RejectReason.OTHER}
FOR_GOOD |= {RejectReason.SPAM, None}
CAME_BACK_IN_WORDS = "It came back."


@receiver(tracking)
def take_in(sender: Any, event: Any, esp_name: str, **_: Any) -> None:
    """The library’s way to hand over an event, whatever the provider. Unknown ones are ignored."""
    delivery = number_of("delivery", event)
    if delivery is None:
        return
    words, at = words_of(event), timezone.now()
    if event.event_type == EventType.COMPLAINED:
        note_complaint(delivery, reply=f"Reported as unwanted. {words}".strip(), at=at)
    elif came_back(event):
        note_bounce(delivery, reply=words or CAME_BACK_IN_WORDS, at=at)


def number_of(name: str, event: Any) -> int | None:
    """Which of our mails of one kind an event is about."""
    return number_named(name, event.message_id or "", event.metadata or {})


def came_back(event: Any) -> bool:
    """Whether it did not arrive, and will not."""
    return event.event_type in CAME_BACK and event.reject_reason in FOR_GOOD


def words_of(event: Any) -> str:
    return str(event.description or event.mta_response or "")[:300]
