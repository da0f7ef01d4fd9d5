from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.forms import CheckboxSelectMultiple, ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html

from elections.models import Election
from elections.refusals import Refused
from infolog import note_views, working
from infolog.forms import InOrderForm, InOrderFormSet
from infolog.holding import hold
from infolog.models import (
    InformationRequest,
    InformationRequestQuerySet,
    Part,
    Response,
    Topic,
    Wording,
)
from infolog.models.wording import put_in
from pcc_portal.staff_admin import StaffAdmin
from releases.admin import (
    ReleasableAdmin,
    ReleasedPartInline,
    UndoesApproval,
    is_open,
    state,
)


@admin.register(Topic)
class TopicAdmin(StaffAdmin):
    """The subjects readers can filter the log by."""

    list_display = ("name", "election", "in_requests")
    list_filter = ("election",)
    list_select_related = ("election",)
    search_fields = ("name",)
    fields = ("election", "name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return super().get_queryset(request).annotate(count=Count("requests"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Once it is known people follow it by its address."""
        if obj and _is_known(obj):
            return "election", "slug"
        return ("election",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj and _is_known(obj) else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A topic stays as long as a released request has it."""
        may_delete = super().has_delete_permission(request, obj)
        return may_delete and not (obj and _is_known(obj))

    @admin.display(description="requests", ordering="count")
    def in_requests(self, topic: Any) -> int:
        return topic.count


def _is_known(topic: Topic) -> bool:
    return topic.requests.filter(release__released_at__isnull=False).exists()


class WordingForm(InOrderForm):
    """A row of words into which approved ones can be put, by choosing."""

    wording_kind: Wording.Kind
    into: str

    wording = ModelChoiceField(
        Wording.objects.none(),
        required=False,
        empty_label="Nothing",
        error_messages={"invalid_choice": "That wording is not approved, or not any more."},
    )

    def __init__(self, *args: Any, wordings: list[Wording], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["wording"]
        field.queryset = Wording.objects.approved().filter(kind=self.wording_kind)
        field.choices = [("", field.empty_label), *((row.pk, str(row)) for row in wordings)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("wording"):
            cleaned[self.into] = put_in(cleaned.get(self.into, ""), cleaned["wording"])
        return cleaned


class WordingFormSet(InOrderFormSet):
    """Reads the approved words once, however many rows offer them."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "wordings": self.wordings}

    @cached_property
    def wordings(self) -> list[Wording]:
        return list(Wording.objects.approved().filter(kind=self.form.wording_kind))


class PartForm(WordingForm):
    wording_kind, into = Wording.Kind.GROUND, "outcome_note"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wording"].label = "put in a ground"
        self.fields[
            "wording"
        ].help_text = (
            "Saving adds its approved words, and what can be done next, to the outcome note."
        )


class ResponseForm(WordingForm):
    wording_kind, into = Wording.Kind.PARAGRAPH, "text"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wording"].label = "put in a standard paragraph"
        self.fields["wording"].help_text = "Saving adds its approved words at the end."


class PartInline(ReleasedPartInline, admin.StackedInline):
    """What was asked, question by question; the responses have a page for each."""

    model = Part
    form = PartForm
    formset = WordingFormSet
    extra = 0
    fields = ("position", "question", "outcome", "outcome_note", "wording", "answers")
    readonly_fields = ("answers",)
    verbose_name = "part"
    verbose_name_plural = "parts: one for each question"

    def get_min_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[Part]:
        return super().get_queryset(request).prefetch_related("responses")

    @admin.display(description="responses")
    def answers(self, part: Part) -> str:
        if not part.pk:
            return "Save first. Then write what was said in response, on a page of its own."
        speakers = "; ".join(response.responder for response in part.responses.all())
        return format_html(
            '{}. <a href="{}">Write or read the responses to this part</a>',
            speakers or "None yet",
            reverse("admin:infolog_part_change", args=[part.pk]),
        )


@admin.register(InformationRequest)
class InformationRequestAdmin(ReleasableAdmin):
    """A request is begun with its question; the rest is filled in on the page that follows."""

    list_display = (
        "title",
        "shown_reference",
        "received_on",
        "form",
        "shown_outcome",
        "audience",
        "version",
        state,
    )
    list_filter = ("election", "audience", "form")
    search_fields = ("title", "slug", "parts__question", "parts__responses__text")
    date_hierarchy = "received_on"
    inlines = (PartInline,)
    actions = (*ReleasableAdmin.actions, "hold_back")
    radio_fields = {"form": admin.VERTICAL}
    filter_horizontal = ("see_also", "documents")
    begun = (None, {"fields": ("election", "title", "received_on", "form", "introduction")})
    asked = (
        "What was asked",
        {
            "fields": (
                "shown_reference",
                "shown_work",
                "title",
                "received_on",
                "form",
                "introduction",
                "event",
            )
        },
    )
    around = ("What belongs to it", {"fields": ("topics", "note", "see_also", "documents")})
    readers = (
        "Who sees it, and when",
        {"fields": ("election", "audience", "release", "shown_outcome", state)},
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.with_note(
            obj, (self.asked, self.around, self.readers) if obj else (self.begun,)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Topics, events and papers are those of its election, so that cannot change under them.
        shown = ("shown_reference", "shown_work", "shown_outcome", state)
        return shown + (("election",) if obj else ())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("parts")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        view = self.admin_site.admin_view
        name = "infolog_informationrequest"
        return [
            path("at-an-event/", view(note_views.choose), name=f"{name}_choose_event"),
            path("at-an-event/<int:pk>/<str:day>/", view(note_views.note), name=f"{name}_note"),
            *super().get_urls(),
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        current = Election.objects.current(timezone.localdate())
        return {"election": current, **super().get_changeform_initial_data(request)}

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type[ModelForm]:
        """Offers what belongs to the election of the request, and nothing of another one."""
        form = super().get_form(request, obj, **kwargs)
        for name in {"topics", "event", "see_also", "documents", "release"} & {*form.base_fields}:
            field = form.base_fields[name]
            field.queryset = field.queryset.filter(election=obj.election_id)
        for name in {"event", "see_also", "documents"} & {*form.base_fields}:
            field = form.base_fields[name]
            field.queryset = field.queryset.newest(timezone.now())
        if "see_also" in form.base_fields:
            others = form.base_fields["see_also"]
            others.queryset = others.queryset.exclude(slug=obj.slug)
        return form

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "topics":
            kwargs["widget"] = CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Leads on to the page where responses, topics and release are filled in."""
        if "_addanother" in request.POST or "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(
            request,
            f"“{obj}” is saved as a draft, with the reference {obj.reference}. "
            "Next, follow the link under each part to write the responses.",
            messages.SUCCESS,
        )
        return HttpResponseRedirect(
            reverse("admin:infolog_informationrequest_change", args=[obj.pk])
        )

    def save_model(
        self, request: HttpRequest, obj: InformationRequest, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            working.begin(obj, at=timezone.now())
        elif "received_on" in form.changed_data and hasattr(obj, "work"):
            working.reckon(obj.work)

    @admin.action(description="Hold until the next release time", permissions=["release"])
    def hold_back(self, request: HttpRequest, queryset: InformationRequestQuerySet) -> None:
        """Together with all others that are held, so that the moment does not show who asked."""
        items = list(queryset.select_related("election", "release"))
        try:
            bundle = hold(items, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except Refused as refused:
            self.message_user(request, refused.sentence, messages.ERROR)
        else:
            held = f"Held until then: {bundle}. Everything in it has to be approved by that time."
            self.message_user(request, held, messages.SUCCESS)

    @admin.display(description="work")
    def shown_work(self, obj: InformationRequest) -> str:
        work = getattr(obj, "work", None)
        if work is None:
            return "None recorded"
        page = reverse("admin:infolog_work_change", args=[work.pk])
        due = f", due on {work.due_on:%-d %B %Y}" if work.due_on and not obj.is_released else ""
        return format_html('<a href="{}">{}</a>{}', page, work.get_stage_display(), due)

    @admin.display(description="reference", ordering="slug")
    def shown_reference(self, obj: InformationRequest) -> str:
        return obj.reference

    @admin.display(description="outcome")
    def shown_outcome(self, obj: InformationRequest) -> str:
        return obj.outcome_in_words


class ResponseInline(ReleasedPartInline, admin.StackedInline):
    """What was said in response, speaker by speaker, in the order it was said."""

    model = Response
    form = ResponseForm
    formset = WordingFormSet
    extra = 0
    fields = ("position", "responder", "role", "text", "wording")
    verbose_name_plural = "responses: one for each speaker, in the order they spoke"

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj and obj.responses.exists() else 1


@admin.register(Part)
class PartAdmin(UndoesApproval):
    """One question with its responses. Opened from its request, so no menu lists it."""

    change_form_template = "admin/releases/part_change_form.html"

    locks_first = "request"

    list_display = ("question", "request", "outcome")
    list_select_related = ("request",)
    fieldsets = (
        (None, {"fields": ("of_request", "question", "outcome", "outcome_note")}),
        (
            "What the answer rests on",
            {
                "fields": Part.CITES,
                "description": "Readers get each under the answer, with a link to exactly this "
                "version. When one is corrected you and they are told.",
            },
        ),
    )
    readonly_fields = ("of_request",)
    inlines = (ResponseInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Part]:
        return super().get_queryset(request).select_related("request__release")

    def item_of(self, row: Part) -> InformationRequest:
        return row.request

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = CheckboxSelectMultiple({"class": "portal-choices"})
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field:
            field.label_from_instance = _in_full
        return field

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type[ModelForm]:
        """Offers what is in force or in preparation in its election, and what is cited already."""
        form = super().get_form(request, obj, **kwargs)
        for name in {*Part.CITES} & {*form.base_fields}:
            field: Any = form.base_fields[name]
            offered = field.queryset.filter(election=obj.request.election_id)
            in_force = offered.newest(timezone.now()).values("pk")
            chosen = getattr(obj, name).values("pk")
            field.queryset = offered.filter(Q(pk__in=in_force) | Q(pk__in=chosen)).distinct()
        return form

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        return {}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and is_open(request, obj and obj.request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and is_open(request, obj and obj.request)

    @admin.display(description="request")
    def of_request(self, part: Part) -> str:
        return format_html('<a href="{}">{}</a>', _request_page(part.request_id), part.request)

    def response_post_save_change(self, request: HttpRequest, obj: Part) -> HttpResponse:
        """Back to the request it belongs to."""
        return HttpResponseRedirect(_request_page(obj.request_id))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        response = super().response_delete(request, obj_display, obj_id)
        response["Location"] = reverse("admin:infolog_informationrequest_changelist")
        return response


def _in_full(row: Any) -> str:
    """What tells figures and tables of one title apart in a list to choose from."""
    told = f"{row.amount}, {row.kind}" if hasattr(row, "amount") else f"as at {row.as_at:%-d %B %Y}"
    later = f", version {row.version}" if row.version > 1 else ""
    return f"{row}: {told}{later}"


def _request_page(pk: int) -> str:
    return reverse("admin:infolog_informationrequest_change", args=[pk])
