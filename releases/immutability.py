"""Released rows never change: triggers say so to whoever writes, whatever the way in.

They are made from the models and put back after every migration, on SQLite and PostgreSQL.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections, models

from pcc_portal.triggers import put_trigger

from .models import ReleasableItem, Release, ReleasedPart

REFUSAL = "This has been released and cannot be changed."
RELEASES = Release._meta.db_table
EVENTS = (("UPDATE", "OLD"), ("DELETE", "OLD"), ("INSERT", "NEW"), ("UPDATE", "NEW"))


def _release_of(model: type[models.Model], row: str) -> str:
    """SQL: the id of the release that the row ``row`` of ``model`` (OLD, NEW) is in."""
    if issubclass(model, ReleasableItem):
        return f"{row}.release_id"
    table, pk = _item_of(model, row)
    return f"(SELECT item.release_id FROM {table} item WHERE item.id = {pk})"


def _item_of(model: type[models.Model], row: str) -> tuple[str, str]:
    """The table of the item that the row ``row`` of ``model`` is part of, and SQL for its id."""
    field, parent = _parent(model)
    if issubclass(parent, ReleasableItem):
        return parent._meta.db_table, f"{row}.{field}"
    alias = f"{row.lower()}_{field.removesuffix('_id')}"
    table, pk = _item_of(parent, alias)
    return (
        table,
        f"(SELECT {pk} FROM {parent._meta.db_table} {alias} WHERE {alias}.id = {row}.{field})",
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


def _rules() -> Iterator[tuple[str, str, str, str]]:
    """(table, event, SQL condition, SQL to run before it on PostgreSQL) of every trigger."""
    for model in _locked_models():
        table = model._meta.db_table
        if model is Release:
            yield table, "UPDATE", "OLD.released_at IS NOT NULL", ""
            yield table, "DELETE", "OLD.released_at IS NOT NULL", ""
            continue
        # Nothing leaves or joins a finished release: neither an item, nor a part of one.
        for event, row in (
            ("UPDATE", "OLD"),
            ("DELETE", "OLD"),
            ("INSERT", "NEW"),
            ("UPDATE", "NEW"),
        ):
            of_release = f"FROM {RELEASES} r WHERE r.id = {_release_of(model, row)}"
            # A release that is being made right now is waited for: the next statement sees it. It
            # holds its items, which may not have been in a release before.
            wait = f"PERFORM 1 {of_release} FOR SHARE;"
            if not issubclass(model, ReleasableItem):
                items, pk = _item_of(model, row)
                wait = f"PERFORM 1 FROM {items} item WHERE item.id = {pk} FOR SHARE; {wait}"
            condition = f"EXISTS (SELECT 1 {of_release} AND r.released_at IS NOT NULL)"
            yield table, event, condition, wait


def forbid_changes_of_released(using: str) -> None:
    """Put the triggers on every releasable table that exists. Safe to run again."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    for table, event, condition, wait in _rules():
        if table in tables:
            row = "new" if "NEW." in condition else "old"
            put_trigger(
                connection,
                f"released_{event.lower()}_{row}_{table}",
                timing="BEFORE",
                event=event,
                table=table,
                condition=condition,
                wait=wait,
                sqlite=f"SELECT RAISE(ABORT, '{REFUSAL}');",
                postgresql=f"RAISE EXCEPTION '{REFUSAL}' "
                "USING ERRCODE = 'integrity_constraint_violation';",
            )
