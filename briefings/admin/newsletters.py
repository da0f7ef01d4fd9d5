from typing import Any

from content_editor.admin import ContentEditor, ContentEditorInline
from csp.constants import NONCE
from csp.decorators import csp_update
from django import forms
from django.apps import apps
from django.contrib import admin
from django.db.models import Max, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format

from briefings.models import (
    ContactSection,
    Document,
    DocumentsSection,
    Figure,
    FiguresSection,
    Newsletter,
    ProgrammeSection,
    Statement,
    TableSection,
    TextSection,
)
from elections.models import Election
from releases.admin import ReleasableAdmin, ReleasedPartInline, state
from releases.finding_panel import tell_findings

# What the editor needs beyond the portal's policy, on its own pages: its import map is a script in
# the page and runs by a nonce; the two style sheets its scripts make are allowed by their hashes
# (content-editor's, then tiptap's). docs/decisions/0003-editor-and-csp.md says why.
EDITOR_POLICY = {
    "script-src": [NONCE],
    "style-src": [
        "'sha256-N1v+9oYdxeZd/nv2iKYNMLWqP5BlGZff7wM0R1mK4ws='",
        "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='",
    ],
}
REFERRING = {"statement": Statement, "figures": Figure, "documents": Document}


def _in_full(item: Any) -> str:
    """What tells items of one title apart in a list to choose from."""
    if isinstance(item, Figure):
        return f"{item}: {item.amount} ({item.kind})"
    if isinstance(item, Document):
        return f"{item} ({item.publisher}, {date_format(item.published_on)})"
    return f"{item} (as at {date_format(item.as_at)})"


class SectionFormSet(BaseInlineFormSet):
    """A newsletter shows only what belongs to its own election."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for name in REFERRING.keys() & form.fields.keys():
            form.fields[name].choices = self._read_once(form.fields[name])

    def _read_once(self, field: Any) -> list[Any]:
        """The same choices for every section of a type, in one query."""
        if not hasattr(self, "_choices"):
            self._choices = list(field.choices)
        return self._choices

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            for name in REFERRING.keys() & form.cleaned_data.keys():
                chosen = form.cleaned_data[name]
                for item in [chosen] if name == "statement" else chosen:
                    if item.election_id != self.instance.election_id:
                        form.add_error(name, f"“{item}” belongs to another election.")


class SectionInline(ReleasedPartInline, ContentEditorInline):
    formset = SectionFormSet

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in REFERRING:
            kwargs["queryset"] = self._offered(REFERRING[db_field.name], request)
        if db_field.many_to_many:
            kwargs["widget"] = forms.CheckboxSelectMultiple
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in REFERRING:
            field.label_from_instance = _in_full
        if db_field.many_to_many:
            # Each box has a label of its own.
            field.widget.attrs.pop("aria-label", None)
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        relations = [relation.name for relation in self.model._meta.many_to_many]
        return super().get_queryset(request).prefetch_related(*relations)

    def _offered(self, model: Any, request: HttpRequest) -> QuerySet[Any]:
        """What is in force or in preparation, of the newsletter's own election once known."""
        items = model.objects.newest(timezone.now())
        newsletter = request.resolver_match.kwargs.get("object_id")  # type: ignore[union-attr]
        return items.filter(election__newsletters=newsletter) if newsletter else items


class TextInline(SectionInline):
    model = TextSection
    icon = "notes"


class TableInline(SectionInline):
    model = TableSection
    icon = "table_chart"


class ProgrammeForm(forms.ModelForm):
    """Offers the kinds of the programme's events, which this app does not import."""

    event_kind = forms.ChoiceField(label="Kind of event", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = apps.get_model("workshops", "Event").Kind.choices
        self.fields["event_kind"].choices = [("", "The whole programme"), *kinds]


class ProgrammeInline(SectionInline):
    model = ProgrammeSection
    form = ProgrammeForm
    icon = "event"


class FiguresInline(SectionInline):
    model = FiguresSection
    icon = "tag"


class DocumentsInline(SectionInline):
    model = DocumentsSection
    icon = "description"


class ContactInline(SectionInline):
    model = ContactSection
    icon = "contact_mail"


@admin.register(Newsletter)
class NewsletterAdmin(ReleasableAdmin, ContentEditor):
    list_display = ("title", "number", "election", "audience", "version", state)
    search_fields = ("title", "summary")
    fieldsets = (
        (None, {"fields": ("number", "title", "summary", "dated")}),
        ReleasableAdmin.release_fieldset,
    )
    inlines = (
        TextInline,
        TableInline,
        ProgrammeInline,
        FiguresInline,
        DocumentsInline,
        ContactInline,
    )

    class Media:
        css = {"all": ("admin/newsletter_sections.css",)}
        js = ("admin/newsletter_sections.js",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        election = Election.objects.current(timezone.localdate())
        if election is None:
            return initial
        latest = election.newsletters.aggregate(latest=Max("number"))["latest"] or 0
        number = latest + 1
        return {"election": election.pk, "number": number, "slug": f"issue-{number}"} | initial

    @method_decorator(csp_update(EDITOR_POLICY))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        is_open = obj is None or self.has_change_permission(request, obj)
        # The editor's scripts break on sections that can only be read: those go without it.
        page = super() if is_open else super(ContentEditor, self)
        if not is_open:
            tell_findings(context, obj)
        response = page.render_change_form(request, context, **kwargs)
        media = response.context_data["media"]
        response.context_data["media"] = media.with_nonce(str(request.csp_nonce))
        return response
