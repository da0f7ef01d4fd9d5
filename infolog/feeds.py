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
from .models import Topic


@public_page
@require_safe
def topic_feed(request: HttpRequest, election_slug: str, topic: str) -> HttpResponse:
    """Every public version of every request about it, newest first; whoever follows it learns that
    the last one was withdrawn.
    """
    election, at = election_at(election_slug), timezone.now()
    known = requests_of(election, AnonymousUser(), at).ever_about(topic)
    items = list(
        known.select_related("release", "election").order_by("-release__released_at", "slug")[
            :NEWEST
        ]
    )
    name = Topic.objects.filter(election=election, slug=topic).first()
    if name is None or not items:
        raise Http404("No public request has this topic.")
    return feed_of(
        request,
        items,
        title=f"{name}: information log of {election.name}",
        path=f"{reverse('infolog:log', args=[election.slug])}?topic={topic}",
        author=election.office.name,
    )
