from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from django import forms

from pcc_portal.forms import PortalForm


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


class ImpartialityForm(PortalForm):
    """One tick under the wording of the declaration."""

    submit_label = "Confirm and continue"

    agreed = forms.BooleanField(
        label="I confirm this",
        error_messages={"required": "Tick “I confirm this” to open the staff pages."},
    )
