"""Which version of an item a page shows: the one in force, or an older one that was asked for."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest


def with_corrections(items: QuerySet[Any], at: dt.datetime) -> QuerySet[Any]:
    """Mark as ``is_corrected`` each item with a newer version released by the moment ``at``."""
    newer = items.model._default_manager.filter(
        election=OuterRef("election"),
        slug=OuterRef("slug"),
        version__gt=OuterRef("version"),
        release__released_at__lte=at,
    )
    return items.annotate(is_corrected=Exists(newer))


def version_asked_for(
    items: QuerySet[Any], request: HttpRequest, slug: str, at: dt.datetime
) -> tuple[Any, list[Any]]:
    """The item at the address ``slug``, and all its versions the reader may see, newest first.

    Without ``?version=1`` only the one in force will do. ``items`` are those of one election that
    the reader may see. One query. Raises ``Http404`` when there is no such version.
    """
    versions = list(with_corrections(items.filter(slug=slug), at).order_by("-version"))
    wanted = request.GET.get("version")
    for item in versions:
        if (wanted is None and not item.is_corrected) or str(item.version) == wanted:
            return item, versions
    raise Http404(f"Nothing to show at {slug}.")
