"""What is made of released rows, made once.

A released row never changes, so what is drawn from it alone can be drawn once and used on every
page, for every reader who may see the row. Who may see it is asked anew each time: what is kept
is found only by the id of a row that ``visible_to`` gave. What the rows of a whole election have in
common is kept by the election's id, each piece with the ids of the rows it is of.

All of it is forgotten with the next public change (``releases/revision.py``): the names of offices,
elections and topics that stand in a fragment may change between two releases.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from pcc_portal.rehearsing import is_rehearsing

from .revision import public_revision

T = TypeVar("T")

# What this process made since the public change of this number. At most a few values for each
# released row, so it needs no other bound.
_made: dict[int, dict[tuple[str, int], Any]] = {}
_made_for_good: dict[tuple[str, int], Any] = {}


def kept(
    what: str, ids: Iterable[int], make: Callable[[list[int]], Mapping[int, T]]
) -> dict[int, T]:
    """``what`` of each of the released rows, or elections, ``ids``, in their order.

    ``make`` gives it for those that are not kept yet, all at once. It must use nothing but the
    rows and the public frame: not the reader, not the time. Nobody changes what it gives. Rows it
    gives nothing for are left out. Costs one query, and those of ``make``.
    """
    wanted = list(ids)
    if not wanted:
        return {}
    # What is tried out and undone uses the number that the next public change will have.
    made = {} if is_rehearsing() else _made_since(public_revision())
    missing = [pk for pk in wanted if (what, pk) not in made]
    if missing:
        made.update(((what, pk), value) for pk, value in make(missing).items())
    return {pk: made[what, pk] for pk in wanted if (what, pk) in made}


def kept_for_good(what: str, pk: int, make: Callable[[int], T]) -> T:
    """``what`` of one released row, made of nothing but frozen rows: no public change touches it.

    No query, but those of ``make`` the first time. Nobody changes what it gives.
    """
    if is_rehearsing():  # the row is a draft again in a moment
        return make(pk)
    found: T | None = _made_for_good.get((what, pk))
    if found is None:
        found = _made_for_good[what, pk] = make(pk)
    return found


def forget() -> None:
    """Forget everything, as after a database was put in the place of another."""
    _made.clear()
    _made_for_good.clear()


def _made_since(revision: int) -> dict[tuple[str, int], Any]:
    found = _made.get(revision)
    if found is None:
        _made.clear()
        found = _made.setdefault(revision, {})
    return found


def fragments(
    template: str, name: str, ids: Iterable[int], rows: QuerySet[Any]
) -> dict[int, SafeString]:
    """The template drawn for each of the released rows ``ids``, which it knows as ``name``.

    ``rows`` is how they are loaded with all the template needs, where they have to be. The
    template gets the row and nothing else, so it cannot hold anything about a reader.
    """

    def draw(missing: list[int]) -> dict[int, SafeString]:
        return {
            row.pk: render_to_string(template, {name: row}) for row in rows.filter(pk__in=missing)
        }

    return kept(f"{rows.model._meta.label_lower}-{template}", ids, draw)
