"""Brings what somebody typed into a staff form up to the newest version of the row."""

from typing import Any

from django import forms
from django.contrib.admin.utils import flatten_fieldsets
from django.http import HttpRequest, QueryDict

from .snapshots import RowChange, Snapshot, changes_of, is_file, row_key

MOST_ROWS = 1000


class Merge:
    """What was posted, brought up to the newest version of the row and of its inlines.

    What the person typed stays. What they left alone becomes the newest value. A row that somebody
    deleted comes back as a new one only if this person typed in it.
    """

    def __init__(
        self, page: Any, request: HttpRequest, key: Any, loaded: Snapshot, now: Snapshot
    ) -> None:
        self.page, self.request = page, request
        self.loaded, self.now = loaded, now
        self.row: Any = page.get_object(request, str(key))
        self.data: QueryDict = request.POST.copy()
        self.typed: set[tuple[str, str]] = set()

    def changes(self) -> list[RowChange]:
        changes = changes_of(self.page, self.loaded, self.now)
        for change in changes:
            for difference in change.differences:
                difference.is_typed = (change.key, difference.name) in self.typed
        return changes

    def posted(self) -> QueryDict:
        fieldsets = self.page.get_fieldsets(self.request, self.row)
        fields = flatten_fieldsets(fieldsets)
        form_class = self.page.get_form(self.request, self.row, fields=fields)
        self._bring_up(form_class(instance=self.row), prefix=None)
        self._bring_up_inlines()
        return self.data

    def _bring_up(self, form: forms.ModelForm, prefix: str | None) -> None:
        """Put the newest value wherever the person left a field of ``form`` as it was loaded."""
        row: Any = form.instance
        was = self.loaded.get(row_key(type(row), row.pk), {})
        for name, one in form.fields.items():
            if name not in was:
                continue
            html_name = f"{prefix}-{name}" if prefix else name
            if self._is_typed(form, name, was[name], html_name):
                self.typed.add((row_key(type(row), row.pk), name))
            else:
                _put(self.data, html_name, as_posted(form[name], one))

    def _is_typed(self, form: forms.ModelForm, name: str, was: Any, html_name: str) -> bool:
        model_field = form.instance._meta.get_field(name)
        return _is_touched(
            form.fields[name], model_field, was, self.data, self.request.FILES, html_name
        )

    def _bring_up_inlines(self) -> None:
        prefixes: dict[str, int] = {}
        for formset_class, inline in self.page.get_formsets_with_inlines(self.request, self.row):
            prefix = formset_class.get_default_prefix()
            prefixes[prefix] = prefixes.get(prefix, 0) + 1
            if prefixes[prefix] != 1:
                prefix = f"{prefix}-{prefixes[prefix]}"
            formset = formset_class(
                instance=self.row, prefix=prefix, queryset=inline.get_queryset(self.request)
            )
            self._bring_up_inline(formset, prefix)

    def _bring_up_inline(self, formset: Any, prefix: str) -> None:
        """The posted forms in the order of the rows there are now; what is new comes after."""
        pk_name = formset.model._meta.pk.name
        posted = self._take_forms(prefix)
        new = [form for form in posted if not form.get(pk_name, [""])[0]]
        by_key = {form[pk_name][0]: form for form in posted if form.get(pk_name, [""])[0]}
        for number, form in enumerate(formset.initial_forms):
            mine = by_key.pop(str(form.instance.pk), None)
            if mine is None:
                mine = {name: as_posted(form[name], one) for name, one in form.fields.items()}
            self._set_form(f"{prefix}-{number}", mine)
            self._bring_up(form, f"{prefix}-{number}")
        for form in by_key.values():
            if self._is_worth_keeping(form, formset.empty_form, formset.model, form[pk_name][0]):
                new.append({**form, pk_name: [""]})
        kept = len(formset.initial_forms)
        for number, form in enumerate(new, start=kept):
            self._set_form(f"{prefix}-{number}", form)
        self.data[f"{prefix}-TOTAL_FORMS"] = str(kept + len(new))
        self.data[f"{prefix}-INITIAL_FORMS"] = str(kept)

    def _take_forms(self, prefix: str) -> list[dict[str, list[str]]]:
        """The posted forms of one form set, by the names of their fields, out of the data."""
        said = self.data.get(f"{prefix}-TOTAL_FORMS") or ""
        total = min(int(said), MOST_ROWS) if said.isascii() and said.isdigit() else 0
        taken: list[dict[str, list[str]]] = [{} for _ in range(total)]
        for name in list(self.data):
            number, _, rest = name.removeprefix(f"{prefix}-").partition("-")
            is_number = number.isascii() and number.isdigit()
            if name.startswith(f"{prefix}-") and is_number and int(number) < total:
                taken[int(number)][rest] = self.data.getlist(name)
                del self.data[name]
        return taken

    def _set_form(self, prefix: str, form: dict[str, list[str]]) -> None:
        for name, said in form.items():
            _put(self.data, f"{prefix}-{name}", said)

    def _is_worth_keeping(
        self, form: dict[str, list[str]], blank: forms.ModelForm, model: Any, key: str
    ) -> bool:
        """The person typed in a row that somebody else deleted, and does not delete it too."""
        was = self.loaded.get(row_key(model, key), {})
        if "DELETE" in form:
            return False
        for name, one in blank.fields.items():
            if name in was and not getattr(one, "parent_instance", None):
                posted = QueryDict(mutable=True)
                posted.setlist(name, form.get(name, []))
                model_field = model._meta.get_field(name)
                if _is_touched(one, model_field, was[name], posted, {}, name):
                    return True
        return False


def _is_touched(
    one: forms.Field, model_field: Any, was: Any, data: Any, files: Any, html_name: str
) -> bool:
    """Whether what was posted for a field is something else than ``was``, the plain value."""
    said = _unwrapped(one.widget).value_from_datadict(data, files, html_name)
    if not (model_field.is_relation or is_file(model_field)):
        was = model_field.to_python(was)
    if isinstance(was, str) and isinstance(said, str):
        # A browser sends every end of a line as two characters.
        was, said = was.replace("\r\n", "\n"), said.replace("\r\n", "\n")
    return one.has_changed(was, said)


def _unwrapped(widget: Any) -> Any:
    """The input itself, without the links around it."""
    return getattr(widget, "widget", widget)


def as_posted(bound: Any, one: forms.Field) -> list[str]:
    """What a browser would send for a field that nobody touched."""
    widget, value = _unwrapped(one.widget), bound.value()
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if value else []
    if value is None or isinstance(widget, forms.FileInput):
        return []
    said = widget.format_value(value)
    return [str(v) for v in said] if isinstance(said, list | tuple) else [str(said or "")]


def _put(data: QueryDict, name: str, said: list[str]) -> None:
    if said:
        data.setlist(name, said)
    else:
        data.pop(name, None)
