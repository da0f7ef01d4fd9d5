"""The ledger: appended to, never changed, and each entry holds the hash of the one before.

Whoever writes an entry locks the head first, so entries follow one another without gap or fork.
"""

import datetime as dt
from typing import Any

from django.db import connections, transaction

from elections.models import Election
from pcc_portal.triggers import put_trigger

from .content import canonical, sha256
from .models import LedgerEntry, LedgerHead

# What the first entry holds in place of a hash of the one before.
GENESIS = "0" * 64
REFUSAL = "The ledger only grows."


def append(
    kind: LedgerEntry.Kind,
    *,
    election: Election,
    at: dt.datetime,
    facts: dict[str, Any],
    content: str = "",
) -> LedgerEntry:
    """Add an entry within the transaction of what it tells of: both happen, or neither.

    ``facts`` name people by number only. Two queries more than the insert.
    """
    with transaction.atomic():
        head = LedgerHead.objects.select_for_update().get(id=1)
        entry = LedgerEntry(
            number=head.number + 1,
            election=election,
            at=at,
            kind=kind,
            facts=canonical(facts),
            content=content,
            content_hash=sha256(content) if content else "",
            previous_hash=head.entry_hash,
        )
        entry.entry_hash = hash_of(entry)
        entry.save(force_insert=True)
        LedgerHead.objects.filter(id=1).update(number=entry.number, entry_hash=entry.entry_hash)
    return entry


def hash_of(entry: LedgerEntry) -> str:
    """The SHA-256 an entry has to have. Of the content it takes the hash in."""
    return sha256(
        canonical(
            {
                "number": entry.number,
                "election": entry.election_id,
                "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
                "kind": str(entry.kind),
                "facts": entry.facts,
                "content": entry.content_hash,
                "previous": entry.previous_hash,
            }
        )
    )


def forbid_changes_of_ledger(using: str) -> None:
    """Make the head, and the triggers that let both tables only grow. Safe to run again."""
    connection = connections[using]
    entries, head = LedgerEntry._meta.db_table, LedgerHead._meta.db_table
    if not {entries, head} <= set(connection.introspection.table_names()):
        return
    LedgerHead.objects.using(using).get_or_create(id=1, defaults={"entry_hash": GENESIS})
    for table, event, condition in (
        (entries, "UPDATE", ""),
        (entries, "DELETE", ""),
        (head, "UPDATE", "NEW.number <> OLD.number + 1"),
        (head, "DELETE", ""),
    ):
        put_trigger(
            connection,
            f"ledger_{event.lower()}_{table}",
            timing="BEFORE",
            event=event,
            table=table,
            condition=condition,
            sqlite=f"SELECT RAISE(ABORT, '{REFUSAL}');",
            postgresql=f"RAISE EXCEPTION '{REFUSAL}' "
            "USING ERRCODE = 'integrity_constraint_violation';",
        )
