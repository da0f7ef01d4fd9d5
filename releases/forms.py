from django import forms

from pcc_portal.forms import PortalForm

from .models import LedgerEntry

PUBLIC_KINDS = [
    (kind.value, kind.label) for kind in LedgerEntry.Kind if kind not in LedgerEntry.OF_PERSON
]


class LedgerFilter(PortalForm):
    """What a reader narrows the public ledger down to."""

    method = "get"
    submit_label = "Show entries"

    kind = forms.ChoiceField(
        label="Kind of entry",
        required=False,
        choices=[("", "Any"), *PUBLIC_KINDS],
        error_messages={"invalid_choice": "The ledger has no such kind of entry."},
    )
