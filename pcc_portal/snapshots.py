"""What a row of a staff form and the rows of its inlines hold, to tell two moments apart."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.db import models
from django.utils.text import capfirst

from .audit import last_change
from .values import in_words, label, plain

SALT = "staff form as loaded"

# "app.model:key" of each row, and of each row its plain values by field name.
Snapshot = dict[str, dict[str, Any]]


@dataclass
class Difference:
    """One field of one row that somebody else changed."""

    name: str
    label: str
    loaded: str
    now: str
    # The person who is told typed in it too: that stands in the form they get back.
    is_typed: bool = False


@dataclass
class RowChange:
    """What became of one row since the form was loaded, and by whom."""

    key: str
    row: str
    happened: str
    by: str
    at: Any
    differences: list[Difference] = field(default_factory=list)


def row_key(model: Any, pk: Any) -> str:
    return f"{model._meta.label_lower}:{pk}"


def tracked_fields(model: Any) -> Iterator[Any]:
    """What is recorded of the model is what counts: no password, nor when somebody signed in."""
    record = model.history.model
    for one in record.tracked_fields:
        if not (one.primary_key or getattr(one, "auto_now", False)):
            yield one
    yield from record._history_m2m_fields


def held(row: Any) -> dict[str, Any]:
    """What a row holds now. A query for each many-to-many relation unless prefetched."""
    held = {}
    for one in tracked_fields(type(row)):
        if one.many_to_many:
            held[one.name] = sorted(related.pk for related in getattr(row, one.name).all())
        else:
            held[one.name] = plain(
                one.value_from_object(row) if not is_file(one) else getattr(row, one.name).name
            )
    return held


def is_file(one: Any) -> bool:
    return isinstance(one, models.FileField)


def relation_to(model: Any, owner: Any) -> Any:
    return next(f for f in model._meta.concrete_fields if f.related_model is owner)


def sign(snapshot: Snapshot) -> str:
    """The snapshot as a form carries it, so that it comes back as it went out."""
    return signing.dumps(snapshot, salt=SALT, compress=True)


def read(token: str) -> Snapshot | None:
    """What a form was loaded with; nothing when that cannot be read."""
    try:
        loaded: Snapshot = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return loaded


def in_a_sentence(change: RowChange) -> str:
    told = "; ".join(f"{one.label}: {one.loaded} → {one.now}" for one in change.differences)
    return f"{change.row}: {change.happened} by {change.by}." + (f" {told}." if told else "")


def _models(page: Any) -> dict[str, Any]:
    known = [page.model, *(inline.model for inline in page.inlines)]
    return {model._meta.label_lower: model for model in known}


def changes_of(page: Any, loaded: Snapshot, now: Snapshot) -> list[RowChange]:
    """Row by row and field by field what ``now`` differs in from ``loaded``, and whose it is."""
    changes = []
    for key in dict.fromkeys([*loaded, *now]):
        was, became = loaded.get(key), now.get(key)
        if was == became:
            continue
        name, _, pk = key.partition(":")
        model = _models(page).get(name)
        if model is None:
            continue
        kind = str(capfirst(model._meta.verbose_name))
        last = last_change(model, int(pk))
        row = kind if model is page.model else f"{kind} “{last.row}”" if last.row else kind
        happened = "deleted" if became is None else "added" if was is None else "changed"
        changes.append(
            RowChange(
                key,
                row,
                happened,
                last.by,
                last.at,
                [
                    Difference(
                        one.name,
                        label(one),
                        in_words(one, (was or {}).get(one.name)),
                        in_words(one, (became or {}).get(one.name)),
                    )
                    for one in tracked_fields(model)
                    if became is not None
                    and (was or {}).get(one.name) != became.get(one.name)
                    and one.related_model is not page.model
                ],
            )
        )
    return changes
