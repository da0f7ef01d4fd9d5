import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join

from elections.models import Election, KeyDate, NonWorkingDay, Office, Phase
from elections.timetable import rule_for
from elections.timetabling import Changes, set_out, set_out_coming
from pcc_portal.staff_admin import StaffAdmin
from pcc_portal.staff_forms import FIELDS
from pcc_portal.templatetags.portal import clock


def _day(date: dt.date, time: dt.time | None = None) -> str:
    return date_format(date, "j F Y") + (f", {clock(time)}" if time else "")


def _listed(key_dates: list[KeyDate]) -> str:
    return "; ".join(f"{date.title} ({_day(date.date, date.time)})" for date in key_dates)


def _tell(request: HttpRequest, changes: Changes) -> None:
    """Say in words what became of the timetable."""
    if changes.added:
        messages.success(
            request,
            "Worked out from polling day, and shown as expected until you confirm them: "
            f"{_listed(changes.added)}.",
        )
    if changes.moved:
        messages.warning(request, f"Worked out anew: {_listed(changes.moved)}.")
    if changes.reopened:
        messages.warning(
            request,
            "These were confirmed from a notice about another polling day, so they are no longer "
            f"confirmed: {_listed(changes.reopened)}. Confirm them from the new notice.",
        )
    if changes.removed:
        messages.warning(
            request, f"Taken out, the rules no longer give them: {_listed(changes.removed)}."
        )


def _phase(phase: Phase) -> str:
    label = phase.kind.label
    if phase.is_empty:
        return f"{label}: no day of its own"
    if phase.starts_on is None:
        return f"{label}: until {_day(phase.ends_on)}" if phase.ends_on else label
    if phase.ends_on is None:
        return f"{label}: from {_day(phase.starts_on)}"
    return f"{label}: {_day(phase.starts_on)} to {_day(phase.ends_on)}"


@admin.display(description="worked out from polling day")
def worked_out(key_date: KeyDate) -> str:
    if key_date.worked_out_date is None:
        return "No rule: entered by hand"
    expected = _day(key_date.worked_out_date, key_date.worked_out_time)
    if key_date.differs_from_rule:
        return f"{expected}. The date above is another one: check it against the notice."
    return f"{expected}, the same"


@admin.display(description="state", ordering="confirmed_by")
def state(key_date: KeyDate) -> str:
    if not key_date.is_confirmed:
        return "Expected, not confirmed"
    if key_date.differs_from_rule:
        return "Confirmed, differs from the rule"
    return "Confirmed"


# A link typed without its scheme is a safe one.

CONFIRM = "Confirm it from the official notice"
CONFIRMATION = (
    CONFIRM,
    {
        "fields": ("confirmed_by", "confirmed_on", "notice_title", "notice_url"),
        "description": "Fill in the first three once you have seen the returning officer’s "
        "notice. Until then the public page says that the date is expected, not confirmed.",
    },
)


