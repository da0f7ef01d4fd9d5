"""How each event stands, with the way to the run sheet of each of its times."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from pcc_portal.desk import DueFilter
from pcc_portal.templatetags.portal import clock, day
from workshops.models import Booking, Event, EventBook, Slot
from workshops.places import key_of, places_of
from workshops.waiting import next_offers, slots_in_force
from workshops.wording import time_of

from . import equal_offers, run_sheets
from .bookings import MAY_ACT, ReadOnly


@admin.register(EventBook)
class EventBookAdmin(ReadOnly):
    """How each event stands: its slots, who comes, who waits, and whom the next offer goes to."""

    list_display = ("title", "next_slot", "election", "booked", "waiting")
    list_filter = (DueFilter, "election")
    list_select_related = ("election",)
    search_fields = ("event_slug", "title")
    change_form_template = "admin/workshops/eventbook/change_form.html"
    change_list_template = "admin/workshops/eventbook/change_list.html"
    fieldsets = ((None, {"fields": ("title", "election", "slots")}),)

    def get_urls(self) -> list[URLPattern]:
        opened = self.admin_site.admin_view(open_book)
        return [
            path("of/<int:event_pk>/", opened, name="workshops_book_of"),
            *run_sheets.urls(self.admin_site),
            *equal_offers.urls(self.admin_site),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_open = request.user.has_perm(MAY_ACT)
        context = {"unbooked": unbooked(timezone.now()) if may_open else ()}
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        book = self.get_object(request, object_id)
        may_run = book is not None and request.user.has_perm(MAY_ACT)
        sheets = [
            (run_sheets.address_of(book, slot.number), time_of(slot))
            for slot in (slots_in_force(book, timezone.now()) if may_run else ())
        ]
        context = {"sheets": sheets, "subtitle": book and self.title(book)} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def get_ordering(self, request: HttpRequest) -> tuple[OrderBy, ...]:
        """What comes next comes first; then what is over, by its title."""
        return (F("next_slot").asc(nulls_last=True), F("title").asc())

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventBook]:
        counted = {
            "booked": Count("bookings", filter=Q(bookings__state=Booking.State.BOOKED)),
            "waiting": Count("bookings", filter=Q(bookings__state=Booking.State.WAITING)),
        }
        to_come = Slot.objects.in_force(timezone.now()).upcoming(timezone.localdate())
        mine = to_come.filter(
            event__election=OuterRef("election"), event__slug=OuterRef("event_slug")
        ).order_by("starts_at")
        return (
            super()
            .get_queryset(request)
            .annotate(**counted)
            .annotate(
                title=title_of("election", "event_slug"),
                next_slot=Subquery(mine.values("starts_at")[:1]),
                next_slot_is_all_day=Subquery(mine.values("is_all_day")[:1]),
            )
        )

    @admin.display(description="event", ordering="title")
    def title(self, obj: Any) -> str:
        return str(obj.title)

    @admin.display(description="next time", ordering=F("next_slot").asc(nulls_last=True))
    def next_slot(self, obj: Any) -> str:
        starts: dt.datetime | None = obj.next_slot
        if starts is None:
            return "None to come"
        return day(starts) if obj.next_slot_is_all_day else f"{day(starts)}, {clock(starts)}"

    @admin.display(description="bookings", ordering="booked")
    def booked(self, obj: Any) -> int:
        return int(obj.booked)

    @admin.display(description="waiting", ordering="waiting")
    def waiting(self, obj: Any) -> int:
        return int(obj.waiting)

    @admin.display(description="slots")
    def slots(self, obj: EventBook) -> SafeString | str:
        at = timezone.now()
        found = list(slots_in_force(obj, at))
        told = next_offers(obj, found, at)
        counts = places_of(obj.election, found)
        live = list(obj.bookings.live().select_related("candidate").order_by("made_at", "pk"))
        parts = [
            format_html(
                "<p><strong>{}</strong><br>{}.<br>{}<br>{}</p>",
                time_of(slot),
                counts[key_of(slot)].in_words,
                told[slot.number],
                _people([one for one in live if one.slot_number == slot.number]),
            )
            for slot in found
        ]
        return SafeString("".join(parts)) or "Not on the programme"


def unbooked(at: dt.datetime) -> QuerySet[Event]:
    """Events of elections to come that can be booked, and of which nobody has said anything yet."""
    books = EventBook.objects.filter(election=OuterRef("election"), event_slug=OuterRef("slug"))
    events = Event.objects.released(at).newest(at).filter(~Exists(books), takes_bookings=True)
    return events.filter(election__declared_on=None).select_related("election").order_by("title")


@require_POST
def open_book(request: HttpRequest, event_pk: int) -> HttpResponse:
    """Lead to the bookings of a released event and its run sheets, also before there are any."""
    if not request.user.has_perm(MAY_ACT):
        raise PermissionDenied
    bookable = Event.objects.released(timezone.now()).filter(takes_bookings=True)
    event = get_object_or_404(bookable, pk=event_pk)
    book, _ = EventBook.objects.get_or_create(election=event.election, event_slug=event.slug)
    return redirect("admin:workshops_eventbook_change", book.pk)


def title_of(election: str, slug: str) -> Coalesce:
    """The title of the event that fields of a row name, as it was released last; the address of one
    that never was.
    """
    released = Event.objects.filter(
        election=OuterRef(election), slug=OuterRef(slug), release__released_at__isnull=False
    ).order_by("-version")
    return Coalesce(Subquery(released.values("title")[:1]), F(slug), output_field=CharField())


def _people(bookings: list[Booking]) -> SafeString:
    return format_html_join(
        SafeString("<br>"),
        '<a href="{}">{}</a>: {}',
        (
            (
                reverse("admin:workshops_booking_change", args=[one.pk]),
                one.candidate,
                one.get_state_display(),
            )
            for one in bookings
        ),
    )
