"""An item's content as one text that is the same wherever and whenever it is written down.

It is what the ledger hashes, and what an approval is given for: every field of the row and of its
parts, and of a file the SHA-256 of its bytes. Not in it: the row's own number, and its release.
"""

import hashlib
import json
from collections.abc import Iterator
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
    # What was just saved can differ in form from what the database gives back: 2.0 and 2.00.
    return canonical(described(type(item)._default_manager.get(pk=item.pk)))


def content_hash(item: ReleasableItem) -> str:
    return sha256(content_of(item))


def described(row: Any) -> dict[str, Any]:
    """A row with its parts: ``kind``, ``fields`` by name and ``parts`` in their order."""
    fields = {
        field.name: _value(field, row)
        for field in (*row._meta.concrete_fields, *row._meta.local_many_to_many)
        if field.name not in LEFT_OUT and field.name != getattr(row, "part_of", None)
    }
    return {
        "kind": row._meta.label_lower,
        "fields": fields,
        "parts": [described(part) for part in _parts(row)],
    }


def part_models(model: type[models.Model]) -> Iterator[type[ReleasedPart]]:
    """The models whose rows are parts of a row of ``model``, in the order of their names."""
    for part in sorted(apps.get_models(), key=lambda model: model._meta.label_lower):
        if issubclass(part, ReleasedPart):
            related = part._meta.get_field(part.part_of).related_model
            if related is model:
                yield part


def _parts(row: Any) -> Iterator[Any]:
    for part in part_models(type(row)):
        yield from part._default_manager.filter(**{part.part_of: row}).order_by("pk")


def _value(field: Any, row: Any) -> Any:
    if isinstance(field, models.ManyToManyField):
        return sorted(getattr(row, field.name).values_list("pk", flat=True)) if row.pk else []
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
