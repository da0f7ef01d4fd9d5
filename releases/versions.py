"""Versions of one item: made as a draft of the next one, and found for the page that shows them."""

import datetime as dt
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from elections.models import Election, User
from elections.refusals import Refused

from .content import part_models
from .models import Reader, ReleasableItem, ReleasedPart, later_version


def new_version(
    item: ReleasableItem, *, change: str, note: str, by: User | None, at: dt.datetime
) -> Any:
    """A draft of the next version of ``item``, with its parts and files; of a withdrawal without.

    What it refers to becomes the version in force, as far as that was not withdrawn. Raises
    ``Refused``: ``draft`` when there is a later version that is not released yet; ``not_released``,
    ``superseded``, ``withdrawn`` when it is not the version in force; ``note`` where one is needed.
    """
    model = type(item)
    with transaction.atomic():
        # Whoever else makes one waits here.
        item = model.objects.held(item.pk) or item
        _refuse(item, change, note, at)
        copy = _copy(item, by, at, version=item.version + 1, change=change, release_id=None)
        copy.change_note = note.strip()
        _save(copy, by, at)
        if change != ReleasableItem.Change.WITHDRAWAL:
            _copy_relations(item, copy, at)
            _copy_parts(item, copy, by, at)
    return copy


def current(rows: QuerySet[Any], user: Reader, at: dt.datetime) -> QuerySet[Any]:
    """The versions in force of what ``rows`` are versions of, as far as ``user`` may see them.

    A released row keeps pointing to the version it was released with; readers are led on.
    """
    same = rows.filter(election=models.OuterRef("election"), slug=models.OuterRef("slug"))
    visible: Any = rows.model._default_manager.visible_to(user, at)
    found: QuerySet[Any] = visible.newest(at).filter(models.Exists(same))
    return found.select_related("election")


def _refuse(item: ReleasableItem, change: str, note: str, at: dt.datetime) -> None:
    later = type(item)._default_manager.filter(
        election=item.election_id, slug=item.slug, version__gt=item.version
    )
    if draft := later.filter(release__released_at=None).first():
        raise Refused(
            "draft",
            f"There is a draft of version {draft.version} already. Finish it or delete it first.",
        )
    if not item.is_released:
        raise Refused("not_released", "This is a draft: change it as it stands.")
    if later.exists():
        raise Refused("superseded", "A later version is in force. Make the new one from that.")
    if item.is_withdrawal:
        raise Refused("withdrawn", "This was withdrawn. Write what is to be told under a new one.")
    if change not in ReleasableItem.Change:
        raise Refused("change", "Say what kind of change it is.", "change")
    if change in ReleasableItem.NEED_NOTE and not note.strip():
        raise Refused("note", "Say what changed, and why: everyone who was told reads it.", "note")


def _copy(row: Any, by: User | None, at: dt.datetime, **values: Any) -> Any:
    """An unsaved copy of ``row``; what it refers to is the version in force."""
    fields = {
        field.attname: _stored(field, row)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    for field in row._meta.concrete_fields:
        if _refers_to_an_item(field) and getattr(row, field.attname):
            referred = _in_force(field.related_model, [getattr(row, field.attname)], at)
            fields[field.attname] = referred[0] if referred else getattr(row, field.attname)
    return type(row)(**fields | values)


def _stored(field: Any, row: Any) -> Any:
    value = getattr(row, field.attname)
    # The name of the file: both versions have the same one until another is uploaded.
    return value.name if isinstance(field, models.FileField) else value


def _save(row: Any, by: User | None, at: dt.datetime) -> None:
    row._history_user, row._history_date = by, at
    row.save()


def _refers_to_an_item(field: Any) -> bool:
    model = field.related_model
    is_item = isinstance(model, type) and issubclass(model, ReleasableItem)
    return is_item and field.name != getattr(field.model, "part_of", None)


def _in_force(model: Any, pks: list[int], at: dt.datetime) -> list[int]:
    """The keys of the versions in force of the rows ``pks``, in their order."""
    found = []
    for row in model._default_manager.filter(pk__in=pks).order_by("pk"):
        released = model._default_manager.filter(
            election=row.election_id, slug=row.slug, release__released_at__lte=at
        )
        last = released.newest(at).first()
        if last or not released.exists():
            found.append(last.pk if last else row.pk)
    return found


def _copy_relations(row: Any, copy: Any, at: dt.datetime) -> None:
    for field in row._meta.local_many_to_many:
        pks = list(getattr(row, field.name).values_list("pk", flat=True))
        is_item = issubclass(field.related_model, ReleasableItem)
        getattr(copy, field.name).set(_in_force(field.related_model, pks, at) if is_item else pks)


def _copy_parts(row: Any, copy: Any, by: User | None, at: dt.datetime) -> None:
    for model in part_models(type(row)):
        part: ReleasedPart
        for part in model._default_manager.filter(**{model.part_of: row}).order_by("pk"):
            new = _copy(part, by, at, **{f"{model.part_of}_id": copy.pk})
            _save(new, by, at)
            _copy_relations(part, new, at)
            _copy_parts(part, new, by, at)


# --- For the page of an item ------------------------------------------------------------------


def with_corrections(items: Any, at: dt.datetime) -> Any:
    """Mark as ``is_superseded`` each item with a newer version released by the moment ``at``."""
    return items.annotate(is_superseded=later_version(items.model, at))


def version_asked_for(
    items: QuerySet[Any], request: HttpRequest, slug: str, at: dt.datetime
) -> tuple[Any, list[Any]]:
    """The item at the address ``slug``, and all its versions the reader may see, newest first.

    Without ``?version=1`` only the last one will do. ``items`` are those of one election that
    the reader may see. One query. Raises ``Http404`` when there is no such version.
    """
    of_item = with_corrections(items.filter(slug=slug), at)
    versions = list(of_item.select_related("release").order_by("-version"))
    wanted = request.GET.get("version")
    for item in versions:
        if (wanted is None and not item.is_superseded) or str(item.version) == wanted:
            return item, versions
    raise Http404(f"Nothing to show at {slug}.")


def withdrawn_items(items: Any, user: Reader, at: dt.datetime) -> Any:
    """What lists of ``items`` name as withdrawn, the last one first. One query when read."""
    said = items.visible_to(user, at).withdrawn(at).select_related("release", "election")
    return said.order_by("-release__released_at", "-pk")


def withdrawn_page(
    request: HttpRequest, election: Election, section: str, item: Any
) -> HttpResponse:
    """The page of something withdrawn: that it was, when and why, and nothing of what it said."""
    item.election = election
    context = {"election": election, "section": section, "item": item}
    return render(request, "releases/withdrawn.html", context)


def content_asked_for(
    items: QuerySet[Any], request: HttpRequest, slug: str, at: dt.datetime
) -> Any:
    """The item as above, for its file or its table. Raises ``Http404`` if it was withdrawn too."""
    item, _ = version_asked_for(items, request, slug, at)
    if item.is_withdrawal:
        raise Http404(f"What was at {slug} has been withdrawn.")
    return item
