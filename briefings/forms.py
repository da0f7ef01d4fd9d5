from django import forms

from pcc_portal.forms import PortalForm

from .models import Document


class DocumentFilterForm(PortalForm):
    """Which documents to list."""

    method = "get"
    submit_label = "Show documents"

    category = forms.ChoiceField(
        label="Subject",
        choices=[("", "All subjects"), *Document.Category.choices],
        required=False,
        error_messages={"invalid_choice": "Select a subject from the list."},
    )
