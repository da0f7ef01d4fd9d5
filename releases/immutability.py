"""Released rows never change: triggers say so to whoever writes, whatever the way in.

They are made from the models and put back after every migration, on SQLite and PostgreSQL.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections, models

from .models import ReleasableItem, Release, ReleasedPart
from .triggers import put_trigger

REFUSAL = "This has been released and cannot be changed. Make a new version instead."


def _released_when(model: type[models.Model], row: str) -> str:
    """SQL: the row ``row`` of ``model`` (OLD, NEW or an alias) is part of a finished release."""
    if model is Release:
        return f"{row}.released_at IS NOT NULL"
    if issubclass(model, ReleasableItem):
        return (
            f"EXISTS (SELECT 1 FROM {Release._meta.db_table} r "
            f"WHERE r.id = {row}.release_id AND r.released_at IS NOT NULL)"
        )
    field, parent = _parent(model)
    alias = f"{row.lower()}_{field.removesuffix('_id')}"
    return (
        f"EXISTS (SELECT 1 FROM {parent._meta.db_table} {alias} "
        f"WHERE {alias}.id = {row}.{field} AND {_released_when(parent, alias)})"
    )


def _parent(model: type[models.Model]) -> tuple[str, Any]:
    """The column that leads from a part to what it is part of, and the model it leads to."""
    if issubclass(model, ReleasedPart):
        field: Any = model._meta.get_field(model.part_of)
    else:  # the rows of a many-to-many relation: part of the side that declares it
        field = next(f for f in model._meta.fields if f.remote_field)
    return field.column, field.related_model


def _locked_models() -> Iterator[Any]:
    yield Release
    for model in apps.get_models():
        if issubclass(model, ReleasableItem | ReleasedPart):
            yield model
            for relation in model._meta.local_many_to_many:
                through: Any = relation.remote_field.through
                if through._meta.auto_created:
                    yield through


def _rules() -> Iterator[tuple[str, str, str]]:
    """(table, event, SQL condition) of every trigger."""
    for model in _locked_models():
        table = model._meta.db_table
        yield table, "UPDATE", _released_when(model, "OLD")
        yield table, "DELETE", _released_when(model, "OLD")
        if model is not Release:
            # Nothing joins a finished release: neither an item, nor a part of one.
            yield table, "INSERT", _released_when(model, "NEW")
            yield table, "UPDATE", _released_when(model, "NEW")


def forbid_changes_of_released(using: str) -> None:
    """Put the triggers on every releasable table that exists. Safe to run again."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    for table, event, condition in _rules():
        if table in tables:
            row = "new" if "NEW." in condition else "old"
            put_trigger(
                connection,
                f"released_{event.lower()}_{row}_{table}",
                timing="BEFORE",
                event=event,
                table=table,
                condition=condition,
                sqlite=f"SELECT RAISE(ABORT, '{REFUSAL}');",
                postgresql=f"RAISE EXCEPTION '{REFUSAL}' "
                "USING ERRCODE = 'integrity_constraint_violation';",
            )
