from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from .invitations import may_sign_in
from .models import User


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by staff, never by a sign-up form."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": "That is not the code we sent. Check the newest mail and type it again.",
        "too_many_login_attempts": "Too many tries. Wait a few minutes, then ask for a new code.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Access may have ended between the code and its use."""
        if not may_sign_in(user, timezone.now()):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)
