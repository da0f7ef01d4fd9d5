"""Who changed what and when: one kept row for every change of a model that staff edit.

A model is recorded by ``history = History()``, or by a base class that has it. The rows are written
in the transaction of the change, and the database refuses to change or delete them.
"""

from typing import Any

from django.apps import apps
from django.db import connections, models
from simple_history.models import HistoricalChanges, HistoricalRecords

from .triggers import put_trigger

REFUSAL = "The record of what was changed cannot be changed itself."


class History(HistoricalRecords):
    """All fields and many-to-many relations of a model, save ``excluded_fields``.

    A save that changes nothing leaves no row. Whoever did it is kept by number without a
    constraint: the record outlives the account.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(user_db_constraint=False, **options)

    def _get_history_user_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super()._get_history_user_fields()
        fields["history_user"].remote_field.on_delete = models.DO_NOTHING
        return fields

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        # One permission reads the whole record, and none changes it.
        return {**super().get_meta_options(model), "default_permissions": ()}

    def get_meta_options_m2m(self, through_model: type[models.Model]) -> dict[str, Any]:
        return {**super().get_meta_options_m2m(through_model), "default_permissions": ()}

    def get_m2m_fields_from_model(self, model: type[models.Model]) -> list[Any]:
        return [f for f in model._meta.many_to_many if f.name not in self.excluded_fields]

    def m2m_changed(
        self, instance: Any, action: str, attr: str, pk_set: Any, reverse: bool, **more: Any
    ) -> None:
        """Also when the relation is changed from its other end, as ``group.user_set.add(user)``."""
        if not reverse:
            super().m2m_changed(instance, action, attr, pk_set, reverse, **more)
            return
        model: Any = more["model"]
        if action == "pre_clear":
            field = model._meta.get_field(attr)
            instance._cleared = list(model._default_manager.filter(**{field.name: instance}))
        elif action == "post_clear":
            for row in instance._cleared:
                self.create_historical_record(row, "~")
        elif action in ("post_add", "post_remove"):
            for row in model._default_manager.filter(pk__in=pk_set):
                self.create_historical_record(row, "~")

    def create_historical_record(self, instance: Any, history_type: str, using: Any = None) -> None:
        if history_type != "~" or not self._is_recorded(instance):
            super().create_historical_record(instance, history_type, using)

    def _is_recorded(self, instance: Any) -> bool:
        """Whether the newest row says the same already. One query, and one for each relation."""
        newest = instance.history.order_by("-history_id").first()
        if newest is None:
            return False
        for field in newest.tracked_fields:
            if getattr(field, "auto_now", False):
                continue  # when it was saved last is no change by itself
            now, then = getattr(instance, field.attname), getattr(newest, field.attname)
            if isinstance(field, models.FileField):
                now, then = str(now), str(then)
            if now != then:
                return False
        return all(
            set(getattr(instance, field.name).values_list("pk", flat=True))
            == set(related_pks(newest, field))
            for field in newest._history_m2m_fields
        )


def read_relations(records: list[Any]) -> None:
    """Read what the many-to-many relations of rows of one model held: a query a relation."""
    by_id = {record.history_id: record for record in records}
    for record in records:
        record.held = {field.name: [] for field in record._history_m2m_fields}
    for field in records[0]._history_m2m_fields if records else ():
        column = f"{field.m2m_reverse_field_name()}_id"
        for row in History.m2m_models[field].objects.filter(history__in=by_id).order_by(column):
            by_id[row.history_id].held[field.name].append(getattr(row, column))


def related_pks(record: Any, field: Any) -> list[Any]:
    """The keys a relation held at a row of the record. Queries unless ``read_relations`` ran."""
    if not hasattr(record, "held"):
        read_relations([record])
    held: list[Any] = record.held[field.name]
    return held


def recorded_models() -> list[Any]:
    """Every model whose changes are recorded, in the order of ``INSTALLED_APPS``."""
    return [m for m in apps.get_models() if hasattr(m._meta, "simple_history_manager_attribute")]


def forget_person(row: Any) -> int:
    """Empty the personal columns of all that is recorded of ``row``: names and addresses.

    A model names them in ``history_personal``. The database allows this change of a record and no
    other. Returns the number of recorded rows.
    """
    emptied = dict.fromkeys(row.history_personal, "")
    return int(type(row).history.filter(**{row._meta.pk.attname: row.pk}).update(**emptied))


def forbid_changes_of_history(using: str) -> None:
    """Put the triggers on every table of the record that exists. Safe to run again."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    for model in apps.get_models():
        table = model._meta.db_table
        if not issubclass(model, HistoricalChanges) or table not in tables:
            continue
        for event in ("UPDATE", "DELETE"):
            put_trigger(
                connection,
                f"history_{event.lower()}_{table}",
                timing="BEFORE",
                event=event,
                table=table,
                condition=_unless_forgotten(model, connection.vendor) if event == "UPDATE" else "",
                sqlite=f"SELECT RAISE(ABORT, '{REFUSAL}');",
                postgresql=f"RAISE EXCEPTION '{REFUSAL}' "
                "USING ERRCODE = 'integrity_constraint_violation';",
            )


def _unless_forgotten(model: Any, vendor: str) -> str:
    """SQL: the change does more than empty personal columns. Nothing for a model without any."""
    personal = getattr(model.instance_type, "history_personal", ())
    if not personal or not hasattr(model, "tracked_fields"):
        return ""
    same = "IS NOT DISTINCT FROM" if vendor == "postgresql" else "IS"
    kept = " AND ".join(
        f"(NEW.{f.column} {same} OLD.{f.column}"
        + (f" OR NEW.{f.column} = '')" if f.name in personal else ")")
        for f in model._meta.concrete_fields
    )
    return f"NOT ({kept})"
