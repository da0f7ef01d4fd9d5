"""Takes in what a mail provider reports: bounces and complaints. Who opened what is not read."""

from typing import Any

from anymail.signals import EventType, RejectReason, tracking
from django.dispatch import receiver
from django.utils import timezone

from .settling import delivery_named, note_bounce, note_complaint

CAME_BACK = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
# A full letter box is tried again by the provider; these are for good.
FOR_GOOD = {RejectReason.INVALID, RejectReason.BOUNCED, RejectReason.BLOCKED, RejectReason.OTHER}
FOR_GOOD |= {RejectReason.SPAM, None}


@receiver(tracking)
def take_in(sender: Any, event: Any, esp_name: str, **_: Any) -> None:
    """The library’s way to hand over an event, whatever the provider. Unknown ones are ignored."""
    delivery = delivery_named(event.message_id or "", event.metadata or {})
    if delivery is None:
        return
    words = str(event.description or event.mta_response or "")[:300]
    at = timezone.now()
    if event.event_type == EventType.COMPLAINED:
        note_complaint(delivery, reply=f"Reported as unwanted. {words}".strip(), at=at)
    elif event.event_type in CAME_BACK and event.reject_reason in FOR_GOOD:
        note_bounce(delivery, reply=words or "It came back.", at=at)
