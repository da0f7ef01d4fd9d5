import re
from collections.abc import Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend as FileBackend


class FolderBackend(FileBackend):
    """Mail outside production: written to a folder and announced on the console, never sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if settings.IS_PRODUCTION:
            raise ImproperlyConfigured("Mail that is printed is for development only.")
        super().__init__(*args, **kwargs)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            code = re.search(r"^\s*([A-Z0-9]{4}-?[A-Z0-9]{4})\s*$", str(message.body), re.MULTILINE)
            told = f" Code: {code.group(1)}{_app_code(message.to)}" if code else ""
            print(f"Mail to {', '.join(message.to)}: {message.subject}.{told}", flush=True)
        return super().send_messages(email_messages) or 0


# The key of every demo member of staff's authenticator app: no secret, and development only.
DEMO_KEY = "CANDIDATESPORTALDEMOKEYTWOTHREEF"


def _app_code(addresses: Sequence[str]) -> str:
    """What the authenticator app of a demo member of staff shows now."""
    if not Authenticator.objects.filter(
        user__email__iexact=addresses[0], type=Authenticator.Type.TOTP, data__secret=DEMO_KEY
    ).exists():
        return ""
    counters = list(yield_hotp_counters_from_time())
    now = counters[len(counters) // 2]
    return f" Authenticator app: {format_hotp_value(hotp_value(DEMO_KEY, now))}"
