"""The addresses in a subscriber’s mail: to confirm, and to end it. They are signed, not kept."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from .models import Subscriber

CONFIRM = "releases.confirm"
STOP = "releases.stop"
# As long as an unconfirmed row is kept.
CONFIRM_WITHIN = dt.timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """What a link to confirm says: who, how often they want mail, and about which subjects."""

    subscriber: int
    is_daily: bool
    subjects: str = ""


def confirm_address(subscriber: Subscriber, *, is_daily: bool, subjects: str = "") -> str:
    token = signing.dumps([subscriber.pk, is_daily, subjects], salt=CONFIRM)
    path = reverse("updates:confirm", args=[subscriber.election.slug, token])
    return f"{settings.PUBLIC_ADDRESS}{path}"


def stop_address(subscriber: int) -> str:
    """``subscriber`` is the number of one. No query."""
    token = signing.Signer(salt=STOP).sign(str(subscriber))
    return f"{settings.PUBLIC_ADDRESS}{reverse('updates:stop', args=[token])}"


def read_confirm(token: str) -> Asked | None:
    """Nothing for a link that was changed or is too old."""
    try:
        # Links of before subjects could be followed say nothing of them.
        said = signing.loads(token, salt=CONFIRM, max_age=CONFIRM_WITHIN)
    except signing.BadSignature:
        return None
    return Asked(*said)


def read_stop(token: str) -> int | None:
    """The subscriber's number; nothing for a link that was changed. It never grows too old."""
    try:
        return int(signing.Signer(salt=STOP).unsign(token))
    except (signing.BadSignature, ValueError):
        return None
