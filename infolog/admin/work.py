"""How far the office is with each request, the rules of the log and the words it uses again."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from elections.admin.invitations import ReadOnly
from elections.models import User
from elections.refusals import Refused
from elections.roles import APPROVE_WORDING
from infolog import force, working
from infolog.clock import Light, light
from infolog.models import (
    ForceAddress,
    InformationRequest,
    LogRules,
    Pause,
    Proposal,
    Wording,
    Work,
)
from infolog.states import State
from pcc_portal.staff_admin import StaffAdmin
from pcc_portal.staff_forms import FIELDS


class PauseForm(forms.ModelForm):
    def validate_constraints(self) -> None:
        """Whether two are open is asked of all together: one may be closed in the same save."""
        exclude = {*self._get_validation_exclusions(), "work"}
        try:
            self.instance.validate_constraints(exclude=exclude)
        except ValidationError as error:
            self._update_errors(error)


class PauseFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms]
        said = [getattr(form, "cleaned_data", {}) for form in kept]
        if sum(bool(one.get("asked_on")) and not one.get("answered_on") for one in said) > 1:
            raise ValidationError("Only one of them can be open: the clock stands still once.")


class PauseInline(admin.TabularInline):
    model = Pause
    form = PauseForm
    formset = PauseFormSet
    extra = 0
    fields = ("asked_on", "answered_on", "about")
    verbose_name_plural = "times in which the clock stands still"
    formfield_overrides = FIELDS


class WorkForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("stage") == State.WITH_FORCE and not cleaned.get("with_whom"):
            sentence = "Say with whom in the force it is."
            self.add_error("with_whom", ValidationError(sentence, "with_whom"))
        return cleaned


@admin.register(Work)
class WorkAdmin(StaffAdmin):
    """One row for each request that came in: how far it is, and by when it is due."""

    form = WorkForm
    list_display = ("of_request", "stage", "since", "due_on", "stands", "officer", "clock")
    list_display_links = ("of_request",)
    list_filter = ("stage", "clock", "request__election", "officer")
    list_select_related = ("request__release", "request__election", "officer")
    search_fields = ("request__title", "request__slug", "foi_reference")
    actions = ("being_answered", "explanation_came")
    inlines = (PauseInline,)
    formfield_overrides = FIELDS
    radio_fields = {"stage": admin.VERTICAL, "clock": admin.VERTICAL}
    readonly_fields = ("the_request", "since", "due_on", "stands")
    fieldsets = (
        (None, {"fields": ("the_request", "stage", "with_whom", "since", "officer")}),
        ("By when", {"fields": ("clock", "foi_reference", "due_on", "stands")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Work]:
        return super().get_queryset(request).select_related("request__release", "officer")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """What is due soon is worked out once for a list, by the rules of each election."""
        today = timezone.localdate()
        elections = InformationRequest.objects.values_list("election", flat=True).distinct()
        found = super().get_changelist_instance(request)
        until = {pk: LogRules.of(pk).amber_until(today) for pk in elections.order_by()}
        for work in found.result_list:
            work.amber_until = until[work.request.election_id]
        return found

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its days stand on the page of the answer, so they stay as they are once that is out."""
        return super().has_change_permission(request, obj) and not (obj and obj.request.is_released)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.request.is_released)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "officer":
            kwargs["queryset"] = User.objects.filter(
                is_staff=True, is_active=True, groups__name="answering"
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="request", ordering="request__title")
    def of_request(self, obj: Work) -> str:
        return str(obj.request)

    @admin.display(description="request")
    def the_request(self, obj: Work) -> str:
        page = reverse("admin:infolog_informationrequest_change", args=[obj.request_id])
        return format_html('<a href="{}">{}</a> ({})', page, obj.request, obj.request.reference)

    @admin.display(description="how it stands")
    def stands(self, obj: Any) -> str:
        if obj.request.is_released:
            return "Answered"
        if obj.stage == State.WITHDRAWN:
            return str(State.WITHDRAWN.label)
        today = timezone.localdate()
        until = getattr(obj, "amber_until", None)
        until = until or LogRules.of(obj.request.election_id).amber_until(today)
        told = light(obj.due_on, on=today, amber_until=until)
        if told not in (Light.AMBER, Light.RED):
            return str(told.label)
        return format_html('<strong class="portal-light--{}">{}</strong>', told.value, told.label)

    def save_model(self, request: HttpRequest, obj: Work, form: Any, change: bool) -> None:
        if "stage" in form.changed_data:
            obj.since = timezone.now()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        working.reckon(form.instance)

    @admin.action(description="I am answering the chosen ones", permissions=["change"])
    def being_answered(self, request: HttpRequest, queryset: QuerySet[Work]) -> None:
        at = timezone.now()
        done = 0
        for work in queryset:
            work.officer = request.user  # type: ignore[assignment]
            work.save(update_fields=["officer"])
            try:
                working.move_to(work, State.ANSWERING, at=at)
                done += 1
            except Refused as refused:
                messages.warning(request, f"{work}: {refused.sentence}")
        messages.success(request, f"Being answered by you: {done}.")

    @admin.action(
        description="What had to be explained has come: start the clock", permissions=["change"]
    )
    def explanation_came(self, request: HttpRequest, queryset: QuerySet[Work]) -> None:
        for work in queryset:
            try:
                working.resume(work, on=timezone.localdate())
                messages.success(request, f"{work}: due on {work.due_on:%-d %B %Y}.")
            except Refused as refused:
                messages.warning(request, f"{work}: {refused.sentence}")


