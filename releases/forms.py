from typing import Any

from django import forms

from pcc_portal.forms import PortalForm
from pcc_portal.staff_forms import LocalMomentInput

from . import neutrality
from .models import LedgerEntry, ReleasableItem

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


ANSWERS = (("yes", "Yes"), ("no", "No"))


def _text(label: str, help_text: str, *, needed: str = "") -> forms.CharField:
    """A few sentences; ``needed`` is what is said when there are none and they have to be there."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=bool(needed),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        error_messages={"required": needed},
    )


class NothingForm(forms.Form):
    """For a step with nothing to write."""


class ReasonForm(forms.Form):
    reason = _text(
        "Reason", "It is kept, with your name and the time.", needed="Say why, in a sentence."
    )


class ApprovalForm(forms.Form):
    """What was looked at; in the pre-election period, the checklist too."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, in_period: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = dict(enumerate(neutrality.QUESTIONS)) if in_period else {}
        for number, question in self.questions.items():
            self.fields[f"question_{number}"] = forms.ChoiceField(
                label=question,
                choices=ANSWERS,
                widget=forms.RadioSelect,
                error_messages={"required": "Answer this with yes or no."},
            )

    @property
    def checklist(self) -> list[tuple[str, str]]:
        """Each question with its answer. Only of a valid form."""
        return [
            (question, self.cleaned_data[f"question_{number}"])
            for number, question in self.questions.items()
        ]


class VersionForm(forms.Form):
    Change = ReleasableItem.Change
    change = forms.ChoiceField(
        label="What kind of change is it?",
        choices=[
            (Change.MINOR, "Minor change: nothing that somebody could have relied on was wrong"),
            (Change.CORRECTION, "Correction: something was wrong or left out"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Say what kind of change it is."},
    )
    note = _text(
        "What changed, and why",
        "Everyone reads this, beside the old version and the new one. A correction needs it. You "
        "can still put it right before the release.",
    )


class WithdrawalForm(forms.Form):
    note = _text(
        "Why it is withdrawn",
        "Everyone reads this, in the place of what is withdrawn.",
        needed="Say why it is withdrawn: everyone who was told reads it.",
    )


class TimeForm(forms.Form):
    due_at = forms.DateTimeField(
        label="Release at",
        help_text="UK time (GMT in winter, BST in summer).",
        widget=LocalMomentInput,
        error_messages={
            "required": "Give a day and a time.",
            "invalid": "Give a day and a time, as in 2027-04-13T10:00.",
        },
    )
