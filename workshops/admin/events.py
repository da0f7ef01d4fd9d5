import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.forms import CheckboxSelectMultiple, ModelForm
from django.http import HttpRequest
from django.utils import timezone

from pcc_portal.templatetags.portal import clock, day
from releases.admin import ReleasableAdmin, ReleasedPartInline, state
from workshops.models import AgendaItem, Event, EventHost, Slot, with_next_slot

from .bookings import MAY_ACT


class HostInline(ReleasedPartInline, admin.TabularInline):
    model = EventHost
    extra = 1
    fields = ("position", "name", "role")


class SlotInline(ReleasedPartInline, admin.StackedInline):
    model = Slot
    extra = 1
    fields = (
        ("starts_at", "ends_at", "is_all_day"),
        ("venue", "capacity"),
        ("status", "why"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Slot]:
        return super().get_queryset(request).select_related("event")


class AgendaInline(ReleasedPartInline, admin.TabularInline):
    model = AgendaItem
    extra = 1
    fields = ("position", "starts_at", "title", "speaker")


@admin.register(Event)
class EventAdmin(ReleasableAdmin):
    """What candidates can attend: first what it is, then for whom, then when (below)."""

    list_display = ("title", "next_slot", "kind", "open_to", "election", "audience", state)
    list_filter = ("election", "kind", "open_to", "format", "audience")
    search_fields = ("title", "summary", "hosts__name")
    prepopulated_fields = {"slug": ("title",)}
    change_form_template = "admin/workshops/event/change_form.html"
    inlines = (SlotInline, HostInline, AgendaInline)
    fieldsets = (
        ("What it is", {"fields": ("title", "kind", "summary")}),
        (
            "Who can attend, and how",
            {
                "fields": ("open_to", "format", "by_appointment", "how_to_join"),
                "description": "When it is, who leads it and its agenda stand further down.",
            },
        ),
        (
            "Booking",
            {
                "fields": (
                    "takes_bookings",
                    ("bookable_from", "takes_wishes"),
                    ("entitlement", "first_window_until"),
                    ("book_until_hours", "change_until_hours", "cancel_until_hours"),
                    ("agent_places", "guest_places"),
                    ("asks_access", "asks_diet"),
                    ("has_waiting_list", "offer_hours"),
                ),
                "description": "The places of each slot stand with the slots, further down.",
            },
        ),
        ReleasableAdmin.release_fieldset,
        (
            "Afterwards",
            {
                "fields": ("papers", "recording", "transcript", "source_note"),
                "description": "What was shown and said is given to everyone at once: attach it to "
                "a new version, and have that released. Questions that were asked stand in the log "
                "and are shown on the page of the event.",
            },
        ),
    )

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """With the way to its bookings, for those who run events."""
        event = kwargs.get("obj")
        is_booked = event is not None and event.is_released and event.takes_bookings
        context["may_open_book"] = is_booked and request.user.has_perm(MAY_ACT)
        return super().render_change_form(request, context, *args, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = CheckboxSelectMultiple({"class": "portal-choices"})
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> type[ModelForm]:
        """Offers papers of the election of the event, and none of another one."""
        form = super().get_form(request, obj, **kwargs)
        for name in {"papers", "transcript"} & {*form.base_fields}:
            field = form.base_fields[name]
            mine = field.queryset.filter(election=obj.election_id) if obj else field.queryset
            field.queryset = mine.newest(timezone.now())
        return form

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return with_next_slot(super().get_queryset(request), timezone.localdate())

    @admin.display(description="next time", ordering=F("next_slot").asc(nulls_last=True))
    def next_slot(self, event: Any) -> str:
        """The time as the public sees it, from today on."""
        if event.by_appointment:
            return "By appointment"
        starts: dt.datetime | None = event.next_slot
        if starts is None:
            return "None to come"
        return day(starts) if event.next_slot_is_all_day else f"{day(starts)}, {clock(starts)}"