@admin.register(LogRules)
class LogRulesAdmin(StaffAdmin):
    """The promise to whoever asks. Without a row five working days, and releases at 10 and 4."""

    list_display = ("election", "answer_within", "amber_days", "release_times")
    list_select_related = ("election",)
    fields = ("election", "answer_within", "amber_days", "release_times")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("election",) if obj else ()

    def save_model(self, request: HttpRequest, obj: LogRules, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        working.reckon_all(obj.election)

    def delete_model(self, request: HttpRequest, obj: LogRules) -> None:
        super().delete_model(request, obj)
        working.reckon_all(obj.election)


@admin.register(Wording)
class WordingAdmin(StaffAdmin):
    """Grounds and standard paragraphs. Only what an approver has approved is offered in answers."""

    list_display = ("name", "kind", "is_approved", "approved_by")
    list_filter = ("kind",)
    list_select_related = ("approved_by",)
    search_fields = ("name", "text", "next_step")
    fields = ("kind", "name", "text", "next_step", "approved_at", "approved_by")
    readonly_fields = ("approved_at", "approved_by")
    radio_fields = {"kind": admin.VERTICAL}
    actions = ("approve",)

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(APPROVE_WORDING)

    @admin.display(description="approved", boolean=True)
    def is_approved(self, obj: Wording) -> bool:
        return obj.approved_at is not None

    def save_model(self, request: HttpRequest, obj: Wording, form: Any, change: bool) -> None:
        """Other words have to be approved anew."""
        if {"kind", "text", "next_step"} & {*form.changed_data}:
            obj.approved_at = obj.approved_by = None
        super().save_model(request, obj, form, change)

    @admin.action(description="Approve the wording", permissions=["approve"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Wording]) -> None:
        for wording in queryset:
            wording.approved_at, wording.approved_by = timezone.now(), request.user  # type: ignore[assignment]
            wording.save(update_fields=["approved_at", "approved_by"])
        messages.success(request, f"Approved: {queryset.count()}.")


class ForceAddressForm(forms.ModelForm):
    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data["expires_at"]
        if expires_at <= timezone.now():
            raise ValidationError("Choose a time that is still to come.", "past")
        return expires_at


@admin.register(ForceAddress)
class ForceAddressAdmin(StaffAdmin):
    """Make one, and send it to somebody in the force by your own mail. It opens one question."""

    form = ForceAddressForm
    list_display = ("for_whom", "request", "made_at", "expires_at", "state")
    list_select_related = ("request",)
    actions = ("take_back",)
    formfield_overrides = FIELDS

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("request", "for_whom", "expires_at")
        shown = ("request", "for_whom", "made_at", "expires_at", "state")
        # Whoever has the address can use it.
        return (*shown, "address") if self._may_make(request) else shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is made and taken back; nothing about it is changed."""
        return obj is None and super().has_change_permission(request)

    def _may_make(self, request: HttpRequest) -> bool:
        return request.user.has_perm("infolog.add_forceaddress")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        ends = timezone.localtime() + force.LIVES
        initial = {"expires_at": ends.replace(hour=17, minute=0, second=0, microsecond=0)}
        return {**initial, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "request":
            kwargs["queryset"] = InformationRequest.objects.drafts()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: ForceAddress, form: Any, change: bool) -> None:
        made = force.make(
            obj.request, for_whom=obj.for_whom, expires_at=obj.expires_at, at=timezone.now()
        )
        obj.pk, obj.made_at = made.pk, made.made_at
        address = request.build_absolute_uri(force.path_of(made))
        messages.success(request, f"Send this address to {obj.for_whom}: {address}")

    @admin.display(description="state")
    def state(self, obj: ForceAddress) -> str:
        return obj.state(timezone.now())

    @admin.display(description="address")
    def address(self, obj: ForceAddress) -> str:
        return force.path_of(obj) if obj.state(timezone.now()) == "Open" else "Works no longer"

    @admin.action(description="Take the chosen addresses back", permissions=["change"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[ForceAddress]) -> None:
        for address in queryset:
            force.revoke(address, at=timezone.now())
        messages.success(request, f"Taken back: {queryset.count()}.")


@admin.register(Proposal)
class ProposalAdmin(ReadOnly):
    """What came from the force, until an officer makes it a response or leaves it."""

    list_display = ("name", "role", "of_request", "part", "text", "made_at", "decision")
    list_filter = ("is_taken_over", "part__request__election")
    list_select_related = ("part__request", "decided_by")
    actions = ("take_over", "leave")
    fields = ("of_request", "part", "name", "role", "text", "made_at", "decision", "decided_by")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It goes with its draft, so whoever may delete that may delete it."""
        return StaffAdmin.has_delete_permission(self, request, obj)

    @admin.display(description="request")
    def of_request(self, obj: Proposal) -> str:
        return str(obj.part.request)

    @admin.display(description="decision")
    def decision(self, obj: Proposal) -> str:
        if obj.decided_at is None:
            return "Not decided"
        return "Taken over" if obj.is_taken_over else "Not used"

    @admin.action(description="Take over as a response", permissions=["change"])
    def take_over(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> None:
        user: Any = request.user
        at = timezone.now()
        self.tell(
            request,
            queryset.order_by("part__position", "pk"),
            lambda row: force.take_over(row, by=user, at=at),
            "Taken over, in the draft of the answer",
        )

    @admin.action(description="Do not use", permissions=["change"])
    def leave(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> None:
        user: Any = request.user
        at = timezone.now()
        act = lambda row: force.leave(row, by=user, at=at)  # noqa: E731
        self.tell(request, queryset, act, "Not used")
