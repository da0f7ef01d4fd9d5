"""The one act that makes things known: a release, now or when its time has come."""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from elections.models import Election, User

from .models import ReleasableItem, Release, items_of

logger = logging.getLogger(__name__)


class ReleaseRefused(Exception):
    """Why a release cannot happen: ``code`` for programs, ``sentence`` for the person who asked."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def release(release: Release, *, at: dt.datetime) -> Release:
    """Make everything in ``release`` known at the moment ``at``: all of it or nothing.

    Raises ``ReleaseRefused`` when ``at`` is still to come (``future``): what is known is known now;
    when it is over already (``released``), holds nothing (``empty``) or
    holds an item that is not fit to be shown (``not_ready``).
    """
    if at > timezone.now():
        raise ReleaseRefused("future", "That moment has not come yet. Set a time on the release.")
    with transaction.atomic():
        release = Release.objects.select_for_update().get(pk=release.pk)
        if release.is_released:
            raise ReleaseRefused("released", f"“{release}” has been released already.")
        items = items_of(release)
        if not items:
            raise ReleaseRefused("empty", f"“{release}” has nothing in it to release.")
        for item in items:
            try:
                item.full_clean()
                item.check_ready()
            except ValidationError as error:
                raise ReleaseRefused(
                    "not_ready", f"“{item}” is not ready: {' '.join(error.messages)}"
                ) from error
        release.released_at = at
        release.save(update_fields=["released_at"])
    logger.info("release %s: %s items", release.pk, len(items))
    return release


def release_items(
    items: Iterable[ReleasableItem],
    *,
    election: Election,
    title: str,
    at: dt.datetime,
    by: User | None = None,
) -> Release:
    """Release ``items`` together, in a release made for them. Raises as ``release`` does."""
    with transaction.atomic():
        bundle = Release.objects.create(election=election, title=title, created_by=by)
        for item in items:
            item.release = bundle
            item.save(update_fields=["release"])
        return release(bundle, at=at)


def title_of(items: Sequence[ReleasableItem]) -> str:
    """A title for a release of ``items``, after the first of them."""
    more = f" and {len(items) - 1} more" if len(items) > 1 else ""
    return f"{str(items[0])[: 200 - len(more)]}{more}"


def release_due(*, at: dt.datetime) -> list[Release]:
    """Release all that is due at the moment ``at``; one that is refused does not stop the others.

    The job worker calls this every minute. Calling it twice does nothing the second time.
    """
    done = []
    for due in Release.objects.due(at).order_by("due_at", "id"):
        try:
            done.append(release(due, at=at))
        except ReleaseRefused as refused:
            logger.warning("release %s refused: %s", due.pk, refused.code)
    return done
