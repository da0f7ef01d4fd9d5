"""Staff read bookings, and book or cancel for somebody with a reason: by the same function."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from elections.models import Candidate
from pcc_portal.desk import DueFilter
from pcc_portal.templatetags.portal import clock, day
from workshops.bookings import book, cancel
from workshops.forms import MOST_WORDS
from workshops.models import Booking, BookingMail, Slot
from workshops.own_bookings import told
from workshops.refusing import BookingRefused, By, Wish
from workshops.telling import say_told
from workshops.waiting import next_offer
from workshops.wording import time_of

from .meetings import address_to_record

MAY_ACT = "workshops.change_booking"
NO_SIGN_IN = "The candidate has no sign-in, and gets no mail: tell them yourself."


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="The candidate reads it in the mail and on their page.",
        error_messages={"required": "Say why, for the candidate and for the record."},
    )


class _CandidateChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({obj.election})"


class _MailChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}: {obj.state(timezone.now())}"


class ToldForm(forms.Form):
    """Somebody whom a mail did not reach, or may not have reached, was rung up."""

    mails = _MailChoices(
        BookingMail.objects.none(),
        label="Of what",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose the mails of which you told them."},
    )
    how = forms.CharField(
        max_length=200,
        label="How you told them",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="As in “by telephone, to themselves”. The record says that it was you.",
        error_messages={"required": "Say how they were told."},
    )

    def __init__(self, booking: Booking, *args: Any, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        untold = booking.mails.filter(told_at=None).select_related("recipient")
        self.fields["mails"].queryset = untold  # type: ignore[attr-defined]
        self.fields["mails"].initial = list(untold.in_doubt(at))


class BookForm(ReasonForm):
    """A place for somebody who rang or wrote to the office."""

    candidate = _CandidateChoice(
        Candidate.objects.none(), error_messages={"required": "Choose the candidate."}
    )
    slot = forms.ChoiceField(
        label="Event and time", error_messages={"required": "Choose the event and time."}
    )
    agents = forms.IntegerField(
        label="Places for agents", min_value=0, max_value=99, initial=0, required=False
    )
    guests = forms.IntegerField(
        label="Places for guests", min_value=0, max_value=99, initial=0, required=False
    )
    access = forms.CharField(
        label="What they need to take part",
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="Only where the event asks. It is read on the run sheet, and deleted 14 days "
        "after.",
    )
    diet = forms.CharField(
        label="What they cannot eat",
        required=False,
        max_length=MOST_WORDS,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Only where the event asks, because there is food. Deleted 14 days after.",
    )
    may_wait = forms.BooleanField(
        label="If it is full: put them on the waiting list", required=False
    )
    replaces = forms.BooleanField(
        label="Instead of the place they have at this event, if they have one", required=False
    )
    field_order = (
        "candidate",
        "slot",
        "agents",
        "guests",
        "access",
        "diet",
        "may_wait",
        "replaces",
        "reason",
    )

    def __init__(self, *args: Any, at: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate(at)
        # After the declaration there is only the induction of the person elected.
        standing = Candidate.objects.briefed(today).filter(
            Q(election__declared_on=None) | Q(status=Candidate.Status.ELECTED)
        )
        self.fields["candidate"].queryset = standing.select_related("election")  # type: ignore[attr-defined]
        self.slots = {str(slot.pk): slot for slot in bookable(at)}
        self.fields["slot"].choices = [  # type: ignore[attr-defined]
            ("", "---------"),
            *((pk, f"{slot.event.title}, {time_of(slot)}") for pk, slot in self.slots.items()),
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        candidate, slot = said.get("candidate"), self.slots.get(said.get("slot", ""))
        if not (candidate and slot):
            return said
        for name, is_asked in (("access", slot.event.asks_access), ("diet", slot.event.asks_diet)):
            if said.get(name) and not is_asked:
                self.add_error(name, "This event does not ask for it, so nobody would read it.")
        if slot.event.election_id != candidate.election_id:
            self.add_error("slot", "This event belongs to another election than the candidate.")
        elif said.get("replaces") and len(_held(candidate, slot)) > 1:
            self.add_error(
                "replaces",
                "They have more than one place at this event. Ask which is to end, open that "
                "booking and cancel it for them; then book this one.",
            )
        return said

    def book(self, *, by: By, at: dt.datetime) -> Booking:
        """Raises ``BookingRefused``."""
        said = self.cleaned_data
        candidate, slot = said["candidate"], self.slots[said["slot"]]
        held = next(iter(_held(candidate, slot)), None)
        wish = Wish(
            slot.event.slug,
            slot.number,
            agents=said["agents"] or 0,
            guests=said["guests"] or 0,
            access=said["access"] or None,
            diet=said["diet"] or None,
            may_wait=said["may_wait"],
            replaces=held.pk if held and said["replaces"] else None,
        )
        return book(candidate, wish, by=by, at=at)


def _held(candidate: Candidate, slot: Slot) -> list[Booking]:
    rows = Booking.objects.filter(candidate=candidate, book__event_slug=slot.event.slug)
    return list(rows.filter(state=Booking.State.BOOKED))


def bookable(at: dt.datetime) -> QuerySet[Slot]:
    """What staff can book for somebody now."""
    slots = Slot.objects.in_force(at).filter(
        event__takes_bookings=True, starts_at__gt=at, status=Slot.Status.ON
    )
    return slots.select_related("event__election").order_by("starts_at", "event__title")


class ReadOnly(admin.ModelAdmin):
    """Rows that only their own acts change, and that are their own record of it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Booking)
