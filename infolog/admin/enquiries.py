"""The keeper's pages: who asked what. Nobody else opens them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from elections.models import Candidate, Election
from elections.refusals import Refused
from infolog import asking
from infolog.clock import Clock
from infolog.forms import InOrderForm, InOrderFormSet
from infolog.models import Disclosure, Enquiry, EnquiryPart, InformationRequest, Work
from infolog.standing import due_of
from pcc_portal.staff_admin import StaffAdmin
from pcc_portal.staff_forms import FIELDS

WIDE = {"class": "vLargeTextField"}


class EnquiryForm(forms.ModelForm):
    """What came by post, by mail, on the telephone or in person, on one page."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        asker, election = cleaned.get("asker"), cleaned.get("election")
        election = election or (self.instance.pk and self.instance.election)
        if asker and election and asker.election_id != election.pk:
            sentence = f"{asker} stands in another election."
            self.add_error("asker", ValidationError(sentence, "elsewhere"))
        received, today = cleaned.get("received_on"), timezone.localdate()
        if received and received > today:
            sentence = "That day is still to come. Write the day the question came in."
            self.add_error("received_on", ValidationError(sentence, "future"))
        return cleaned


class EnquiryPartInline(admin.StackedInline):
    model = EnquiryPart
    form = InOrderForm
    formset = InOrderFormSet
    extra = 0
    fields = ("position", "text")
    verbose_name = "question"
    verbose_name_plural = "what was asked, question by question, in the words it was asked in"
    formfield_overrides = FIELDS

    def get_min_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else 1


