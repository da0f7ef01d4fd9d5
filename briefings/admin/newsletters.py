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


class SectionFormSet(BaseInlineFormSet):
    """A newsletter shows only what belongs to its own election."""

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
            kwargs["queryset"] = self._choices(REFERRING[db_field.name], request)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def _choices(self, model: Any, request: HttpRequest) -> QuerySet[Any]:
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
    filter_horizontal = ("figures",)
    icon = "tag"


class DocumentsInline(SectionInline):
    model = DocumentsSection
    filter_horizontal = ("documents",)
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
        response = page.render_change_form(request, context, **kwargs)
        media = response.context_data["media"]
        response.context_data["media"] = media.with_nonce(str(request.csp_nonce))
        return response
