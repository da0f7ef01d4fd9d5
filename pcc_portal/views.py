from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from briefings.models import Figure, Newsletter
from elections.addresses import election_at, share_election
from elections.models import Election
from infolog.models import InformationRequest
from releases.models import ReleasableItem
from releases.page_cache import public_page

NEXT_DATES = 4
NEWEST_ANSWERS = 4
HEADLINE_FIGURES = 6


@public_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The election visitors came for: the next poll, or the latest one."""
    current = Election.objects.current(timezone.localdate())
    if current is None:
        return render(request, "home_empty.html")
    return _overview(request, current)


@public_page
@require_safe
def election(request: HttpRequest, election_slug: str) -> HttpResponse:
    return _overview(request, election_at(election_slug))


def _overview(request: HttpRequest, election: Election) -> HttpResponse:
    """What is new and what is next, with a way into each part. A fixed number of queries."""
    at = timezone.now()
    today = timezone.localdate(at)
    prefetch_related_objects([election], "key_dates")
    known: dict[type[ReleasableItem], Any] = {
        model: items.visible_to(request.user, at).newest(at).select_related("release")
        for model, items in (
            (Newsletter, election.newsletters),
            (InformationRequest, election.informationrequests),
            (Figure, election.figures),
        )
    }
    answers = known[InformationRequest].order_by("-release__released_at", "slug")
    figures = list(known[Figure].select_related("source")[:HEADLINE_FIGURES])
    share_election(election, [figure.source for figure in figures])
    return render(
        request,
        "election_overview.html",
        {
            "election": election,
            "section": "home",
            "at": at,
            "today": today,
            "phase": election.phase(today),
            "dates": [date for date in election.key_dates.all() if date.date >= today][:NEXT_DATES],
            "newsletter": known[Newsletter].first(),
            "answers": answers.prefetch_related("parts")[:NEWEST_ANSWERS],
            "figures": figures,
            "other_elections": Election.objects.exclude(pk=election.pk),
        },
    )
