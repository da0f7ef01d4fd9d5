"""Public releases as Atom feeds: what everyone may know, whoever asks."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from elections.addresses import election_at
from elections.models import Election

from .mails import Told
from .models import ReleasableItem, releasable_models

NEWEST = 50


@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    return _feed(request, "Candidates’ portal", reverse("elections"), {})


@require_safe
def of_election(request: HttpRequest, election_slug: str) -> HttpResponse:
    election = election_at(election_slug)
    title = f"{election.name}, {election.office.short_name}"
    return _feed(request, title, reverse("election", args=[election.slug]), {"election": election})


def _feed(request: HttpRequest, title: str, path: str, only: dict[str, Election]) -> HttpResponse:
    return feed_of(
        request,
        newest_public(at=timezone.now(), only=only),
        title=title,
        path=path,
        author=only["election"].office.name if only else "Candidates’ portal",
    )


def feed_of(
    request: HttpRequest, items: Iterable[ReleasableItem], *, title: str, path: str, author: str
) -> HttpResponse:
    """The feed of released ``items``, which everyone may see; ``path`` is the page about them."""
    feed = Atom1Feed(
        title=title,
        link=request.build_absolute_uri(path),
        description="What the office has released to everyone.",
        feed_url=request.build_absolute_uri(request.path),
        language="en-gb",
        author_name=author,
    )
    for item in items:
        feed.add_item(**_entry(request, item))
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def newest_public(*, at: dt.datetime, only: dict[str, Election]) -> list[ReleasableItem]:
    """The newest released versions, whatever their kind, newest first. One query a kind."""
    found: list[ReleasableItem] = []
    for model in releasable_models():
        rows = model.objects.visible_to(AnonymousUser(), at).filter(**only)
        rows = rows.select_related("release", "election")
        found += rows.order_by("-release__released_at", "slug")[:NEWEST]
    found.sort(key=_released, reverse=True)
    return found[:NEWEST]


def _released(item: ReleasableItem) -> Any:
    assert item.release is not None  # noqa: S101  only what is released is visible
    return item.release.released_at


def _entry(request: HttpRequest, item: ReleasableItem) -> dict[str, Any]:
    told = Told(item, "")
    address = request.build_absolute_uri(item.get_absolute_url())  # type: ignore[attr-defined]
    words = [f"{told.heading}, {item.election.name}."]
    if item.change_note:
        words.append(f"What changed, and why: {item.change_note}")
    return {
        "title": f"{told.heading}: {item}",
        "link": address,
        "description": " ".join(words),
        "unique_id": f"{address}?version={item.version}",
        "pubdate": _released(item),
        "updateddate": _released(item),
        "categories": [told.kind],
    }
