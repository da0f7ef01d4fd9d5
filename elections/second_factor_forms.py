"""allauth's forms for the second factor, in our markup and words."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from crispy_forms.helper import FormHelper

from pcc_portal.forms import PortalForm

from .second_factor import Kind, factors

CODE = {
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "spellcheck": "false",
    "class": "govuk-input--width-10",
}


class _CodeForm(PortalForm):
    """One code, from the app on a phone or from the list of recovery codes."""

    help_text = "The 6 digits your authenticator app shows now, or one of your recovery codes."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = "Code from your app"
        code.help_text = self.help_text
        code.error_messages["required"] = "Enter the code from your app."
        code.widget.attrs = dict(CODE)


class AuthenticateCodeForm(_CodeForm, AuthenticateForm):
    submit_label = "Sign in"

    def has_passkeys(self) -> bool:
        return factors(self.user).filter(type=Kind.WEBAUTHN).exists()


class ReauthenticateCodeForm(_CodeForm, ReauthenticateForm):
    submit_label = "Go on"


class ActivateAppForm(_CodeForm, ActivateTOTPForm):
    submit_label = "Turn on"
    help_text = "The 6 digits the app shows once it knows the key above."

    def spaced_secret(self) -> str:
        """The key in groups of four, which are easier to type."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


class DeactivateAppForm(PortalForm, DeactivateTOTPForm):
    submit_label = "Remove the app"


class NewRecoveryCodesForm(PortalForm, GenerateRecoveryCodesForm):
    submit_label = "Make new codes"


class _PasskeyForm(PortalForm):
    """What the browser says about the passkey. A script fills it in and sends it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages.update(
            required="Your device gave no answer. Try again.",
            invalid="Your device’s answer could not be read. Try again.",
        )

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper(self)
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


class AuthenticatePasskeyForm(_PasskeyForm, AuthenticateWebAuthnForm):
    pass


class ReauthenticatePasskeyForm(_PasskeyForm, ReauthenticateWebAuthnForm):
    pass


class AddPasskeyForm(_PasskeyForm, AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label = "Name of this passkey"
        name.help_text = "So that you know it again, such as “Work laptop”."
        name.max_length = 60
        name.widget.attrs = {"autocomplete": "off", "maxlength": "60"}
