"""An item's content as one text that is the same wherever and whenever it is written down.

It is what the ledger hashes, and what an approval is given for: every field of the row and of its
parts, and of a file the SHA-256 of its bytes. Not in it: the row's own number, and its release.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from .models import ReleasableItem, ReleasedPart

LEFT_OUT = frozenset({"id", "release"})
CHUNK = 1 << 20


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal texts."""
    return json.dumps(
        value, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(item: ReleasableItem) -> str:
    """The content of ``item`` as canonical JSON. Reads it and its parts anew: some queries.

    Raises ``FileNotFoundError`` when its file is gone.
    """
    return canonical(_described(type(item), [item.pk])[item.pk])


def content_hash(item: ReleasableItem) -> str:
    return sha256(content_of(item))


def content_hashes(model: type[models.Model], pks: Iterable[int]) -> dict[int, str]:
    """``content_hash`` of each of the rows ``pks``; nothing for one whose file is gone.

    The number of queries does not grow with the rows.
    """
    keys = list(pks)
    try:
        described = _described(model, keys) if keys else {}
    except FileNotFoundError:
        if len(keys) == 1:
            return {}
        return {pk: digest for key in keys for pk, digest in content_hashes(model, [key]).items()}
    return {pk: sha256(canonical(content)) for pk, content in described.items()}


def _described(model: Any, pks: list[int]) -> dict[int, dict[str, Any]]:
    """Each row with its parts: ``kind``, ``fields`` by name and ``parts`` in their order."""
    # What was just saved can differ in form from what the database gives back: 2.0 and 2.00.
    rows = list(model._default_manager.filter(pk__in=pks).order_by("pk"))
    related = {field.name: _related(field, pks) for field in model._meta.local_many_to_many}
    parts: dict[int, list[Any]] = defaultdict(list)
    for part in part_models(model):
        owner = f"{part.part_of}_id"
        keys = dict(
            part._default_manager.filter(**{f"{part.part_of}__in": pks})
            .order_by("pk")
            .values_list("pk", owner)
        )
        if keys:
            for pk, described in _described(part, list(keys)).items():
                parts[keys[pk]].append(described)
    return {
        row.pk: {
            "kind": model._meta.label_lower,
            "fields": {
                field.name: _value(field, row)
                for field in model._meta.concrete_fields
                if field.name not in LEFT_OUT and field.name != getattr(model, "part_of", None)
            }
            | {name: held[row.pk] for name, held in related.items()},
            "parts": parts[row.pk],
        }
        for row in rows
    }


def part_models(model: type[models.Model]) -> Iterator[type[ReleasedPart]]:
    """The models whose rows are parts of a row of ``model``, in the order of their names."""
    for part in sorted(apps.get_models(), key=lambda model: model._meta.label_lower):
        if issubclass(part, ReleasedPart):
            related = part._meta.get_field(part.part_of).related_model
            if related is model:
                yield part


def _related(field: Any, pks: list[int]) -> dict[int, list[int]]:
    """By row the keys that a many-to-many relation holds, in order."""
    held: dict[int, list[int]] = defaultdict(list)
    mine, other = field.m2m_column_name(), field.m2m_reverse_name()
    rows = field.remote_field.through._default_manager.filter(**{f"{mine}__in": pks})
    for pk, key in rows.order_by(other).values_list(mine, other):
        held[pk].append(key)
    return held


def _value(field: Any, row: Any) -> Any:
    if isinstance(field, models.FileField):
        return _file(getattr(row, field.name))
    return getattr(row, field.attname)


def _file(file: Any) -> Any:
    if not file:
        return ""
    digest = hashlib.sha256()
    with file.storage.open(file.name) as opened:
        while chunk := opened.read(CHUNK):
            digest.update(chunk)
    return {"name": file.name, "sha256": digest.hexdigest()}
