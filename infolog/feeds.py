"""What becomes known about one topic, as an Atom feed: what everyone may know, whoever asks."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from elections.addresses import election_at
from releases.feeds import NEWEST, feed_of
from releases.page_cache import public_page

from .log import requests_of
from .models import InformationRequest


@public_page
@require_safe
def topic_feed(request: HttpRequest, election_slug: str, topic: str) -> HttpResponse:
    """Every public version of every request about it, newest first."""
    election, at = election_at(election_slug), timezone.now()
    names = dict(InformationRequest.subjects_to_follow(election, at))
    if topic not in names:
        raise Http404("No public request has this topic.")
    known = requests_of(election, AnonymousUser(), at).ever_about(topic)
    items = known.select_related("release", "election")
    return feed_of(
        request,
        items.order_by("-release__released_at", "slug")[:NEWEST],
        title=f"{names[topic]}: information log of {election.name}",
        path=f"{reverse('infolog:log', args=[election.slug])}?topic={topic}",
        author=election.office.name,
    )
