import datetime as dt
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from .invitations import may_sign_in
from .models import SignInRecord, User
from .sign_in_mail import TEMPLATE, queue_code

# Where a session keeps when its person had signed in before.
SIGNED_IN_BEFORE = "signed_in_before"
WAIT = "Too many tries. Wait 15 minutes, then try again."


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by staff, never by a sign-up form."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": "That is not the code we sent. Check the newest mail and type it again.",
        "too_many_login_attempts": WAIT,
        "rate_limited": WAIT,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(
        self, request: HttpRequest, user: User, *, email: str | None, **kwargs: Any
    ) -> Any:
        """Access may have ended, or the address changed, between the code and its use."""
        is_old_address = email is not None and email.lower() != user.email.lower()
        if is_old_address or not may_sign_in(user, timezone.now()):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, email=email, **kwargs)

    def login(self, request: HttpRequest, user: User) -> None:
        """Keep when they signed in before: Django is about to overwrite it with this time."""
        before = user.last_login
        super().login(request, user)
        request.session[SIGNED_IN_BEFORE] = before.isoformat() if before else ""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where those land who asked for no page: at their own work."""
        return reverse("admin:index" if request.user.is_staff else "my-page")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The only mail there is holds a code. An address nobody has makes the same work."""
        if template_prefix == TEMPLATE:
            queue_code(code=context["code"], address=email, at=timezone.now())
        else:
            queue_code(code=self.generate_login_code(), at=timezone.now())


def signed_in_before(request: HttpRequest) -> dt.datetime | None:
    """When the person of this session had signed in before it; nothing at the first time."""
    before = request.session.get(SIGNED_IN_BEFORE)
    return dt.datetime.fromisoformat(before) if before else None


def may_ask_for_code(request: HttpRequest, *, email: str, user: User | None) -> bool:
    """Count one more request for a code for ``email``. False when there were too many.

    The limits are in ``ACCOUNT_RATE_LIMITS``. Whoever floods an address uses up what is
    allowed from their own network, or from all networks the person never signed in from; never what
    is allowed where the person has signed in before.
    """
    here = AccountAdapter(request).get_client_ip(request)
    email = email.lower()
    if not ratelimit.consume(request, action="code_for_address_here", key=f"{email} {here}"):
        return False
    if SignInRecord.objects.signed_in_from(here, user).exists():
        return True
    return bool(ratelimit.consume(request, action="code_for_address_elsewhere", key=email))


def has_wrong_codes_left(request: HttpRequest) -> bool:
    """Whether another code may be typed from this network address."""
    return bool(ratelimit.consume(request, action="wrong_code", dry_run=True))


def count_wrong_code(request: HttpRequest) -> None:
    ratelimit.consume(request, action="wrong_code")
