from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by staff, never by a sign-up form."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": "That is not the code we sent. Check the newest mail and type it again.",
        "too_many_login_attempts": "Too many tries. Wait a few minutes, then ask for a new code.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
