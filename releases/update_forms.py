from typing import Any

from django import forms

from elections.forms import email_field
from pcc_portal.forms import PortalForm

EACH, DAILY = "each", "daily"


def how_often() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="How often",
        choices=[
            (EACH, "A mail for each release, at once"),
            (DAILY, "One mail a day, at 7.30 in the morning, when there is something"),
        ],
        initial=EACH,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how often you want mail."},
    )


class SubscribeForm(PortalForm):
    """Somebody of the public wants what is released by mail."""

    submit_label = "Ask me to confirm"

    email = email_field("We send one mail with a link to it. Nothing else before you confirm.")
    often = how_often()
    subjects = forms.MultipleChoiceField(
        label="Only questions and answers about",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick nothing to get everything that is published.",
        error_messages={"invalid_choice": "Nothing published has this topic."},
    )

    def __init__(self, *args: Any, subjects: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if subjects:
            self.fields["subjects"].choices = subjects  # type: ignore[attr-defined]
        else:
            del self.fields["subjects"]


class MailChoiceForm(PortalForm):
    """How often a candidate or an agent wants mail."""

    submit_label = "Save"

    often = how_often()
