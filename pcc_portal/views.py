from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from briefings.drawn import drawn
from briefings.models import Figure, Newsletter
from elections.addresses import election_at
from elections.models import Election
from infolog.log import answers_in_short
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

    def newest(items: Any, *order: str, most: int) -> Any:
        known = items.visible_to(request.user, at).newest(at)
        return (known.order_by(*order) if order else known).values_list("pk", flat=True)[:most]

    by_release = ("-release__released_at", "slug")
    answers = newest(election.informationrequests, *by_release, most=NEWEST_ANSWERS)
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
            "newsletter": drawn(Newsletter, newest(election.newsletters, most=1)).values(),
            "answers": answers_in_short(answers),
            "figures": drawn(Figure, newest(election.figures, most=HEADLINE_FIGURES)).values(),
            "other_elections": Election.objects.exclude(pk=election.pk),
        },
    )
