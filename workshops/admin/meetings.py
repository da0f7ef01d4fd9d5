"""Staff fill the register of meetings held; what is public in it they can only strike out."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from elections.models import Candidate, Election
from elections.refusals import Refused
from pcc_portal.staff_admin import StaffAdmin
from pcc_portal.staff_forms import FIELDS
from pcc_portal.templatetags.portal import day
from workshops.models import Booking, Event, EventHost, Meeting
from workshops.own_bookings import slots_of
from workshops.register import strike_out

MAY_STRIKE = "workshops.change_meeting"


class _BookingChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.candidate}: {obj.slot_title}, {day(obj.slot_starts)}"


class MeetingForm(forms.ModelForm):
    """Offers the candidates, bookings and offers of one election: a meeting is part of one."""

    candidate = forms.ModelChoiceField(
        Candidate.objects.none(),
        help_text=Meeting._meta.get_field("candidate").help_text,
        error_messages={
            "required": "Choose the candidate.",
            "invalid_choice": "This candidate stands in another election. Choose one of this one.",
        },
    )
    booking = _BookingChoice(
        Booking.objects.none(),
        required=False,
        label="Booked as",
        help_text=Meeting._meta.get_field("booking").help_text,
        error_messages={
            "invalid_choice": "Choose a meeting of this election that was booked, has begun and is "
            "not entered yet."
        },
    )

    event_slug = forms.ChoiceField(
        required=False,
        label="Offer by appointment",
        error_messages={"invalid_choice": "Choose an offer by appointment of this election."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "election" not in self.fields:
            return  # it is only read
        election = self._election()
        self.fields["election"].help_text = (
            "Candidates, bookings and offers below are of this election. For another one, choose "
            "it and save: then those of that election are offered."
        )
        candidates = Candidate.objects.filter(election=election)
        self.fields["candidate"].queryset = candidates  # type: ignore[attr-defined]
        # A later version may have another title.
        offers = Event.objects.arranged().filter(election=election).order_by("version")
        titles = {event.slug: str(event) for event in offers}
        self.fields["event_slug"].choices = [("", "---------"), *titles.items()]  # type: ignore[attr-defined]
        self.fields["booking"].queryset = self._bookings(election)  # type: ignore[attr-defined]

    def _election(self) -> int | None:
        """The election that was chosen; else the current one."""
        chosen = str(self["election"].value() or "")
        if chosen.isdecimal():
            return int(chosen)
        current = Election.objects.current(timezone.localdate())
        return current.pk if current else None

    def _bookings(self, election: int | None) -> Any:
        """Those that have begun and came to no meeting yet."""
        entered = Meeting.objects.filter(struck_at=None).exclude(pk=self.instance.pk)
        offered = Event.objects.filter(
            election=election, kind__in=Event.OFFERED, release__released_at__isnull=False
        )
        held = Booking.objects.filter(
            book__election=election,
            book__event_slug__in=offered.values("slug"),
            state=Booking.State.BOOKED,
        ).exclude(pk__in=entered.exclude(booking=None).values("booking"))
        held = held.with_slot().select_related("candidate")
        return held.filter(slot_starts__lte=timezone.now()).order_by("-slot_starts")


class StrikeForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="Everyone reads it in the register. Name no candidate and no party.",
        error_messages={"required": "Say why it is struck out: everyone reads it."},
    )


@admin.register(Meeting)
class MeetingAdmin(StaffAdmin):
    """What becomes public first; then with whom, which does not."""

    form = MeetingForm
    list_display = ("held_on", "officer", "subject", "candidate", "public_on", "is_offered")
    list_display_links = ("held_on", "officer")
    list_filter = ("election",)
    list_select_related = ("candidate",)
    search_fields = ("officer", "subject")
    formfield_overrides = FIELDS
    change_form_template = "admin/workshops/meeting/change_form.html"
    readonly_fields = ("public_on", "struck")
    fieldsets = (
        ("Public", {"fields": ("election", "held_on", "officer", "subject", "public_on")}),
        (
            "Not public",
            {
                "fields": ("candidate", "booking", "event_slug"),
                "description": "A meeting that was no part of an offer is raised in the report on "
                "equal offers.",
            },
        ),
        ("Struck out", {"fields": ("struck",)}),
    )

    @admin.display(description="public from", ordering="held_on")
    def public_on(self, obj: Meeting) -> str:
        days = settings.MEETINGS_PUBLIC_AFTER_DAYS
        return day(obj.public_on) if obj.held_on else f"{days} days after the meeting"

    @admin.display(description="part of an offer", boolean=True)
    def is_offered(self, obj: Meeting) -> bool:
        return bool(obj.booking_id or obj.event_slug)

    @admin.display(description="struck out")
    def struck(self, obj: Meeting) -> str:
        return f"{day(obj.struck_at)}, by {obj.struck_by}: {obj.struck_reason}"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj and obj.struck_at else fieldsets[:-1]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _is_open(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_open(obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """No deleting of many: some may be public."""
        return {
            name: action
            for name, action in super().get_actions(request).items()
            if name != "delete_selected"
        }

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        current = Election.objects.current(timezone.localdate())
        default = {"election": current.pk} if current else {}
        return default | super().get_changeform_initial_data(request)

    def save_model(self, request: HttpRequest, obj: Meeting, form: Any, change: bool) -> None:
        if not change:
            obj.recorded_at, obj.recorded_by = timezone.now(), request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        strike = self.admin_site.admin_view(self.strike_view)
        return [
            path("<int:pk>/strike/", strike, name="workshops_meeting_strike"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        is_public = row is not None and row.is_public(timezone.now()) and row.struck_at is None
        may_strike = is_public and request.user.has_perm(MAY_STRIKE)
        context = {"may_strike": may_strike} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def strike_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(MAY_STRIKE):
            raise PermissionDenied
        found = get_object_or_404(Meeting, pk=pk)
        form = StrikeForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            reason, at = form.cleaned_data["reason"], timezone.now()
            try:
                strike_out(found, reason=reason, by=request.user, at=at)  # type: ignore[arg-type]
            except Refused as refused:
                form.add_error(None, ValidationError(refused.sentence, refused.code))
            else:
                messages.success(request, "Struck out. The register says so, and why.")
                return redirect("admin:workshops_meeting_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Strike out: {found}",
            "form": form,
            "button": "Strike it out",
            "meeting": found,
        }
        return TemplateResponse(request, "admin/workshops/meeting/strike.html", context)


def _is_open(obj: Meeting | None) -> bool:
    return obj is None or not (obj.struck_at or obj.is_public(timezone.now()))


def address_to_record(booking: Booking, at: dt.datetime) -> str:
    """The page that adds the meeting a booking came to; nothing before it, or once it is there.

    A place at a workshop is no meeting. What was entered and struck out since can be entered anew;
    where nobody came, there was none.
    """
    slot = slots_of([booking], at)[booking.pk]
    is_over = slot is not None and slot.is_over_at <= at
    if not (slot and is_over) or booking.state != Booking.State.BOOKED:
        return ""
    if slot.event.kind not in Event.OFFERED:
        return ""
    if Meeting.objects.filter(booking=booking, struck_at=None).exists():
        return ""
    if (said := booking.attendances.order_by("pk").last()) and not said.came:
        return ""
    host = EventHost.objects.filter(event=slot.event).first()
    known = {
        "election": booking.book.election_id,
        "held_on": f"{slot.day:%Y-%m-%d}",
        "officer": host.name if host else "",
        "subject": slot.event.title,
        "candidate": booking.candidate_id,
        "booking": booking.pk,
    }
    return f"{reverse('admin:workshops_meeting_add')}?{urlencode(known)}"