class PassOnForm(forms.Form):
    """The question in neutral words, for whoever answers it."""

    title = forms.CharField(
        max_length=150,
        widget=forms.TextInput(attrs=WIDE),
        help_text="The question in a few neutral words, as readers find it.",
        error_messages={"required": "Write a title in a few neutral words."},
    )
    clock = forms.ChoiceField(
        label="Which clock",
        choices=Clock.choices,
        initial=Clock.OFFICE,
        error_messages={"required": "Choose which clock it has."},
    )
    foi = forms.CharField(label="Freedom of information reference", max_length=60, required=False)

    def __init__(self, *args: Any, enquiry: Enquiry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        for part in enquiry.parts.all():
            self.fields[f"part_{part.position}"] = forms.CharField(
                label=f"Question {part.position}",
                initial=part.text,
                required=False,
                widget=forms.Textarea(attrs={"rows": 4, **WIDE}),
                help_text="Take out whatever shows who asked: names, places, turns of phrase, “I”. "
                "Leave empty to leave the question out.",
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("foi") and cleaned.get("clock") != Clock.FOI:
            self.add_error("foi", "Only a request under that Act has one: choose that clock too.")
        return cleaned

    @property
    def parts(self) -> list[str]:
        return [text for name, text in self.cleaned_data.items() if name.startswith("part_")]


class JoinForm(forms.Form):
    """The same was asked before."""

    request = forms.ModelChoiceField(
        InformationRequest.objects.none(),
        label="Answered as",
        error_messages={"required": "Choose the request it is the same as."},
    )

    def __init__(self, *args: Any, enquiry: Enquiry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        field: Any = self.fields["request"]
        field.queryset = enquiry.election.informationrequests.newest(timezone.now())
        field.label_from_instance = lambda request: f"{request.title} ({request.reference})"


@admin.register(Enquiry)
class EnquiryAdmin(StaffAdmin):
    """What came in, with who asked. Passing it on makes a request that shows nothing of them."""

    form = EnquiryForm
    list_display = (
        "reference",
        "received_on",
        "form",
        "signed",
        "state",
        "due_as_passed_on",
        "election",
    )
    list_filter = ("election", "form")
    search_fields = ("reference", "signed", "parts__text")
    list_select_related = ("election", "request__release")
    date_hierarchy = "received_on"
    radio_fields = {"form": admin.VERTICAL}
    inlines = (EnquiryPartInline,)
    formfield_overrides = FIELDS
    change_form_template = "admin/infolog/enquiry/change_form.html"
    came = ("How it came", {"fields": ("election", "received_on", "form")})
    who = (
        "Who asked",
        {
            "fields": ("asker", "signed", "notes"),
            "description": "Only you, as keeper of the log, see this. All of it may stay empty.",
        },
    )
    became = ("What became of it", {"fields": ("reference", "state", "due", "receipt_told")})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (self.came, self.who, self.became) if obj else (self.came, self.who)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ("reference", "state", "due", "receipt_told")
        return (*shown, "election") if obj else shown

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        today = timezone.localdate()
        initial = {"election": Election.objects.current(today), "received_on": today}
        return {**initial, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "asker":
            kwargs["queryset"] = Candidate.objects.select_related("election").order_by(
                "-election__poll_date", "surname", "other_names"
            )
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "asker" and field:
            field.label_from_instance = lambda one: f"{one}, {one.election}"  # type: ignore[attr-defined]
        return field

    def save_model(self, request: HttpRequest, obj: Enquiry, form: Any, change: bool) -> None:
        if "asker" in form.changed_data and "signed" not in form.changed_data:
            obj.signed = str(obj.asker) if obj.asker else ""
        if change:
            super().save_model(request, obj, form, change)
        else:
            asking.write(obj, at=timezone.now())

    @admin.display(description="state")
    def state(self, obj: Enquiry) -> str:
        if obj.withdrawn_at:
            return "Taken back"
        if obj.request is None:
            return "Not passed on yet"
        address = reverse("admin:infolog_informationrequest_change", args=[obj.request_id])
        told = "Answered as" if obj.request.is_released else "Passed on as"
        return format_html('{} <a href="{}">{}</a>', told, address, obj.request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enquiry]:
        work = Work.objects.filter(request=OuterRef("request"))
        return super().get_queryset(request).annotate(work_due=Subquery(work.values("due_on")[:1]))

    @admin.display(description="due on", ordering="work_due")
    def due_as_passed_on(self, obj: Any) -> Any:
        return obj.work_due

    @admin.display(description="due on")
    def due(self, obj: Enquiry) -> str:
        due = due_of(obj)
        return f"{due:%-d %B %Y}" if due else "The clock stands still"

    @admin.display(description="receipt")
    def receipt_told(self, obj: Enquiry) -> str:
        receipt = getattr(obj, "receipt", None)
        return f"{receipt.get_state_display()} ({receipt.address})" if receipt else "None was sent"

    # --- passing on ---------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern | URLResolver]:
        view = self.admin_site.admin_view(self.pass_on_view)
        return [
            path("<int:pk>/pass-on/", view, name="infolog_enquiry_pass_on"),
            *super().get_urls(),
        ]

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        if "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, f"{obj} is taken in. Next, put it into neutral words.")
        return redirect("admin:infolog_enquiry_pass_on", obj.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        is_number = object_id.isascii() and object_id.isdigit()
        waiting = Enquiry.objects.waiting().filter(pk=object_id) if is_number else ()
        is_waiting = bool(waiting)
        context = {"is_waiting": is_waiting, "object_id": object_id} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def pass_on_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """In neutral words to whoever answers, or together with the same of somebody else."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        enquiry = get_object_or_404(Enquiry.objects.select_related("election"), pk=pk)
        is_join = "join" in request.POST
        posted = request.POST if request.method == "POST" else None
        form = PassOnForm(None if is_join else posted, enquiry=enquiry)
        join = JoinForm(posted if is_join else None, enquiry=enquiry)
        chosen = join if is_join else form
        if chosen.is_bound and chosen.is_valid():
            try:
                made = self._pass_on(enquiry, form, join)
            except Refused as refused:
                name = refused.field if refused.field in chosen.fields else None
                chosen.add_error(name, ValidationError(refused.sentence, refused.code))
            else:
                messages.success(
                    request, f"{enquiry} is passed on as {made.reference}. Nobody sees who asked."
                )
                return HttpResponseRedirect(reverse("admin:infolog_enquiry_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Pass on {enquiry}",
            "enquiry": enquiry,
            "parts": enquiry.parts.all(),
            "form": form,
            "join": join,
        }
        return TemplateResponse(request, "admin/infolog/enquiry/pass_on.html", context)

    def _pass_on(self, enquiry: Enquiry, form: PassOnForm, join: JoinForm) -> InformationRequest:
        if join.is_bound:
            request: InformationRequest = join.cleaned_data["request"]
            asking.join(enquiry, request, at=timezone.now())
            return request
        words = {name: form.cleaned_data[name] for name in ("title", "clock", "foi")}
        return asking.pass_on(enquiry, **words, parts=form.parts, at=timezone.now())


@admin.register(Disclosure)
class DisclosureAdmin(StaffAdmin):
    """Written down by whoever said it; read and decided about by the keeper."""

    list_display = ("__str__", "told_by", "told_to", "decision", "released", "election")
    list_filter = ("decision", "election")
    list_select_related = ("election", "released_in")
    search_fields = ("told_by", "told_to", "what")
    radio_fields = {"how": admin.VERTICAL, "decision": admin.VERTICAL}
    formfield_overrides = FIELDS
    said = (
        "What was said",
        {
            "fields": ("election", "told_at", "how", "told_by", "told_to", "what"),
            "description": "Whatever one candidate is told, every candidate is told. Write it down "
            "in a few lines; the keeper of the log decides what follows. Nobody else reads it.",
        },
    )
    follows = (
        "What follows",
        {"fields": ("candidate", "decision", "reason", "released_in")},
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever only writes one down is shown no candidates and decides nothing."""
        return (self.said, self.follows) if self.has_view_permission(request) else (self.said,)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        now = timezone.localtime()
        initial = {
            "election": Election.objects.current(now.date()),
            "told_at": now.replace(second=0, microsecond=0),
            "told_by": request.user.get_full_name(),  # type: ignore[union-attr]
        }
        return {**initial, **super().get_changeform_initial_data(request)}

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        if obj:
            for name in {"candidate", "released_in"} & {*form.base_fields}:
                field = form.base_fields[name]
                field.queryset = field.queryset.filter(election=obj.election_id)
        return form

    def get_queryset(self, request: HttpRequest) -> QuerySet[Disclosure]:
        return super().get_queryset(request).select_related("election")

    @admin.display(description="released")
    def released(self, obj: Disclosure) -> str:
        if obj.released_in is None:
            return ""
        return "Yes" if obj.released_in.is_released else "Not yet"
