from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from .addresses import election_at
from .models import Election, KeyDate
from .standing import is_open


@require_safe
def election_list(request: HttpRequest) -> HttpResponse:
    """Every election the portal holds: the one people come for, those after it, those before."""
    today = timezone.localdate(timezone.now())
    current = Election.objects.current(today)
    others = [
        election
        for election in Election.objects.select_related("office").order_by("poll_date")
        if election != current
    ]
    return render(
        request,
        "elections/election_list.html",
        {
            "current": current,
            "current_only": [current],
            "coming": [election for election in others if election.poll_date >= today],
            "past": [election for election in reversed(others) if election.poll_date < today],
            "section": "elections",
            "today": today,
        },
    )


@require_safe
def key_dates(request: HttpRequest, election_slug: str) -> HttpResponse:
    election = election_at(election_slug)
    today = timezone.localdate(timezone.now())
    return render(
        request,
        "elections/keydate_list.html",
        {
            "election": election,
            "section": "dates",
            "key_dates": election.key_dates.all(),
            "phases": [phase for phase in election.phases() if not phase.is_empty],
            "current_phase": election.phase(today),
            "today": today,
        },
    )


@require_safe
def candidates(request: HttpRequest, election_slug: str) -> HttpResponse:
    election = election_at(election_slug)
    today = timezone.localdate(timezone.now())
    published_on = election.nominations_published_on
    return render(
        request,
        "elections/candidate_list.html",
        {
            "election": election,
            "section": "candidates",
            "candidates": election.candidates.publicly_listed(today),
            "is_published": published_on is not None and published_on <= today,
            "takes_requests": is_open(election, today),
            "expected": election.dates.get(KeyDate.Kind.PERSONS_NOMINATED),
        },
    )
