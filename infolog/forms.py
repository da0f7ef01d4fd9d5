from collections.abc import Callable
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.forms import BaseInlineFormSet

from pcc_portal.forms import PortalForm

from .log import Choices
from .models import InformationRequest, InformationRequestQuerySet, Part
from .states import CLOSED

ANY = [("", "Any")]
# Further than any position that is in use, so that rows can change places.
OUT_OF_THE_WAY = 10_000


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": f"“{label}” must be a real date, such as 18/04/2024."},
    )


class LogFilter(PortalForm):
    """What a reader narrows the log down to. It offers only what that reader may see."""

    method = "get"
    submit_label = "Show requests"

    words = forms.CharField(
        label="Words in the question or answer",
        required=False,
        max_length=100,
        error_messages={"max_length": "Use at most 100 letters to search for."},
    )
    topic = forms.ChoiceField(
        required=False, error_messages={"invalid_choice": "No request has this topic."}
    )
    responder = forms.ChoiceField(
        label="Who answered",
        required=False,
        error_messages={"invalid_choice": "Nobody of this name has answered."},
    )
    form = forms.ChoiceField(
        label="Form of request",
        required=False,
        choices=[*ANY, *InformationRequest.Form.choices],
        error_messages={"invalid_choice": "There is no such form of request."},
    )
    outcome = forms.ChoiceField(
        label="Outcome of a part",
        required=False,
        choices=[*ANY, *Part.Outcome.choices],
        error_messages={"invalid_choice": "There is no such outcome."},
    )
    state = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[*ANY, *((state.value, state.label) for state in CLOSED)],
        error_messages={"invalid_choice": "There is no such status."},
    )
    event = forms.ChoiceField(
        label="Asked at",
        required=False,
        error_messages={"invalid_choice": "Nothing was asked at this event."},
    )
    date_from = _day("Asked from")
    date_to = _day("Asked up to")

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = [*ANY, *choices.topics]
        self.fields["responder"].choices = [*ANY, *((r, r) for r in choices.responders)]
        self.fields["event"].choices = [*ANY, *choices.events]

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_class = "portal-log-filter"
        return helper

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("date_from"), data.get("date_to")
        if first and last and first > last:
            self.add_error("date_to", ValidationError("“Asked up to” is before “Asked from”."))
        return data

    def matching(self, requests: InformationRequestQuerySet) -> InformationRequestQuerySet:
        """Those of the requests that were asked for; none when the question made no sense."""
        if not self.is_valid():
            return requests.none()
        narrowed: dict[str, Callable[[Any], InformationRequestQuerySet]] = {
            "words": lambda words: requests.saying(words),
            "topic": lambda topic: requests.about(topic),
            "responder": lambda responder: requests.answered_by(responder),
            "form": lambda form: requests.filter(form=form),
            "outcome": lambda outcome: requests.with_outcome(outcome),
            "state": lambda state: requests.with_state().filter(state=state),
            "event": lambda event: requests.asked_at(event),
            "date_from": lambda day: requests.filter(received_on__gte=day),
            "date_to": lambda day: requests.filter(received_on__lte=day),
        }
        for name, narrow in narrowed.items():
            if wanted := self.cleaned_data[name]:
                requests = narrow(wanted)
        return requests


class InOrderForm(forms.ModelForm):
    """A row whose place among the others is a number anyone can change or leave empty."""

    position = forms.IntegerField(
        label="Order",
        required=False,
        min_value=1,
        max_value=999,
        help_text="Leave empty to put it last.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial.pop("position", None)

    def _get_validation_exclusions(self) -> set[str]:
        # The formset numbers the rows itself, so two with one number are no mistake.
        return {*super()._get_validation_exclusions(), "position"}


class InOrderFormSet(BaseInlineFormSet):
    """Numbers its rows 1, 2, 3 in the order typed; equal numbers stay as they stand."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        rows = [form for form in self.initial_forms if form not in self.deleted_forms]
        rows += [
            form
            for form in self.extra_forms
            if form.has_changed() and form not in self.deleted_forms
        ]
        rows.sort(key=lambda form: form.cleaned_data.get("position") or OUT_OF_THE_WAY)
        for position, form in enumerate(rows, start=1):
            form.instance.position = position

    @transaction.atomic
    def save(self, commit: bool = True) -> list[Any]:
        if not commit:
            return super().save(commit=False)
        # Nothing else may hold a number that a row is about to take. A step on the way is not
        # recorded as a change.
        self.queryset.update(position=F("position") + OUT_OF_THE_WAY)
        saved = super().save()
        for form in self.initial_forms:
            if form not in self.deleted_forms:
                form.instance.save(update_fields=["position"])
        return saved
