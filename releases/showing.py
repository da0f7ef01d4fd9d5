"""An item as it stands, in words, for whoever has to decide about it."""

from typing import Any

from django.db import models
from django.utils.text import capfirst

from pcc_portal.plain_text import plain_text
from pcc_portal.values import NOTHING, in_words, label

from .content import part_models
from .models import ReleasableItem

LEFT_OUT = frozenset({"id", "release", "election", "region", "ordering", "position"})

# A heading, and under it what each field holds.
Shown = tuple[str, list[tuple[str, str]]]


def in_full(item: ReleasableItem) -> list[Shown]:
    """The fields of an item, then those of its parts, each under a heading. Costs queries."""
    return _shown(item, f"{item.kind_in_words}: {item}")


def _shown(row: Any, heading: str) -> list[Shown]:
    found = [(heading, list(_fields(row)))]
    for model in part_models(type(row)):
        for part in model._default_manager.filter(**{model.part_of: row}):
            found += _shown(part, str(capfirst(model._meta.verbose_name)))
    return found


def _fields(row: Any) -> Any:
    for field in (*row._meta.concrete_fields, *row._meta.local_many_to_many):
        if field.name in LEFT_OUT or field.name == getattr(row, "part_of", None):
            continue
        if field.many_to_many:
            value: Any = list(getattr(row, field.name).values_list("pk", flat=True))
        else:
            value = field.value_from_object(row)
        if isinstance(field, models.FileField):
            told = "; ".join(filter(None, [str(value).rpartition("/")[2]])) or NOTHING
        elif isinstance(field, models.TextField | models.CharField) and not field.choices:
            told = plain_text(value) if value.startswith("<") else str(value)
        else:
            told = in_words(field, value)
        if told and told != NOTHING:
            yield label(field), told
