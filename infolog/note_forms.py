import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from pcc_portal.forms import PortalForm

from .ask_forms import is_token
from .noting import SaidThere

SPEAKERS_AT_MOST = 12
NAMES = "speakers"


class NoteForm(PortalForm):
    """A question at an event, speaker after speaker. ``roles`` are those of who leads the event."""

    submit_label = "Save, and next question"

    token = forms.UUIDField(widget=forms.HiddenInput)
    question = forms.CharField(
        label="Question",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="As it was asked. Leave out who asked it.",
        error_messages={"required": "Write the question."},
    )

    def __init__(self, data: Any = None, *, roles: dict[str, str], more: int = 0) -> None:
        if data is not None and not is_token(data.get("token", "")):
            data = data.copy()
            data["token"] = str(uuid.uuid4())
        super().__init__(data, initial={"token": uuid.uuid4()})
        self.roles = roles
        self.speakers = min(_speakers_in(data) + more, SPEAKERS_AT_MOST)
        for number in range(1, self.speakers + 1):
            self._add_speaker(number)
        self.fields["promised"] = forms.CharField(
            label="Promised follow-up",
            required=False,
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text="What was promised, by whom and by when. Leave empty if nothing was.",
        )

    def _add_speaker(self, number: int) -> None:
        which = f"Speaker {number}" if self.speakers > 1 else "Speaker"
        self.fields[f"who_{number}"] = forms.CharField(
            label=which,
            required=False,
            max_length=100,
            widget=forms.TextInput(attrs={"list": NAMES, "autocomplete": "off"}),
        )
        self.fields[f"role_{number}"] = forms.CharField(
            label=f"{which}: role, if the name does not say it", required=False, max_length=100
        )
        self.fields[f"said_{number}"] = forms.CharField(
            label=f"{which}: what was said",
            required=False,
            max_length=10_000,
            widget=forms.Textarea(attrs={"rows": 4}),
        )

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        if self.speakers < SPEAKERS_AT_MOST:
            another = Submit("add", "Add another speaker", css_class="govuk-button--secondary")
            helper.add_input(another)
        return helper

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for number in range(1, self.speakers + 1):
            who, said = data.get(f"who_{number}"), data.get(f"said_{number}")
            if said and not who:
                self.add_error(f"who_{number}", "Say who said this.")
            if who and not said:
                self.add_error(f"said_{number}", f"Write what {who} said, or take the name out.")
        return data

    @property
    def said(self) -> list[SaidThere]:
        """What each said, in order; the role of who leads the event is known."""
        data = self.cleaned_data
        return [
            SaidThere(who, data[f"role_{n}"] or self.roles.get(who, ""), data[f"said_{n}"])
            for n in range(1, self.speakers + 1)
            if (who := data[f"who_{n}"])
        ]


def _speakers_in(data: Any) -> int:
    if data is None:
        return 1
    return max([n for n in range(1, SPEAKERS_AT_MOST + 1) if f"said_{n}" in data], default=1)