@admin.register(Office)
class OfficeAdmin(StaffAdmin):
    formfield_overrides = FIELDS
    list_display = ("short_name", "kind", "post", "area")
    fieldsets = (
        ("The office", {"fields": ("kind", "name", "short_name", "post", "area", "force")}),
        (
            "Whom candidates write to",
            {
                "fields": (
                    "contact_name",
                    "contact_email",
                    "contact_phone",
                    "address",
                    "website",
                )
            },
        ),
        ("Look", {"fields": ("colour",)}),
    )

    def save_model(self, request: HttpRequest, obj: Office, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "kind" in form.changed_data:
            _tell(request, set_out_coming(on=timezone.localdate(), office=obj))


class KeyDateInline(admin.StackedInline):
    model = KeyDate
    extra = 0
    formfield_overrides = FIELDS
    fieldsets = (
        (None, {"fields": (("title", "kind"), ("date", "time"), worked_out)}),
        (
            CONFIRM,
            {"fields": (("confirmed_by", "confirmed_on"), ("notice_title", "notice_url"))},
        ),
    )
    readonly_fields = (worked_out,)


@admin.register(Election)
class ElectionAdmin(StaffAdmin):
    """One poll, its timetable and its phases. Saving it works the timetable out."""

    list_display = ("name", "office", "poll_date", "phase_now", "to_confirm")
    list_filter = ("office", "kind")
    list_select_related = ("office",)
    search_fields = ("name", "slug")
    readonly_fields = ("phases_and_dates",)
    inlines = (KeyDateInline,)
    fieldsets = (
        (
            "The election",
            {
                "fields": ("office", "kind", "name", "slug", "poll_date", "ballot_id", "summary"),
                "description": "When you save a new polling day the statutory dates below are "
                "worked out from it. Dates confirmed from a notice about another polling day go "
                "back to expected. To confirm a date, say who compared it with the returning "
                "officer’s notice, and when.",
            },
        ),
        (
            "Pre-election period",
            {
                "fields": ("pre_election_starts_on", "pre_election_ends_on"),
                "description": "Only if your monitoring officer set other days than the notice of "
                "election and polling day.",
            },
        ),
        ("Once nominations have closed", {"fields": ("nominations_published_on",)}),
        ("After the poll", {"fields": ("declared_on", "archived_on")}),
        ("Phases that follow from these dates", {"fields": ("phases_and_dates",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Election]:
        return super().get_queryset(request).prefetch_related("key_dates")

    def get_readonly_fields(self, request: HttpRequest, obj: Election | None = None) -> Any:
        """The address is given once: pages, letters and other sites lead to it."""
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    @admin.display(description="phase today")
    def phase_now(self, obj: Election) -> str:
        return obj.phase(timezone.localdate()).kind.label

    @admin.display(description="dates to confirm")
    def to_confirm(self, obj: Election) -> int:
        return sum(not date.is_confirmed for date in obj.key_dates.all())

    @admin.display(description="phases")
    def phases_and_dates(self, obj: Election) -> str:
        if not obj.pk:
            return "Shown once the election is saved."
        lines = ((_phase(phase),) for phase in obj.phases())
        return format_html_join("", "<p>{}</p>", lines)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        _tell(request, set_out(form.instance))


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("expected", "Expected, not confirmed"), ("confirmed", "Confirmed")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "expected":
            return queryset.unconfirmed()
        if self.value() == "confirmed":
            return queryset.confirmed()
        return queryset


@admin.register(KeyDate)
class KeyDateAdmin(StaffAdmin):
    """Dates one by one, to find those still to be confirmed."""

    locks_first = "election"

    formfield_overrides = FIELDS
    list_display = ("title", "election", "date", "time", state, "confirmed_by")
    list_filter = (StateFilter, "election")
    list_select_related = ("election",)
    search_fields = ("title",)
    readonly_fields = (worked_out, "rule")
    fieldsets = (
        ("The date", {"fields": ("election", "kind", "title", "date", "time")}),
        ("What the rules give", {"fields": (worked_out, "rule")}),
        CONFIRMATION,
    )

    @admin.display(description="rule")
    def rule(self, obj: KeyDate) -> str:
        if not obj.pk or not obj.kind:
            return "None: a date of the office’s own."
        rule = rule_for(KeyDate.Kind(obj.kind), obj.election.office.kind)
        if rule is None:
            return "None that counts working days."
        return f"{rule.working_days} working days before polling day. {rule.source}."

    def save_model(self, request: HttpRequest, obj: KeyDate, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _tell(request, set_out(obj.election))

    def has_delete_permission(self, request: HttpRequest, obj: KeyDate | None = None) -> bool:
        is_confirmed = obj is not None and obj.is_confirmed
        return super().has_delete_permission(request, obj) and not is_confirmed


@admin.register(NonWorkingDay)
class NonWorkingDayAdmin(StaffAdmin):
    """Days of thanksgiving or mourning; every change works out the timetables to come anew."""

    list_display = ("date", "reason")

    def save_model(
        self, request: HttpRequest, obj: NonWorkingDay, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        _tell(request, set_out_coming(on=timezone.localdate()))

    def delete_model(self, request: HttpRequest, obj: NonWorkingDay) -> None:
        super().delete_model(request, obj)
        _tell(request, set_out_coming(on=timezone.localdate()))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[NonWorkingDay]) -> None:
        super().delete_queryset(request, queryset)
        _tell(request, set_out_coming(on=timezone.localdate()))
