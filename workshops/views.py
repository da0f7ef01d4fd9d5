import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from elections.addresses import election_at
from elections.models import Candidate, Election
from releases.models import Reader
from releases.page_cache import public_page
from releases.versions import current, version_asked_for, withdrawn_items, withdrawn_page

from . import calendars
from .forms import ProgrammeFilterForm
from .models import Event
from .no_thanks import answered, asked_of
from .offers import offers
from .programme import read_induction, read_programme, visible_events
from .wishes import may_wish


@public_page
@require_safe
def programme(request: HttpRequest, election_slug: str) -> HttpResponse:
    election = election_at(election_slug)
    context = _programme_context(request, election, at=timezone.now())
    return render(request, "workshops/programme.html", context)


@public_page
@require_safe
def programme_by_day(request: HttpRequest, election_slug: str) -> HttpResponse:
    election = election_at(election_slug)
    context = _programme_context(request, election, at=timezone.now())
    return render(request, "workshops/programme_by_day.html", context)


@public_page
@require_safe
def programme_sheet(request: HttpRequest, election_slug: str) -> HttpResponse:
    """The programme as one table, to be printed."""
    election = election_at(election_slug)
    context = _programme_context(request, election, at=timezone.now())
    return render(request, "workshops/programme_sheet.html", context)


@public_page
@require_safe
def induction(request: HttpRequest, election_slug: str) -> HttpResponse:
    """Dates for everyone’s diary; once somebody is elected, their plan."""
    election = election_at(election_slug)
    at = timezone.now()
    elected = Candidate.objects.with_status(timezone.localdate(at)).filter(
        election=election, status=Candidate.Status.ELECTED
    )
    is_known = election.declared_on is not None and elected.exists()
    mine = elected.filter(user=request.user.pk) if is_known and request.user.pk else ()
    context = {
        "election": election,
        "section": "programme",
        "programme": read_induction(election, user=request.user, at=at),
        "is_known": is_known,
        "is_mine": bool(mine),
    }
    return render(request, "workshops/induction.html", context)


@public_page
@require_safe
def event(request: HttpRequest, election_slug: str, slug: str) -> HttpResponse:
    election = election_at(election_slug)
    at = timezone.now()
    events = Event.objects.visible_to(request.user, at).filter(election=election)
    found, versions = version_asked_for(
        events.prefetch_related("hosts", "agenda", "slots"), request, slug, at
    )
    if found.is_withdrawal:
        return withdrawn_page(request, election, "programme", found)
    found.election = election
    slots = list(found.slots.all())
    today = timezone.localdate(at)
    can_book = offers(slots, user=request.user, election=election, at=at)
    for slot in slots:
        slot.offer = can_book.get(slot.pk)
    asked = asked_of(request.user, found, at)
    context = {
        "election": election,
        "section": "programme",
        "event": found,
        "versions": versions,
        "slots": slots,
        "papers": current(found.papers.all(), request.user, at),
        "transcript": _transcript(found, request.user, at),
        "may_wish": bool(can_book) and may_wish(found, at),
        "asked": asked,
        "said_no": answered(asked, found) if asked else None,
        "is_past": bool(slots) and all(slot.day < today for slot in slots),
    }
    return render(request, "workshops/event_detail.html", context)


def _transcript(event: Event, user: Reader, at: dt.datetime) -> Any:
    if not event.transcript_id:
        return None
    papers = type(event).transcript.get_queryset()
    return current(papers.filter(pk=event.transcript_id), user, at).first()


@public_page
@require_safe
def calendar(request: HttpRequest, election_slug: str) -> HttpResponse:
    """The public programme for calendar programs: the same for everyone, signed in or not."""
    election = election_at(election_slug)
    feed = calendars.feed(
        election,
        events=visible_events(election, user=AnonymousUser(), at=timezone.now()),
        absolute=request.build_absolute_uri,
    )
    response = HttpResponse(feed, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{election.slug}-programme.ics"'
    return response


def _programme_context(
    request: HttpRequest, election: Election, *, at: dt.datetime
) -> dict[str, Any]:
    """The part of the programme asked for; nothing, and why, where the question makes no sense."""
    form = ProgrammeFilterForm(request.GET)
    context: dict[str, Any] = {
        "election": election,
        "section": "programme",
        "form": form,
        "withdrawn": withdrawn_items(election.events, request.user, at),
    }
    if not form.is_valid():
        return context
    chosen = form.cleaned_data
    asked = {name: value for name, value in chosen.items() if value}
    programme = read_programme(
        election, user=request.user, at=at, kind=chosen["kind"], open_to=chosen["who"]
    )
    return context | {"programme": programme, "query": urlencode(asked)}
