"""A person's own dates for calendar programs, at an address only they know.

Nobody signs in there and nothing is recorded. The dates stay as they are, byte for byte, until
something changes.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from icalendar import Event as CalendarEntry

from elections.calendar_addresses import make_anew, owner_of
from elections.involvements import Involvement, involvements
from elections.models import User
from workshops.calendars import calendar, programme_entries
from workshops.own_calendar import booked_entries
from workshops.programme import visible_events

TITLE = "Candidates’ portal: my dates"
FILE = "my-dates.ics"


@cache_control(private=True, no_cache=True)
@require_safe
def my_calendar(request: HttpRequest, key: str) -> HttpResponse:
    """The dates of whoever the address was given to, for as long as they have access."""
    at = timezone.now()
    user = owner_of(key)
    mine = with_access(user, at) if user else []
    if user is None or not mine:
        raise Http404("Nobody has this calendar address now.")
    entries = (
        entry
        for _, group in groupby(mine, key=lambda involved: involved.election.pk)
        for entry in own_entries(list(group), user, at, request.build_absolute_uri)
    )
    response = HttpResponse(calendar(TITLE, entries), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{FILE}"'
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
@login_required
def new_address(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    user: User = request.user  # type: ignore[assignment]
    if user.is_staff or not with_access(user, at):
        raise Http404("Only candidates and agents have a calendar address.")
    make_anew(user, at=at)
    messages.success(
        request, "Your calendar address is new. If you had one before, it no longer works."
    )
    return redirect(f"{reverse('my-page')}#calendar")


def with_access(user: User, at: dt.datetime) -> list[Involvement]:
    """Those of one election stand together."""
    found = [involved for involved in involvements(user, at) if involved.has_access]
    return sorted(found, key=lambda involved: involved.election.pk)


def own_entries(
    mine: list[Involvement], user: User, at: dt.datetime, absolute: Callable[[str], str]
) -> Iterator[CalendarEntry]:
    """What the calendar of ``user`` holds of one election: what is booked, then all else in it."""
    election = mine[0].election
    booked = booked_entries([one.candidate for one in mine], user, at, absolute)
    for entries in booked.values():
        yield from entries
    events = visible_events(election, user=user, at=at)
    yield from programme_entries(election, events=events, absolute=absolute, but=booked)
