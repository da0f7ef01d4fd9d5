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


class MailChoiceForm(PortalForm):
    """How often a candidate or an agent wants mail."""

    submit_label = "Save"

    often = how_often()
