"""What the parts of answers rest on, as one reader may see it: each in the version cited."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone

from releases.models import Reader
from releases.models.item import withdrawn_later

from .models import InformationRequest, Part

# How the rooms that own them read all that is shown of them.
READ_WITH = {"figures": "with_source", "statements": "with_table"}


def read_citations(items: Sequence[InformationRequest], reader: Reader, at: dt.datetime) -> None:
    """Give each part of ``items`` its ``cites``: by relation the rows that ``reader`` may see.

    A few queries for each relation, however many items. What was withdrawn is not among the rows.
    """
    prefetch_related_objects(items, "parts__responses")
    parts = {part.pk: part for item in items for part in item.parts.all()}
    for part in parts.values():
        part.cites = {name: [] for name in Part.CITES}
    for name in Part.CITES if parts else ():
        for pk, row in _cited(name, list(parts), reader, at):
            parts[pk].cites[name].append(row)


def _cited(name: str, parts: list[int], reader: Reader, at: dt.datetime) -> list[tuple[int, Any]]:
    """Which part cites which row, the rows in their own order."""
    field: Any = Part._meta.get_field(name)
    cited = f"{field.m2m_reverse_field_name()}_id"
    pairs = list(
        field.remote_field.through.objects.filter(part__in=parts).values_list("part_id", cited)
    )
    if not pairs:
        return []
    # Also in a mail that tells of an earlier moment: nothing of what was withdrawn since.
    gone = withdrawn_later(field.related_model, timezone.now())
    visible = field.related_model.objects.visible_to(reader, at).exclude(gone)
    rows = getattr(visible.filter(pk__in={key for _, key in pairs}), READ_WITH[name])()
    return [(pk, row) for row in rows for pk, key in pairs if key == row.pk]
