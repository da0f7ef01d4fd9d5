from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.core import context
from django.core.exceptions import ValidationError

from pcc_portal.forms import PortalForm

from .sign_in import count_wrong_code, has_wrong_codes_left, may_ask_for_code

TOO_MANY = "too_many_login_attempts"


class RequestSignInCodeForm(PortalForm, RequestLoginCodeForm):
    """The address a sign-in code is sent to."""

    submit_label = "Send me a code"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.label = "E-mail address"
        email.help_text = "The address the office has for you. We send a code to it."
        email.error_messages["required"] = "Enter your e-mail address."
        email.error_messages["invalid"] = (
            "Enter an e-mail address in the right form, such as name@example.org."
        )
        email.widget.attrs = {"autocomplete": "email", "spellcheck": "false"}

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if not may_ask_for_code(context.request, email=email, user=self._user):
            raise get_adapter().validation_error(TOO_MANY)
        return email


class ConfirmSignInCodeForm(PortalForm, ConfirmLoginCodeForm):
    """The code from the mail."""

    submit_label = "Sign in"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = "Code"
        code.help_text = "The code in the mail. It works for 15 minutes."
        code.error_messages["required"] = "Enter the code from the mail."
        code.widget.attrs = {
            "autocomplete": "one-time-code",
            "spellcheck": "false",
            "class": "govuk-input--width-10",
        }

    def clean_code(self) -> str:
        if not has_wrong_codes_left(context.request):
            raise get_adapter().validation_error(TOO_MANY)
        try:
            code: str = super().clean_code()
        except ValidationError:
            count_wrong_code(context.request)
            raise
        return code
