"""What quotes what: an item, or a part of it, that points or has a link to another item.

A released row keeps pointing to the version it was released with. When that has been corrected or
withdrawn since, readers of what quotes it are told.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from pcc_portal.proofreading import own_path

from .content import part_models
from .kept import kept_for_good
from .models import Reader, ReleasableItem, item_at, later_version, releasable_models


@dataclass(frozen=True)
class Quote:
    """An item that quotes another one: for staff, drafts too."""

    item: Any

    def __str__(self) -> str:
        return str(self.item)

    @property
    def kind_in_words(self) -> str:
        return str(self.item.kind_in_words)

    @property
    def page(self) -> str:
        meta = self.item._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[self.item.pk])

    @property
    def told(self) -> str:
        version = f"version {self.item.version}, "
        return version + ("released" if self.item.is_released else "a draft")


@dataclass(frozen=True)
class Outdated:
    """Something quoted that is no longer as it was: ``by`` is the version that says so."""

    quoted: Any
    by: Any

    @property
    def happened(self) -> str:
        return "withdrawn" if self.by.is_withdrawal else "corrected"


def quotes_of(item: ReleasableItem, at: dt.datetime) -> list[Quote]:
    """What quotes any version of ``item``: the newest version of each, drafts too.

    A few queries for each relation that leads to its kind, and one for each table with text.
    """
    model = type(item)
    page = item.get_absolute_url()  # type: ignore[attr-defined]
    versions = model._default_manager.filter(election=item.election_id, slug=item.slug)
    keys = list(versions.values_list("pk", flat=True))
    found: dict[tuple[str, int, str], Any] = {}
    for quoting in releasable_models():
        rows = (
            quoting._default_manager.exclude(election=item.election_id, slug=item.slug)
            if quoting is model
            else quoting._default_manager.all()
        )
        pks = _quoting(quoting, model, keys) | _linking(quoting, page)
        current = rows.filter(pk__in=pks).exclude(later_version(quoting, at))
        for row in current.select_related("release").order_by("version"):
            found[row._meta.label, row.election_id, row.slug] = row
    return [Quote(row) for row in found.values()]


def _quoting(owner: Any, model: Any, keys: list[int]) -> set[int]:
    """The keys of rows of ``owner`` that point, themselves or by a part, to rows ``keys``."""
    pks: set[int] = set()
    for field in _pointing(owner, model):
        pks |= set(
            owner._default_manager.filter(**{f"{field.name}__in": keys}).values_list(
                "pk", flat=True
            )
        )
    for part in part_models(owner):
        if of_parts := _quoting(part, model, keys):
            rows = part._default_manager.filter(pk__in=of_parts)
            pks |= set(rows.values_list(f"{part.part_of}_id", flat=True))
    return pks


def _linking(owner: Any, page: str) -> set[int]:
    """The keys of rows of ``owner`` in whose text, or that of a part, the address ``page`` is."""
    texts = [
        field.name
        for field in owner._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
    ]
    pks: set[int] = set()
    if texts:
        has_link = Q(*((f"{name}__contains", page) for name in texts), _connector=Q.OR)
        pks |= set(owner._default_manager.filter(has_link).values_list("pk", flat=True))
    for part in part_models(owner):
        if of_parts := _linking(part, page):
            rows = part._default_manager.filter(pk__in=of_parts)
            pks |= set(rows.values_list(f"{part.part_of}_id", flat=True))
    return pks


def _pointing(owner: Any, model: Any) -> Iterator[Any]:
    for field in (*owner._meta.concrete_fields, *owner._meta.local_many_to_many):
        if field.related_model is model and field.name != getattr(owner, "part_of", None):
            yield field


def outdated_in(item: ReleasableItem, user: Reader, at: dt.datetime) -> list[Outdated]:
    """What ``item`` or a part of it quotes and has been corrected or withdrawn since.

    Only what ``user`` may know of. ``item`` is released: what it quotes is looked up once, with a
    query for each relation; then a query for each kind quoted, and one more where there is any.
    """
    quoted = kept_for_good(f"quoted {item._meta.label}", item.pk, lambda pk: _quoted(item))
    return [
        one for model, keys in quoted.items() for one in outdated(model, keys, user, at).values()
    ]


def _quoted(item: ReleasableItem) -> dict[Any, set[int]]:
    """The keys of what ``item`` and its parts point to, by kind; nothing for kinds of none.

    What it has a link to is quoted as it was when ``item`` was released.
    """
    quoted: dict[Any, set[int]] = defaultdict(set)
    _gather(type(item), [item.pk], quoted)
    links = [link for passage in item.passages() for link in passage.links]
    for path in {own_path(link.address) for link in links} - {""}:
        linked = item_at(path, released_by=item.release.released_at)  # type: ignore[union-attr]
        if linked and linked.slug != item.slug:
            quoted[type(linked)].add(linked.pk)
    return {model: keys for model, keys in quoted.items() if keys}


def outdated(model: Any, keys: Iterable[int], user: Reader, at: dt.datetime) -> dict[int, Outdated]:
    """Which of the released rows ``keys`` have been corrected or withdrawn since. Two queries.

    A change in small things is not told where something is quoted.
    """
    old = list(model._default_manager.filter(pk__in=keys).filter(later_version(model, at)))
    if not old:
        return {}
    versions: dict[tuple[int, str], list[Any]] = defaultdict(list)
    known = model._default_manager.visible_to(user, at).filter(slug__in={row.slug for row in old})
    for row in known.select_related("release", "election").order_by("version"):
        versions[row.election_id, row.slug].append(row)
    found = {}
    for row in old:
        for later in versions[row.election_id, row.slug]:
            if later.version > row.version and later.change != ReleasableItem.Change.MINOR:
                found[row.pk] = Outdated(row, later)
    return found


def _gather(owner: Any, pks: list[int], quoted: dict[Any, set[int]]) -> None:
    for field in (*owner._meta.concrete_fields, *owner._meta.local_many_to_many):
        model = field.related_model
        if not (isinstance(model, type) and issubclass(model, ReleasableItem)):
            continue
        if field.name != getattr(owner, "part_of", None):
            keys = owner._default_manager.filter(pk__in=pks).values_list(field.name, flat=True)
            quoted[model].update(key for key in keys if key)
    for part in part_models(owner):
        rows = part._default_manager.filter(**{f"{part.part_of}__in": pks})
        if of_parts := list(rows.values_list("pk", flat=True)):
            _gather(part, of_parts, quoted)
