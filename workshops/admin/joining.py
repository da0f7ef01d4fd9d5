"""Staff say how those who are booked join: in a new row each time, so nothing is lost."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from elections.refusals import Refused
from pcc_portal.staff_forms import LocalMomentInput
from workshops.joining import Details, say_how_to_join
from workshops.models import Joining, Slot
from workshops.wording import at_time, time_of

from .bookings import ReadOnly, bookable


class JoiningForm(forms.Form):
    slot = forms.ChoiceField(
        label="Event and time", error_messages={"required": "Choose the event and time."}
    )
    link = forms.URLField(
        label="Link to join",
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "vURLField"}),
    )
    room = forms.CharField(
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Room, floor, whom to ask for at the door.",
    )
    instructions = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        help_text="Such as a passcode, or what to bring.",
    )
    show_from = forms.DateTimeField(
        label="Show it from",
        required=False,
        widget=LocalMomentInput,
        help_text="UK time. Leave empty for at once. From then on everyone booked sees it on their "
        "page and in their calendar, and gets a mail.",
    )
    reason = forms.CharField(
        label="Why it changed",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Only where something was said before: everyone booked reads it in the mail.",
    )

    def __init__(self, *args: Any, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slots = {str(slot.pk): slot for slot in bookable(at)}
        self.fields["slot"].choices = [  # type: ignore[attr-defined]
            ("", "---------"),
            *((pk, f"{slot.event.title}, {time_of(slot)}") for pk, slot in self.slots.items()),
        ]
        self.fields[
            "reason"
        ].help_text = "Only where something was said before: everyone booked reads it in the mail."

    @property
    def chosen(self) -> Slot:
        return self.slots[self.cleaned_data["slot"]]

    @property
    def details(self) -> Details:
        names = ("link", "room", "instructions", "show_from", "reason")
        return Details(**{name: self.cleaned_data[name] for name in names})


@admin.register(Joining)
class JoiningAdmin(ReadOnly):
    """What was said of how to join, the newest first. To change it, say it anew."""

    list_display = ("title", "when", "show_from", "made_at", "made_by")
    list_filter = ("book__election", "book__event_slug")
    list_select_related = ("book", "made_by")
    fields = (
        "title",
        "when",
        "link",
        "room",
        "instructions",
        "show_from",
        "reason",
        "made_at",
        "made_by",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_slot()  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("workshops.add_joining")

    @admin.display(description="event", ordering="slot_title")
    def title(self, obj: Any) -> str:
        return obj.slot_title or obj.book.event_slug

    @admin.display(description="when", ordering="slot_starts")
    def when(self, obj: Any) -> str:
        return at_time(obj.slot_starts) if obj.slot_starts else "Not on the programme"

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        at = timezone.now()
        form = JoiningForm(request.POST if request.method == "POST" else None, at=at)
        if form.is_bound and form.is_valid():
            event = form.chosen.event
            try:
                say_how_to_join(
                    event.election,
                    event.slug,
                    form.chosen.number,
                    form.details,
                    by=request.user,  # type: ignore[arg-type]
                    at=at,
                )
            except Refused as refused:
                form.add_error(
                    refused.field or None, ValidationError(refused.sentence, refused.code)
                )
            else:
                messages.success(request, "Kept. Everyone booked gets a mail when it is shown.")
                return redirect("admin:workshops_joining_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Say how those who are booked join",
            "form": form,
            "button": "Keep",
        }
        return TemplateResponse(request, "admin/workshops/booking/act.html", context)
