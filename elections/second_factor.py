"""The second factor: who needs one, whether it was used, and the gate before the pages."""

from collections.abc import Callable
from typing import Any, TypeAlias

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from .models import User
from .sessions import end_sessions

Kind: TypeAlias = Authenticator.Type
Visitor: TypeAlias = AbstractBaseUser | AnonymousUser


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right, or it was used before. Wait for the next one "
        "and type that.",
        "cannot_delete_authenticator": "Staff need a second factor. Add another one before you "
        "remove this.",
        "cannot_generate_recovery_codes": "Set up an authenticator app or a passkey first.",
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff keep at least one; recovery codes alone are none."""
        user = authenticator.user
        return not needs_second_factor(user) or (
            factors(user).exclude(pk=authenticator.pk).exists()
        )

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Kind) -> str:  # noqa: A002
        number = factors(user).filter(type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"


def needs_second_factor(user: Visitor) -> bool:
    return user.is_authenticated and bool(getattr(user, "is_staff", False))


def factors(user: Visitor) -> QuerySet[Authenticator]:
    """What ``user`` can sign in with besides the mailed code. Recovery codes only stand in."""
    mine: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=user.pk)
    return mine.exclude(type=Kind.RECOVERY_CODES)


def staff_without_factor() -> QuerySet[User]:
    """Staff who have never set one up, and so never opened a staff page."""
    have = Authenticator.objects.exclude(type=Kind.RECOVERY_CODES).values("user_id")
    return User.objects.filter(is_staff=True, is_active=True).exclude(pk__in=have)


def is_passed(request: HttpRequest) -> bool:
    """Whether a second factor was used in this session. No query."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def count_as_passed(request: HttpRequest) -> None:
    """Whoever has just set up a factor has just proved that they hold it."""
    newest = factors(request.user).order_by("-created_at", "-pk").first()
    if newest:
        record_authentication(
            request, request.user, "mfa", id=newest.pk, type=newest.type, reauthenticated=True
        )


@transaction.atomic
def forget(user: User, *, request: HttpRequest | None = None) -> None:
    """Remove every factor of somebody who has lost theirs, and sign them out everywhere.

    At their next sign-in they set up a new one.
    """
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user, at=timezone.now(), request=request)


class SecondFactorMiddleware:
    """Staff who have not used their second factor in this session get their account's pages only.

    It stands before every page, not before the admin alone: staff see drafts on the public pages.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        # Without our cookie nobody is signed in; not looking keeps public pages free of sessions.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or _is_account_page(request):
            return None
        if not needs_second_factor(request.user) or is_passed(request):
            return None
        if not factors(request.user).exists():
            return redirect("mfa_index")
        back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}")


def _is_account_page(request: HttpRequest) -> bool:
    """Whether it is open before the second factor. A mailed code alone signs no declaration."""
    match = request.resolver_match
    if match is None or match.url_name == "impartiality":
        return False
    return match.route.startswith("account/")
