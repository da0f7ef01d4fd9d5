from django import forms

from pcc_portal.forms import PortalForm

from .models import Event
from .programme import DATES


class ProgrammeFilterForm(PortalForm):
    """Which part of the programme to show. Every choice may be left open."""

    method = "get"
    submit_label = "Show"

    kind = forms.ChoiceField(
        label="Kind",
        required=False,
        choices=[("", "All kinds"), *Event.Kind.choices, (DATES, "Dates of the election")],
        error_messages={"invalid_choice": "Choose a kind from the list: that is not one of them."},
    )
    who = forms.ChoiceField(
        label="Who may attend",
        required=False,
        choices=[("", "All"), *Event.OpenTo.choices],
        error_messages={
            "invalid_choice": "Choose who may attend from the list: that is not one of them."
        },
    )
