from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def take_away_triggers(connection: BaseDatabaseWrapper) -> None:
    """Remove every trigger from SQLite: it refuses to alter a table that one of them mentions.

    Safe before migrations, because they are put back after them. PostgreSQL needs nothing.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')


def put_trigger(
    connection: BaseDatabaseWrapper, name: str, *, timing: str, event: str, table: str, **body: Any
) -> None:
    """Make the trigger ``name``, in place of one of that name, on SQLite or PostgreSQL.

    ``timing`` is BEFORE or AFTER; ``event`` INSERT, UPDATE or DELETE. ``body`` holds ``condition``
    (SQL, or empty for always), what to do then: ``sqlite`` and ``postgresql``, and ``wait``: a
    statement PostgreSQL runs first, to wait for a transaction the condition depends on.
    """
    condition, action = body["condition"], body[connection.vendor]
    name = name[:63]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A trigger's WHEN may hold no subquery there, so the function asks the question.
            action = f"IF {condition} THEN {action} END IF;" if condition else action
            row = "OLD" if event == "DELETE" else "NEW"
            cursor.execute(
                f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger AS $$ '
                f"BEGIN {body.get('wait', '')} {action} RETURN {row}; END $$ LANGUAGE plpgsql"
            )
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"')
            cursor.execute(
                f'CREATE TRIGGER "{name}" {timing} {event} ON "{table}" '
                f'FOR EACH ROW EXECUTE FUNCTION "{name}"()'
            )
        else:
            when = f"WHEN {condition} " if condition else ""
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
            cursor.execute(
                f'CREATE TRIGGER "{name}" {timing} {event} ON "{table}" {when}BEGIN {action} END'
            )
