"""Takes in what a mail provider reports of mails about bookings: those that did not arrive."""

from typing import Any

from anymail.signals import tracking
from django.dispatch import receiver
from django.utils import timezone

from releases.bounces import CAME_BACK_IN_WORDS, came_back, number_of, words_of

from .emails import NAMED
from .models import BookingMail


@receiver(tracking)
def take_in(sender: Any, event: Any, esp_name: str, **_: Any) -> None:
    """Unknown ones, and those that came back before, are left as they are."""
    number = number_of(NAMED, event)
    if number is not None and came_back(event):
        BookingMail.objects.filter(pk=number, came_back_at=None).update(
            came_back_at=timezone.now(), failure=(words_of(event) or CAME_BACK_IN_WORDS)[:200]
        )
