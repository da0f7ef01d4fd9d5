"""The run sheet of each slot: on paper, as a file, and on a telephone at the door."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from elections.refusals import Refused
from pcc_portal.downloads import csv_response
from workshops.attending import Sheet, mark, sheet, table
from workshops.models import EventBook, Slot
from workshops.wording import time_of

from .bookings import MAY_ACT

FIELD = "came-"
SAID = {"yes": True, "no": False}


def urls(site: Any) -> list[URLPattern]:
    place, view = "<int:pk>/slot/<int:number>/", site.admin_view
    return [
        path(f"{place}run-sheet/", view(run_sheet), name="workshops_run_sheet"),
        path(f"{place}run-sheet.csv", view(run_sheet_csv), name="workshops_run_sheet_csv"),
    ]


def address_of(book: EventBook, number: int) -> str:
    return reverse("admin:workshops_run_sheet", args=[book.pk, number])


def _found(request: HttpRequest, pk: int, number: int) -> tuple[EventBook, Slot]:
    """What people need stands on it, so it is for those who run the event."""
    if not request.user.has_perm(MAY_ACT):
        raise PermissionDenied
    book = get_object_or_404(EventBook.objects.select_related("election"), pk=pk)
    slots = Slot.objects.in_force(timezone.now()).filter(
        event__election=book.election_id, event__slug=book.event_slug, number=number
    )
    slot = slots.select_related("event__election__office").first()
    if slot is None:
        raise Http404("This time is not on the programme.")
    return book, slot


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def run_sheet(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    book, slot = _found(request, pk, number)
    at = timezone.now()
    if request.method == "POST":
        said = {
            int(name.removeprefix(FIELD)): SAID[value]
            for name, value in request.POST.items()
            if name.startswith(FIELD) and name.removeprefix(FIELD).isdecimal() and value in SAID
        }
        try:
            count = mark(book, slot, said, by=request.user, at=at)  # type: ignore[arg-type]
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, f"Kept. Changed: {count}.")
            return redirect(address_of(book, number))
    return _page(request, book, sheet(book, slot, at=at))


def _page(request: HttpRequest, book: EventBook, found: Sheet) -> HttpResponse:
    at = timezone.now()
    event = found.slot.event
    context = {
        **admin.site.each_context(request),
        "opts": EventBook._meta,
        "title": f"Run sheet: {event}, {time_of(found.slot)}",
        "book": book,
        "sheet": found,
        "event": event,
        "joining": book.joinings.filter(slot_number=found.slot.number).order_by("pk").last(),
        "may_mark": timezone.localdate(at) >= found.slot.day,
        "is_over": found.slot.is_over_at <= at,
        "event_page": reverse("admin:workshops_event_change", args=[event.pk]),
        "csv": reverse("admin:workshops_run_sheet_csv", args=[book.pk, found.slot.number]),
    }
    return TemplateResponse(request, "admin/workshops/eventbook/run_sheet.html", context)


@never_cache
@require_safe
def run_sheet_csv(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    book, slot = _found(request, pk, number)
    rows = table(sheet(book, slot, at=timezone.now()))
    return csv_response(f"{book.event_slug}-{slot.number}-run-sheet.csv", rows)
