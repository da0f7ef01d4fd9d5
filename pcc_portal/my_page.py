"""My page: what is new and what is next for a candidate or an agent, and what is held about them.

What is new is told from the time of release and of the sign-in before this one. What somebody
reads is recorded nowhere.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from elections.involvements import Involvement, involvements
from elections.models import CalendarAddress, Election
from elections.sign_in import signed_in_before
from infolog.asking import is_log_closed
from infolog.models import Enquiry
from infolog.standing import Standing, standings
from releases.acknowledging import deliveries_of
from releases.models import Reader, ReleasableItem, releasable_models
from workshops.models import Event
from workshops.own_bookings import bookings_of
from workshops.programme import Entry, current_events, drawn

from .own_data import own_data

NEWEST = 10
HAPPENED: dict[str, str] = {
    ReleasableItem.Change.MINOR: "changed in small things",
    ReleasableItem.Change.WITHDRAWAL: "withdrawn",
}
NEXT = 6


@dataclass(frozen=True)
class Known:
    """One released item; ``happened`` says what became of an earlier version, if there was one."""

    item: ReleasableItem
    kind: str
    at: dt.datetime

    @property
    def happened(self) -> str:
        if self.item.version == 1:
            return ""
        return HAPPENED.get(self.item.change, "corrected")


@never_cache
@login_required
@require_safe
def my_page(request: HttpRequest) -> HttpResponse:
    """With ``?everything`` the newest of all there is, whenever the person was here last."""
    if request.user.is_staff:
        return redirect("admin:index")
    at = timezone.now()
    mine = involvements(request.user, at)  # type: ignore[arg-type]
    first = mine[0] if mine else None
    election = first.election if first else Election.objects.current(timezone.localdate(at))
    context = {
        "first": first,
        "others": mine[1:],
        "election": election,
        "office": election.office if election else None,
    }
    if first:
        context |= _own_part(request, first, at)
    return render(request, "my_page.html", context)


@never_cache
@login_required
@require_safe
def own_data_file(request: HttpRequest) -> HttpResponse:
    """What is held about the person who asks, whoever they are, as a file."""
    at = timezone.now()
    data = own_data(request.user, at=at)
    response = JsonResponse(data, json_dumps_params={"indent": 2, "ensure_ascii": False})
    name = f"what-is-held-about-me-{timezone.localdate(at)}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _own_part(request: HttpRequest, involved: Involvement, at: dt.datetime) -> dict[str, Any]:
    election = involved.election
    context: dict[str, Any] = {"today": involved.today}
    context |= {
        "questions": own_questions(involved, user=request.user, at=at),
        "may_ask": involved.has_access and not is_log_closed(election, at),
    }
    if not involved.agent:
        context["agents"] = involved.candidate.agents.active()
    booked = bookings_of(involved.candidate, at)
    context["bookings"] = [one for one in booked if one.booking.is_live and not one.is_over(at)]
    if involved.has_access:
        before = signed_in_before(request)
        since = None if "everything" in request.GET else _new_since(involved, before)
        told = list(deliveries_of(request.user, involved.candidate))  # type: ignore[arg-type]
        caught_up = [delivery.catch_up for delivery in told if delivery.catch_up]
        context |= {
            "told": told[:NEWEST],
            "caught_up": caught_up[-1] if caught_up else None,
            "before": before,
            "since": since,
            "news": news(election, user=request.user, at=at, since=since),
            "entries": next_dates(involved, user=request.user, at=at),
            "calendar": _calendar(request),
        }
    return context


def _calendar(request: HttpRequest) -> str:
    """The address of the person's own dates; empty until they have one made."""
    address = CalendarAddress.objects.filter(user=request.user.pk).first()
    if address is None:
        return ""
    return request.build_absolute_uri(reverse("my-calendar", args=[address.key]))


def _new_since(involved: Involvement, before: dt.datetime | None) -> dt.datetime | None:
    """Nothing when all is new to them: at the first visit, or when access began after the last."""
    began = involved.access_since
    if before is None or (began and timezone.localdate(before) < began):
        return None
    return before


def news(
    election: Election, *, user: Reader, at: dt.datetime, since: dt.datetime | None
) -> list[Known]:
    """What ``user`` may know of the election, newest first, in the versions in force.

    What was withdrawn is in it too, as withdrawn. All that was released from ``since`` on; without
    it the newest of all. One query a kind.
    """
    found: list[Known] = []
    for model in releasable_models():
        rows: Any = model._default_manager.visible_to(user, at).last_told(at)
        rows = rows.filter(election=election).select_related("release")
        # Of what was released together none is first: the order of making it tells who asked first.
        rows = rows.order_by("-release__released_at", "slug")
        rows = rows[:NEWEST] if since is None else rows.filter(release__released_at__gte=since)
        for row in rows:
            row.election = election
            found.append(Known(row, str(model._meta.verbose_name), row.release.released_at))
    found.sort(key=lambda known: known.at, reverse=True)
    return found[:NEWEST] if since is None else found


def own_questions(involved: Involvement, *, user: Reader, at: dt.datetime) -> list[Standing]:
    """What this candidate or their agents asked, newest first, and where each stands."""
    asked = Enquiry.objects.filter(asker=involved.candidate).select_related("request__release")
    return standings(asked, user=user, at=at)


def next_dates(involved: Involvement, *, user: Reader, at: dt.datetime) -> list[Entry]:
    """The next dates of the election, and slots of the events this candidate may attend."""
    election = involved.election
    prefetch_related_objects([election], "key_dates")
    events = current_events(election, user=user, at=at).filter(
        open_to__in=Event.OpenTo.of_status(involved.change.status if involved.change else None)
    )
    entries, _ = drawn(events)
    entries += [Entry.of_key_date(date) for date in election.key_dates.all()]
    coming = (entry for entry in entries if entry.day >= involved.today)
    return sorted(coming, key=lambda entry: entry.order)[:NEXT]
