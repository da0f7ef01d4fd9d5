import datetime as dt
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from .invitations import may_sign_in
from .known_browsers import mark
from .models import User
from .sign_in_mail import TEMPLATE, queue_code


@dataclass(frozen=True)
class CodeToSend:
    """What is sent to whoever asks for a code; not mailed once more when enough mails went out."""

    code: str
    is_mailed: bool


# Where a session keeps when its person had signed in before.
SIGNED_IN_BEFORE = "signed_in_before"
WAIT = "Too many tries. Wait 15 minutes, then try again."


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by staff, never by a sign-up form."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": "That is not the code we sent. Check the mail and type it again. "
        "If several came, try the one before.",
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

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        mark(request, response, user)
        return response

    def generate_login_code(self) -> str:
        """What the page that is being answered has found out, see ``RequestCode``."""
        code: str = self.request.code_to_send.code
        return code

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The only mail there is holds a code. An address nobody has makes the same work."""
        to_send: CodeToSend = self.request.code_to_send
        is_sent = template_prefix == TEMPLATE and to_send.is_mailed
        queue_code(code=to_send.code, address=email if is_sent else "", at=timezone.now())


def signed_in_before(request: HttpRequest) -> dt.datetime | None:
    """When the person of this session had signed in before it; nothing at the first time."""
    before = request.session.get(SIGNED_IN_BEFORE)
    return dt.datetime.fromisoformat(before) if before else None
