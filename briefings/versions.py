"""Which version of an item a page shows: the one in force, or an older one that was asked for."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from releases.models import later_version


def with_corrections(items: QuerySet[Any], at: dt.datetime) -> QuerySet[Any]:
    """Mark as ``is_corrected`` each item with a newer version released by the moment ``at``."""
    return items.annotate(is_corrected=later_version(items.model, at))


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
