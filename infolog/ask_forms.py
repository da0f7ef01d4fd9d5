import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from pcc_portal.forms import PortalForm

from .asking import PARTS_AT_MOST
from .models import EnquiryPart

LONGEST = EnquiryPart._meta.get_field("text").max_length or 0
LONGEST_REPLY = 10_000


def _question(number: int, *, is_only: bool) -> forms.CharField:
    label = "Your question" if is_only else f"Question {number}"
    field = forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One question in each box. Leave out your name and your party."
        if number == 1
        else "Leave empty if you do not need it.",
    )
    field.error_messages["max_length"] = (
        f"“{label}” is too long: %(show_value)d characters. Use at most {LONGEST}, or put the rest "
        "into another box."
    )
    return field


class AskForm(PortalForm):
    """A question in parts, on one page with the check of it. ``token`` makes a double click one."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, more: int = 0) -> None:
        if data is not None and not is_token(data.get("token", "")):
            data = data.copy()
            data["token"] = str(uuid.uuid4())
        super().__init__(data, initial={"token": uuid.uuid4()})
        self.boxes = min(_boxes_in(data) + more, PARTS_AT_MOST)
        for number in range(1, self.boxes + 1):
            self.fields[f"part_{number}"] = _question(number, is_only=self.boxes == 1)

    @property
    def may_have_more(self) -> bool:
        return self.boxes < PARTS_AT_MOST

    @property
    def helper(self) -> FormHelper:
        """The buttons say which step it is: whoever presses Enter goes on, and sends nothing."""
        helper = super().helper
        helper.inputs = []
        helper.add_input(Submit("continue", "Continue"))
        if self.may_have_more:
            another = Submit("add", "Add another question", css_class="govuk-button--secondary")
            helper.add_input(another)
        return helper

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not self.questions:
            self.add_error("part_1", "Write your question.")
        return data

    @property
    def questions(self) -> list[str]:
        """What is written in the boxes, empty ones left out."""
        said = (self.cleaned_data.get(f"part_{n}", "") for n in range(1, self.boxes + 1))
        return [text for text in said if text]


def is_token(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _boxes_in(data: Any) -> int:
    """How many boxes a posted form had: one for a new one."""
    if data is None:
        return 1
    return max([n for n in range(1, PARTS_AT_MOST + 1) if f"part_{n}" in data], default=1)


class ForceForm(PortalForm):
    """What somebody in the force says to the questions of one request, and who they are."""

    submit_label = "Send the response to the office"

    name = forms.CharField(
        label="Your name",
        max_length=100,
        help_text="It is published with your response, unless the office shortens it to your role.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    role = forms.CharField(
        label="Your role",
        max_length=100,
        help_text="As in “Head of Finance, Leicestershire Police”.",
    )

    def __init__(self, *args: Any, parts: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts
        for part in parts:
            label = "Your response"
            if len(parts) > 1:
                label = f"Your response to question {part.position}"
            self.fields[f"part_{part.pk}"] = forms.CharField(
                label=label,
                required=False,
                max_length=LONGEST_REPLY,
                widget=forms.Textarea(attrs={"rows": 8}),
                help_text=part.question,
                error_messages={
                    "max_length": f"“{label}” is too long: %(show_value)d characters. "
                    f"Use at most {LONGEST_REPLY}."
                },
            )

    @property
    def texts(self) -> dict[int, str]:
        return {part.pk: self.cleaned_data[f"part_{part.pk}"] for part in self.parts}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not any(self.texts.values()):
            self.add_error(f"part_{self.parts[0].pk}", "Write a response to at least one question.")
        return data
