"""Staff declare that they act for every candidate alike before they open their first staff page."""

import datetime as dt
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from .models import ImpartialityDeclaration, User

# A new wording takes the next number: everyone is then asked again, and the old rows stay.
VERSION = 1
WORDING = (
    "I work for the office, not for a candidate or a party.",
    "I will give every candidate the same facts, the same help and the same time, and tell nobody "
    "anything before the others.",
    "I will not use what I learn here, or the office’s time, name or equipment, to help or harm "
    "anyone’s campaign.",
    "I will tell nobody which candidate asked a question or what they are interested in, unless "
    "my work needs it.",
    "If I, a relative or a close friend stand or campaign in one of these elections, I will tell "
    "the monitoring officer at once.",
)


def has_declared(user: User) -> bool:
    """Whether ``user`` confirmed the wording of today. Costs a query."""
    return ImpartialityDeclaration.objects.filter(user=user, version=VERSION).exists()


def declare(user: User, *, at: dt.datetime) -> ImpartialityDeclaration:
    """Record that ``user`` confirmed the wording of today. Safe to call again."""
    declaration, _ = ImpartialityDeclaration.objects.get_or_create(
        user=user,
        version=VERSION,
        defaults={"wording": "\n".join(WORDING), "confirmed_at": at},
    )
    return declaration


def gate(request: HttpRequest) -> str | None:
    """Where somebody who has not declared yet has to go before a staff page (``STAFF_GATES``)."""
    if has_declared(request.user):  # type: ignore[arg-type]
        return None
    wanted = (
        request.get_full_path() if request.method in ("GET", "HEAD") else reverse("admin:index")
    )
    return f"{reverse('impartiality')}?{urlencode({'next': wanted})}"
