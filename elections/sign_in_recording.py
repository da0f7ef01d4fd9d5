"""The one place that writes the sign-in record. No code, query or unknown address gets in."""

import datetime as dt
from typing import Any, TypeAlias

from allauth.account.signals import user_logged_in, user_logged_out
from allauth.core import ratelimit
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_used,
)
from django.http import HttpRequest
from django.utils import timezone

from .models import SignInRecord, User

What: TypeAlias = SignInRecord.What
Reason: TypeAlias = SignInRecord.Reason


def record(
    what: What,
    *,
    at: dt.datetime,
    user: User | None = None,
    request: HttpRequest | None = None,
    reason: Reason | str = "",
) -> None:
    """Write down what happened; ``request`` gives the network address, and nothing else."""
    SignInRecord.objects.create(
        at=at,
        what=what,
        reason=reason,
        user=user,
        network_address=get_client_ip(request) if request else None,
    )


def record_too_many_tries(request: HttpRequest) -> None:
    """Write down a few of these from one network address: a flood must not fill the table."""
    if ratelimit.consume(request, action="recorded_refusal"):
        record(What.REFUSED, at=timezone.now(), request=request, reason=Reason.TOO_MANY_TRIES)


def connect() -> None:
    """Hear from Django and allauth what happens inside their own pages."""
    for signal, what in (
        (user_logged_in, What.SIGNED_IN),
        (user_logged_out, What.SIGNED_OUT),
        (authenticator_used, What.SECOND_FACTOR),
        (authentication_failed, What.REFUSED),
        (authenticator_added, What.FACTOR_ADDED),
        (authenticator_removed, What.FACTOR_REMOVED),
    ):
        signal.connect(_RECEIVERS[what], dispatch_uid=f"sign_in_record_{what}")


def _receiver(what: What, reason: Reason | str = "") -> Any:
    def receive(
        request: HttpRequest,
        user: User | None,
        authenticator: Authenticator | None = None,
        **_: Any,
    ) -> None:
        is_by_product = authenticator and authenticator.type == Authenticator.Type.RECOVERY_CODES
        if user and not (is_by_product and what in (What.FACTOR_ADDED, What.FACTOR_REMOVED)):
            record(what, at=timezone.now(), user=user, request=request, reason=reason)

    return receive


# Held here, because a signal keeps no receiver alive.
_RECEIVERS = {
    what: _receiver(what, Reason.WRONG_SECOND_FACTOR if what is What.REFUSED else "")
    for what in What
}
