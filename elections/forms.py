from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.core import context
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from pcc_portal.forms import PortalForm

from .invitations import may_sign_in
from .models import Election, User
from .sign_in_limits import Asker, count_wrong_code, has_wrong_codes_left

# The number of a person there is not: an address nobody has is looked into like any other.
NOBODY = -1
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
        """Somebody who may not sign in is answered as somebody nobody knows."""
        email: str = super().clean_email()
        if not may_sign_in(self._user or User(pk=NOBODY), timezone.now()):
            self._user = None
        self.asker = Asker(context.request, email.lower(), self._user)
        if not self.asker.may_ask():
            raise get_adapter().validation_error(TOO_MANY)
        return email


class ConfirmSignInCodeForm(PortalForm, ConfirmLoginCodeForm):
    """The code from the mail."""

    submit_label = "Sign in"

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
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
        if not has_wrong_codes_left(context.request, self.user):
            raise get_adapter().validation_error(TOO_MANY)
        try:
            code: str = super().clean_code()
        except ValidationError:
            count_wrong_code(context.request)
            raise
        return code


def _email_field(help_text: str = "") -> forms.EmailField:
    return forms.EmailField(
        label="E-mail address",
        help_text=help_text,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": "Enter an e-mail address.",
            "invalid": "Enter an e-mail address in the right form, such as name@example.org.",
        },
    )


class AgentForm(PortalForm):
    """Whom a candidate invites to act for them."""

    submit_label = "Invite this agent"

    name = forms.CharField(
        label="Name", max_length=150, error_messages={"required": "Enter the agent’s name."}
    )
    email = _email_field("Their own address. We send the invitation, and later the codes, to it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Somebody else's name and address: the browser would fill in the candidate's own.
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"


class StandingForm(PortalForm):
    """Somebody tells the office that they mean to stand."""

    submit_label = "Tell the office"

    name = forms.CharField(
        label="Your name",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
        error_messages={"required": "Enter your name."},
    )
    email = _email_field("The office writes to it. If you are invited, you sign in with it.")
    phone = forms.CharField(
        label="Telephone (optional)",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    message = forms.CharField(
        label="Message (optional)",
        help_text="Do not give your home address or your party.",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    # Nobody sees this one, so only a machine fills it in.
    homepage = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper["homepage"].wrap(Div, css_class="govuk-visually-hidden", aria_hidden="true")
        return helper

    @property
    def is_from_a_machine(self) -> bool:
        return bool(self.cleaned_data.get("homepage"))


class ImpartialityForm(PortalForm):
    """One tick under the wording of the declaration."""

    submit_label = "Confirm and continue"

    agreed = forms.BooleanField(
        label="I confirm this",
        error_messages={"required": "Tick “I confirm this” to open the staff pages."},
    )


class _CandidateOf(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"A candidate of {obj}"


class LookingForm(forms.Form):
    """Whom staff look at the portal as; no election stands for the public."""

    election = _CandidateOf(
        Election.objects.order_by("-poll_date", "pk"),
        required=False,
        empty_label="The public",
        label="Look at the portal as",
    )
