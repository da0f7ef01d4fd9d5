from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from briefings.sections import chapters
from elections.addresses import election_at
from releases.page_cache import public_page
from releases.versions import version_asked_for, withdrawn_items, withdrawn_page


@public_page
@require_safe
def newsletter_list(request: HttpRequest, election_slug: str) -> HttpResponse:
    at = timezone.now()
    election = election_at(election_slug)
    newsletters = election.newsletters.visible_to(request.user, at).newest(at)
    return render(
        request,
        "briefings/newsletter_list.html",
        {
            "election": election,
            "section": "newsletters",
            "newsletters": newsletters.select_related("release"),
            "withdrawn": withdrawn_items(election.newsletters, request.user, at),
        },
    )


@public_page
@require_safe
def newsletter(request: HttpRequest, election_slug: str, slug: str) -> HttpResponse:
    at = timezone.now()
    election = election_at(election_slug)
    newsletters = election.newsletters.visible_to(request.user, at)
    shown, versions = version_asked_for(newsletters, request, slug, at)
    if shown.is_withdrawal:
        return withdrawn_page(request, election, "newsletters", shown)
    shown_chapters = chapters(shown, user=request.user, at=at)
    return render(
        request,
        "briefings/newsletter_detail.html",
        {
            "election": election,
            "section": "newsletters",
            "at": at,
            "newsletter": shown,
            "versions": versions,
            "chapters": shown_chapters,
            "has_programme": any(chapter.has_programme for chapter in shown_chapters),
        },
    )
