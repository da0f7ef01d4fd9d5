"""The forms of an import on the staff pages."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from elections.models import Election
from infolog.models import ImportedRequest, InformationRequest, LogImport, Part

from .columns import Use
from .reading import ENDINGS
from .table import MEGABYTES_AT_MOST, ROWS_AT_MOST

ANY_FORM = [("", "It is told in the log"), *InformationRequest.Form.choices]


class UploadForm(forms.Form):
    election = forms.ModelChoiceField(
        Election.objects.all(), error_messages={"required": "Choose the election."}
    )
    file = forms.FileField(
        required=False,
        help_text=f"Word (.docx), PDF, Excel (.xlsx) or CSV. At most {MEGABYTES_AT_MOST} MB and "
        f"{ROWS_AT_MOST:,} rows.",
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
        error_messages={"empty": "The file is empty."},
    )
    text = forms.CharField(
        label="Or paste the log",
        required=False,
        strip=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 80}),
        help_text="A table copied from Word or a spreadsheet, or text with “Question” and “Answer” "
        "at the beginning of lines.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        text = (data.get("text") or "").strip()
        if not self.errors and bool(data.get("file")) == bool(text):
            told = (
                "Choose a file or paste the log, not both." if text else "Choose a file or paste."
            )
            raise ValidationError(told, "which")
        return data


class ColumnsForm(forms.Form):
    """What each column is used for, and what stands in where the log does not tell."""

    form = forms.ChoiceField(
        label="How requests came, where the log does not tell", required=False, choices=ANY_FORM
    )
    responder = forms.CharField(
        label="Who answered, where nobody is named",
        max_length=100,
        help_text="An answer that names nobody is the office’s.",
    )

    def __init__(self, *args: Any, log_import: LogImport, samples: list[list[str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        first = {"form": log_import.form, "responder": log_import.responder}
        self.initial = {**first, **self.initial}
        uses = [(use.value, use.label) for use in Use]
        self.columns = []
        for number, use in enumerate(log_import.uses):
            headings = log_import.headings
            heading = headings[number] if number < len(headings) else ""
            name = f"column_{number}"
            self.fields[name] = forms.ChoiceField(
                label=f"Column {number + 1}: {heading or 'no heading'}", choices=uses, initial=use
            )
            shown = [] if use == Use.ASKER else samples[number]
            self.columns.append((name, heading, shown))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each column with its field and what stands in it first."""
        return [
            {"field": self[name], "heading": heading, "samples": samples}
            for name, heading, samples in self.columns
        ]

    @property
    def uses(self) -> list[str]:
        return [self.cleaned_data[name] for name, _, _ in self.columns]


class RequestForm(forms.ModelForm):
    """The one-line fields of a proposed request."""

    class Meta:
        model = ImportedRequest
        fields = ("title", "date", "form", "topic", "introduction", "note")
        field_classes = {"date": forms.DateField}
        labels = {"date": "Date of request", "form": "Form of request"}
        help_texts = {
            "title": "The question in a few neutral words.",
            "introduction": "What a reader must know first.",
            "note": "A note by the office to readers, shown under the answer.",
        }

    form = forms.ChoiceField(
        label="Form of request",
        choices=[("", "Choose"), *InformationRequest.Form.choices],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["date"].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        for name in ("introduction", "note"):
            self.fields[name].widget = forms.Textarea(attrs={"rows": 3, "cols": 80})


class PartForm(forms.Form):
    question = forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "cols": 80}))
    outcome = forms.ChoiceField(choices=Part.Outcome.choices, initial=Part.Outcome.ANSWERED)
    outcome_note = forms.CharField(
        label="Note on the outcome",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 80}),
    )


class ResponseForm(forms.Form):
    part = forms.IntegerField(
        label="Answers part", min_value=1, max_value=99, initial=1, help_text="The part’s number."
    )
    responder = forms.CharField(
        max_length=100, required=False, help_text="Empty where the log names nobody."
    )
    role = forms.CharField(max_length=100, required=False)
    text = forms.CharField(
        label="What they said", widget=forms.Textarea(attrs={"rows": 4, "cols": 80})
    )


PartFormSet = forms.formset_factory(PartForm, extra=1, can_delete=True, max_num=60)
ResponseFormSet = forms.formset_factory(ResponseForm, extra=1, can_delete=True, max_num=200)


def parts_of_forms(parts: Any, responses: Any) -> list[dict[str, Any]]:
    """What was typed, as it is kept. Raises ``ValidationError``: ``parts``, ``part``."""
    kept = [form.cleaned_data for form in parts if _is_kept(form)]
    if not kept:
        raise ValidationError("A request needs at least one part.", "parts")
    made = [
        {
            "question": part["question"],
            "outcome": part["outcome"],
            "outcome_note": part["outcome_note"],
            "responses": [],
        }
        for part in kept
    ]
    for form in responses:
        if not _is_kept(form):
            continue
        said = form.cleaned_data
        if said["part"] > len(made):
            raise ValidationError(
                f"There is no part {said['part']} for “{said['text'][:40]}”.", "part"
            )
        made[said["part"] - 1]["responses"].append(
            {name: said[name] for name in ("responder", "role", "text")}
        )
    return made


def _is_kept(form: Any) -> bool:
    return bool(form.cleaned_data) and not form.cleaned_data.get("DELETE")


def typed(row: ImportedRequest) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The parts and responses of a proposal as the forms hold them first."""
    parts = [{n: p[n] for n in ("question", "outcome", "outcome_note")} for p in row.parts]
    responses = [
        {"part": number, **said}
        for number, part in enumerate(row.parts, start=1)
        for said in part["responses"]
    ]
    return parts, responses
