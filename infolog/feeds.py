"""What becomes known about one topic, as an Atom feed: what everyone may know, whoever asks."""

import datetime as dt

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from elections.addresses import election_at
from elections.models import Election
from releases.feeds import NEWEST, feed_of
from releases.page_cache import public_page

from .log import requests_of
from .models import InformationRequestQuerySet, Topic


def _public(election: Election, at: dt.datetime) -> InformationRequestQuerySet:
    return requests_of(election, AnonymousUser(), at)


def topics_with_a_feed(election: Election, at: dt.datetime) -> set[str]:
    """The topics of what everyone may know: one that only hidden requests have is not told."""
    ids = _public(election, at).order_by().values("pk")
    return set(Topic.objects.filter(requests__in=ids).values_list("slug", flat=True))


@public_page
@require_safe
def topic_feed(request: HttpRequest, election_slug: str, topic: str) -> HttpResponse:
    """Every public version of every request about it, newest first."""
    election, at = election_at(election_slug), timezone.now()
    if topic not in topics_with_a_feed(election, at):
        raise Http404("No public request has this topic.")
    found = Topic.objects.get(election=election, slug=topic)
    items = _public(election, at).about(topic).select_related("release", "election")
    return feed_of(
        request,
        items.order_by("-release__released_at", "slug")[:NEWEST],
        title=f"{found.name}: information log of {election.name}",
        path=f"{reverse('infolog:log', args=[election.slug])}?topic={found.slug}",
        author=election.office.name,
    )
