"""The number that changes with every change of what the public sees, and with nothing else.

Triggers count a finished release and every change to a row of the public frame in the transaction
that makes the change, so the new number and the change become visible together, in this order
only. Whatever is kept under the number is therefore never stale.
"""

from django.apps import apps
from django.db import connection, connections

from pcc_portal.public_frame import PublicFrame
from pcc_portal.triggers import put_trigger

from .models import PublicRevision, Release

TABLE = PublicRevision._meta.db_table
COUNT_ON = f"UPDATE {TABLE} SET number = number + 1 WHERE id = 1;"
READ = f"SELECT number FROM {TABLE} WHERE id = 1"


def public_revision() -> int:
    """The number now. One query for one row."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return int(cursor.fetchone()[0])


def count_public_changes(using: str) -> None:
    """Make the row and the triggers that count on it. Safe to run again."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if TABLE not in tables:
        return
    PublicRevision.objects.using(using).get_or_create(id=1)
    release_table = Release._meta.db_table
    watched = [(release_table, "UPDATE", "NEW.released_at IS NOT NULL")]
    watched += [
        (model._meta.db_table, event, "")
        for model in apps.get_models()
        if issubclass(model, PublicFrame)
        for event in ("INSERT", "UPDATE", "DELETE")
    ]
    for table, event, condition in watched:
        if table in tables:
            put_trigger(
                connection,
                f"public_{event.lower()}_{table}",
                timing="AFTER",
                event=event,
                table=table,
                condition=condition,
                sqlite=COUNT_ON,
                postgresql=COUNT_ON,
            )
