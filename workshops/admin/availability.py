"""An officer’s days and hours, and how they become the slots of a draft in one step."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import capfirst

from elections.refusals import Refused
from pcc_portal.staff_admin import StaffAdmin
from pcc_portal.staff_forms import FIELDS
from workshops.models import Availability, AvailabilityException, AvailableHours, Event
from workshops.slot_making import Plan, drafts_for, make_slots, plan

MAY_MAKE = ("workshops.view_availability", "workshops.change_event")


class HoursInline(admin.TabularInline):
    model = AvailableHours
    extra = 5
    fields = ("weekday", "starts_at", "ends_at")
    formfield_overrides = FIELDS

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """In a table of inputs each says its own name: the heading above it is not its label."""
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        if found:
            found.widget.attrs.setdefault("aria-label", capfirst(db_field.verbose_name))
        return found


class ExceptionInline(admin.StackedInline):
    model = AvailabilityException
    extra = 1
    formfield_overrides = FIELDS
    fieldsets = (
        (None, {"fields": (("date", "is_available"), ("starts_at", "ends_at"), "reason")}),
    )


class _DraftChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title}, version {obj.version}" if obj.version > 1 else obj.title


class DraftForm(forms.Form):
    event = _DraftChoice(
        Event.objects.none(),
        label="Draft of a one-to-one offer",
        error_messages={
            "required": "Choose the draft that gets the slots.",
            "invalid_choice": "Choose a draft from the list: that one is no draft any more.",
        },
    )

    def __init__(self, availability: Availability, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].queryset = drafts_for(availability)  # type: ignore[attr-defined]


@admin.register(Availability)
class AvailabilityAdmin(StaffAdmin):
    """First who and when, then each week, then the days that are different."""

    list_display = ("officer", "first_day", "last_day", "slot_minutes", "election")
    list_filter = ("election",)
    list_select_related = ("election",)
    search_fields = ("officer",)
    formfield_overrides = FIELDS
    inlines = (HoursInline, ExceptionInline)
    change_form_template = "admin/workshops/availability/change_form.html"
    fieldsets = (
        ("Who, and on which days", {"fields": ("election", "officer", ("first_day", "last_day"))}),
        (
            "Meetings",
            {
                "fields": (
                    ("slot_minutes", "break_minutes"),
                    ("break_from", "break_until"),
                    "notice_hours",
                    "venue",
                ),
                "description": "Bank holidays, days left out of the timetable and polling day are "
                "left out by themselves. Nobody but the office reads this page: candidates see "
                "the slots once the offer is released.",
            },
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        slots = self.admin_site.admin_view(self.slots_view)
        return [
            path("<int:pk>/slots/", slots, name="workshops_availability_slots"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {"may_make": request.user.has_perms(MAY_MAKE)} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def slots_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Choose a draft, look at what would be made, make it."""
        if not request.user.has_perms(MAY_MAKE):
            raise PermissionDenied
        found = get_object_or_404(Availability.objects.select_related("election"), pk=pk)
        is_post = request.method == "POST"
        said = request.POST if is_post else request.GET if "event" in request.GET else None
        form = DraftForm(found, said)
        planned: Plan | None = None
        if form.is_bound and form.is_valid():
            event, at = form.cleaned_data["event"], timezone.now()
            try:
                if is_post:
                    made = make_slots(found, event, by=request.user, at=at)  # type: ignore[arg-type]
                    messages.success(request, _done(made))
                    return redirect("admin:workshops_event_change", event.pk)
                planned = plan(found, event, at)
            except Refused as refused:
                form.add_error("event", ValidationError(refused.sentence, refused.code))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Make slots: {found}",
            "availability": found,
            "form": form,
            "plan": planned,
            "has_drafts": bool(drafts_for(found)),
        }
        return TemplateResponse(request, "admin/workshops/availability/slots.html", context)


def _done(made: Plan) -> str:
    slots = "1 slot was made" if len(made.spans) == 1 else f"{len(made.spans)} slots were made"
    return f"{slots}. Booking of each closes {made.closes_hours} hours before it."
