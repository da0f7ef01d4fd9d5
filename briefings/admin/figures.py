from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from simple_history.utils import bulk_create_with_history

from briefings.checks import check_figure, check_statement
from briefings.models import Figure, Statement, StatementColumn, StatementLine
from briefings.pasting import as_text, cells_of, guessed_role, pasted_rows
from briefings.tables import cell_faults, column_faults
from pcc_portal.findings import Severity
from releases.admin import ReleasableAdmin, ReleasedPartInline, state

# Far above any position in use, so that moving lines about never makes two positions collide.
OUT_OF_THE_WAY = 10_000
SOURCE_FIELDSET = (
    "Where it comes from",
    {"fields": ("as_at", "source", "source_place", "year_not_stated")},
)


class CellsField(forms.CharField):
    """The cells of one line in one field, parted by “|”, or by tabs when pasted."""

    widget = forms.TextInput(attrs={"class": "vLargeTextField"})

    def prepare_value(self, value: Any) -> Any:
        return as_text(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return cells_of(text) if text else []

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != (initial or [])


class NumberedForm(forms.ModelForm):
    """A column or a line: its number may be left empty, it then comes last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].required = False
            if not self.instance.pk:
                self.initial["position"] = self.fields["position"].initial = None

    def _get_validation_exclusions(self) -> set[str]:
        # The form set numbers its rows itself: what one row says alone proves nothing.
        return {*super()._get_validation_exclusions(), "position"}


class LineForm(NumberedForm):
    cells = CellsField(
        help_text="One cell for each column, parted by “|”, or copied from a spreadsheet: "
        "822 | 865. Write (64) for minus 64 and – for nothing."
    )


class NumberedFormSet(BaseInlineFormSet):
    """Rows in the order of their numbers, numbered again from 1 without a gap."""

    def clean(self) -> None:
        super().clean()
        for position, form in enumerate(self._kept(), start=1):
            form.instance.position = position

    def save(self, commit: bool = True) -> Any:
        rows = self.get_queryset().model.objects.filter(statement=self.instance)
        # Only a step on the way, so not a change to record.
        rows.update(position=F("position") + OUT_OF_THE_WAY)
        saved = super().save(commit)
        for form in self._kept():
            form.instance.save(update_fields=["position"])
        return saved

    def _kept(self) -> list[forms.ModelForm]:
        """The filled in forms that stay, in order; of two with one number the new one is first."""
        kept = [
            form
            for form in self.forms
            if form not in self.deleted_forms and (form.instance.pk or form.has_changed())
        ]

        def order(form: forms.ModelForm) -> tuple[int, bool]:
            typed = getattr(form, "cleaned_data", {}).get("position")
            return typed or OUT_OF_THE_WAY, bool(form.instance.pk)

        return sorted(kept, key=order)


class ColumnFormSet(NumberedFormSet):
    def clean(self) -> None:
        super().clean()
        columns = [form.instance for form in self._kept()]
        if any(self.errors) or not columns:
            return
        faults = column_faults(
            columns,
            year_not_stated=self.instance.year_not_stated,
            columns_add_up=self.instance.columns_add_up,
        )
        if faults:
            raise ValidationError(faults)


class LineFormSet(NumberedFormSet):
    def clean(self) -> None:
        super().clean()
        columns = posted_columns(self.data)
        if self.data.get("pasted", "").strip():
            return  # the pasted lines take the place of these
        for form in self._kept():
            if "cells" not in form.cleaned_data:
                continue
            for fault in cell_faults(form.instance.label, form.cleaned_data["cells"], columns):
                form.add_error("cells", fault)


class ColumnInline(ReleasedPartInline, admin.StackedInline):
    model = StatementColumn
    form = NumberedForm
    formset = ColumnFormSet
    verbose_name = "column"
    verbose_name_plural = "columns"
    extra = 0
    min_num = 1
    fields = (
        ("position", "heading"),
        ("unit", "financial_year", "basis"),
        ("role", "of_column"),
    )  # fmt: skip


class LineInline(ReleasedPartInline, admin.StackedInline):
    model = StatementLine
    form = LineForm
    formset = LineFormSet
    verbose_name = "line"
    verbose_name_plural = "lines"
    extra = 3
    fields = (("position", "label", "role"), "cells")
    readonly_fields = ("printed",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        is_open = self.has_change_permission(request, obj)
        return self.fields if is_open else (("position", "label", "role"), "printed")

    @admin.display(description="cells")
    def printed(self, line: StatementLine) -> str:
        return as_text(line.cells)


def posted_columns(data: Mapping[str, Any]) -> list[StatementColumn]:
    """The columns as they stand in the same form, saved or not."""
    columns = []
    for number in range(_whole(data.get("columns-TOTAL_FORMS"))):
        prefix = f"columns-{number}"
        if data.get(f"{prefix}-DELETE") or not data.get(f"{prefix}-heading"):
            continue
        column = StatementColumn(
            heading=data[f"{prefix}-heading"], role=data.get(f"{prefix}-role", "")
        )
        place = _whole(data.get(f"{prefix}-position")) or OUT_OF_THE_WAY
        columns.append(((place, bool(data.get(f"{prefix}-id"))), column))
    return [column for _, column in sorted(columns, key=itemgetter(0))]


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 0


class StatementForm(forms.ModelForm):
    pasted = forms.CharField(
        label="Paste the lines",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 100, "class": "vLargeTextField"}),
        help_text="Copy the lines from a spreadsheet or a Word table, without the header: in each "
        "line first its name, then one cell for each column below. They take the place of all "
        "lines below when you save. A line keeps what it is (item, total) if its name stays.",
    )

    def clean_pasted(self) -> list[tuple[str, list[str]]]:
        rows = pasted_rows(self.cleaned_data["pasted"])
        columns = posted_columns(self.data)
        faults = [fault for label, cells in rows for fault in cell_faults(label, cells, columns)]
        longest = StatementLine._meta.get_field("label").max_length or 0
        faults += [
            f"The name of line {number} is empty or too long."
            for number, (label, _) in enumerate(rows, start=1)
            if not 0 < len(label) <= longest
        ]
        if faults:
            raise ValidationError(faults)
        return rows


@admin.register(Statement)
class StatementAdmin(ReleasableAdmin):
    form = StatementForm
    list_display = ("title", "as_at", "election", "audience", "version", state)
    search_fields = ("title", "summary")
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = ("preview",)
    inlines = (ColumnInline, LineInline)
    fieldsets = (
        (
            None,
            {"fields": ("title", "summary", "row_heading", "notes", "columns_add_up", "has_chart")},
        ),
        SOURCE_FIELDSET,
        ReleasableAdmin.release_fieldset,
        ("What readers see", {"fields": ("preview",)}),
        ("Paste a whole table", {"fields": ("pasted",), "classes": ("collapse",)}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is None:
            fieldsets = [one for one in fieldsets if "preview" not in one[1]["fields"]]
        if not self.has_change_permission(request, obj):
            fieldsets = [one for one in fieldsets if "pasted" not in one[1]["fields"]]
        return fieldsets

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        is_open = self.has_change_permission(request, obj)
        return self.prepopulated_fields if is_open else {}

    @admin.display(description="table")
    def preview(self, obj: Statement) -> SafeString:
        return render_to_string("briefings/_staff_preview.html", {"statement": obj})

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> None:
        kept = {line.label: line.role for line in form.instance.line_list} if change else {}
        super().save_related(request, form, formsets, change)
        rows = form.cleaned_data.get("pasted")
        if rows:
            replace_lines(form.instance, rows, kept)
        _warn(request, check_statement(form.instance))


def replace_lines(
    statement: Statement, rows: Sequence[tuple[str, list[str]]], roles: dict[str, str]
) -> None:
    """Put ``rows`` in the place of a draft's lines; a label in ``roles`` keeps its role."""
    statement.lines.all().delete()
    lines = [
        StatementLine(
            statement=statement,
            position=position,
            label=label,
            role=roles.get(label) or guessed_role(label),
            cells=cells,
        )
        for position, (label, cells) in enumerate(rows, start=1)
    ]
    bulk_create_with_history(lines, StatementLine)


@admin.register(Figure)
class FigureAdmin(ReleasableAdmin):
    list_display = ("title", "shown", "kind", "topic", "election", "audience", "version", state)
    list_filter = ("election", "audience", "topic")
    search_fields = ("title", "topic", "explanation")
    prepopulated_fields = {"slug": ("title",)}
    fieldsets = (
        (None, {"fields": ("title", "topic", "position", "explanation")}),
        (
            "The number",
            {
                "fields": (
                    ("value", "decimal_places", "is_approximate"),
                    ("unit", "per"),
                    ("financial_year", "basis"),
                )
            },
        ),
        SOURCE_FIELDSET,
        (
            "Checked against another figure",
            {"fields": ("percentage", "relation", "related_to")},
        ),
        ReleasableAdmin.release_fieldset,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("related_to")

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        is_open = self.has_change_permission(request, obj)
        return self.prepopulated_fields if is_open else {}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "related_to":
            field.queryset = field.queryset.select_related("election").order_by("election", "title")
            field.label_from_instance = lambda figure: (
                f"{figure.title}, {figure.amount} ({figure.kind}; {figure.election.slug})"
            )
        return field

    @admin.display(description="as readers see it", ordering="value")
    def shown(self, obj: Figure) -> str:
        return f"{obj.amount} ({obj.share})" if obj.share else obj.amount

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        _warn(request, check_figure(form.instance))


def _warn(request: HttpRequest, findings: Sequence[Any]) -> None:
    for finding in findings:
        if finding.severity == Severity.WARNING:
            messages.warning(request, f"Saved, but check this: {finding.sentence}")