class BookingAdmin(ReadOnly):
    """Every booking and every wait. What people need stands on the run sheet alone."""

    list_display = ("candidate", "title", "when", "state", "places", "made_at")
    list_filter = (DueFilter, "state", "book__election", "book__event_slug")
    list_select_related = ("candidate", "book")
    search_fields = ("candidate__surname", "candidate__other_names", "book__event_slug")
    change_list_template = "admin/workshops/booking/change_list.html"
    change_form_template = "admin/workshops/booking/change_form.html"
    fieldsets = (
        ("Who and what", {"fields": ("candidate", "title", "when", "places", "state")}),
        ("How it came", {"fields": ("made_at", "made_as", "reason", "booked_at")}),
        ("Offer", {"fields": ("offered_at", "offered_until", "next")}),
        ("End", {"fields": ("ended_at", "ended_as", "ended_reason")}),
        ("Mails", {"fields": ("mails",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        return super().get_queryset(request).with_slot()  # type: ignore[attr-defined, no-any-return]

    @admin.display(description="event", ordering="slot_title")
    def title(self, obj: Any) -> str:
        return obj.slot_title or obj.book.event_slug

    @admin.display(description="when", ordering=F("slot_starts").asc(nulls_last=True))
    def when(self, obj: Any) -> str:
        starts = obj.slot_starts
        return f"{day(starts)}, {clock(starts)}" if starts else "Not on the programme"

    @admin.display(description="places")
    def places(self, obj: Booking) -> int:
        return obj.places

    @admin.display(description="asked for by")
    def made_as(self, obj: Booking) -> str:
        return obj.made_as

    @admin.display(description="ended by")
    def ended_as(self, obj: Booking) -> str:
        return obj.ended_as if obj.ended_at else "-"

    @admin.display(description="next offer")
    def next(self, obj: Booking) -> str:
        return next_offer(obj, timezone.now())

    @admin.display(description="mails")
    def mails(self, obj: Booking) -> SafeString | str:
        at = timezone.now()
        rows = [(str(mail), mail.state(at)) for mail in obj.mails.select_related("recipient")]
        if not rows:
            return f"None. {NO_SIGN_IN}"
        return format_html_join(SafeString("<br>"), "{}: {}", rows)

    # --- acts -------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("book/", view(self.book_view), name="workshops_booking_book"),
            path("<int:pk>/cancel/", view(self.cancel_view), name="workshops_booking_cancel"),
            path("<int:pk>/told/", view(self.told_view), name="workshops_booking_told"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_act = {"may_act": request.user.has_perm(MAY_ACT)}
        return super().changelist_view(request, may_act | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        is_number = object_id.isascii() and object_id.isdigit()
        found = Booking.objects.filter(pk=object_id).select_related("book") if is_number else ()
        row = next(iter(found), None)
        may_act = request.user.has_perm(MAY_ACT) and row is not None
        may_record = row is not None and request.user.has_perm("workshops.add_meeting")
        context = {
            "may_cancel": may_act and row.is_live,
            "may_tell": may_act and row.mails.filter(told_at=None).exists(),
            "object_id": object_id,
            "record": address_to_record(row, timezone.now()) if row and may_record else "",
        } | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def book_view(self, request: HttpRequest) -> HttpResponse:
        _refuse_others(request)
        at = timezone.now()
        form = BookForm(request.POST if request.method == "POST" else None, at=at)
        if form.is_bound and form.is_valid():
            try:
                done = form.book(by=_by(request, form.cleaned_data["reason"]), at=at)
            except BookingRefused as refused:
                form.add_error(None, ValidationError(refused.sentence, refused.code))
            else:
                is_told = done.mails.exists()
                follows = "A mail about it is on its way." if is_told else NO_SIGN_IN
                messages.success(request, f"{done}. {follows}")
                return redirect("admin:workshops_booking_change", done.pk)
        return self._form_page(request, form, "Book a place for somebody", "Book")

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        _refuse_others(request)
        found = get_object_or_404(Booking.objects.live().select_related("candidate", "book"), pk=pk)
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            at = timezone.now()
            try:
                cancel(found, by=_by(request, form.cleaned_data["reason"]), at=at)
            except BookingRefused as refused:
                form.add_error(None, ValidationError(refused.sentence, refused.code))
            else:
                messages.success(request, f"Cancelled. {_what_follows(found, at)}".strip())
                return redirect("admin:workshops_booking_change", pk)
        [own] = told([found], timezone.now())
        title = f"Cancel for {found.candidate}: {own.title}, {own.when}"
        return self._form_page(request, form, title, "Cancel the booking", found)

    def told_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        _refuse_others(request)
        found = get_object_or_404(Booking.objects.select_related("candidate", "book"), pk=pk)
        at = timezone.now()
        form = ToldForm(found, request.POST if request.method == "POST" else None, at=at)
        if form.is_bound and form.is_valid():
            say_told(found, by=request.user, at=at, **form.cleaned_data)  # type: ignore[arg-type]
            messages.success(request, "Recorded: they were told, by you.")
            return redirect("admin:workshops_booking_change", pk)
        [own] = told([found], at)
        title = f"You told them yourself: {found.candidate}, {own.title}, {own.when}"
        return self._form_page(request, form, title, "Record it", found)

    def _form_page(
        self,
        request: HttpRequest,
        form: forms.Form,
        title: str,
        button: str,
        booking: Booking | None = None,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "form": form,
            "button": button,
            "booking": booking,
        }
        return TemplateResponse(request, "admin/workshops/booking/act.html", context)


def _what_follows(cancelled: Booking, at: dt.datetime) -> str:
    """Who has been offered the place that came free."""
    offered = Booking.objects.filter(
        book=cancelled.book_id, slot_number=cancelled.slot_number, offered_at=at
    )
    names = [str(one.candidate) for one in offered.select_related("candidate").order_by("pk")]
    told = f"Now offered to {', '.join(names)}." if names else ""
    return told if cancelled.mails.exists() else f"{told} {NO_SIGN_IN}"


def _refuse_others(request: HttpRequest) -> None:
    if not request.user.has_perm(MAY_ACT):
        raise PermissionDenied


def _by(request: HttpRequest, reason: str) -> By:
    site = request.build_absolute_uri("/").rstrip("/")
    return By(request.user, reason=reason, site=site)  # type: ignore[arg-type]
