"""A small ledger, and the hands that would change it: triggers away, then plain SQL."""

import datetime as dt

from django.db import connection

from pcc_portal.triggers import take_away_triggers
from releases.ledger import hash_of
from releases.models import LedgerEntry

AT = dt.datetime(2021, 4, 1, 10, tzinfo=dt.UTC)


def sql(statement: str, *values: object) -> None:
    """What somebody with the database’s password could do."""
    take_away_triggers(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def put_in(number: int, **changed: object) -> LedgerEntry:
    """An entry that has its right hash and follows the one before ``number``."""
    before = LedgerEntry.objects.filter(number=number - 1).first()
    model = LedgerEntry.objects.order_by("-number").first()
    entry = LedgerEntry(
        number=number,
        election=model.election,
        at=model.at,
        kind=LedgerEntry.Kind.OFFER,
        salt="0" * 32,
        facts="{}",
        previous_hash=before.entry_hash if before else "0" * 64,
    )
    for name, value in changed.items():
        setattr(entry, name, value)
    entry.entry_hash = hash_of(entry)
    entry.save(force_insert=True)
    return entry


def make_room(number: int) -> None:
    """Move the entries from ``number`` on up by one."""
    for found in LedgerEntry.objects.filter(number__gte=number).order_by("-number"):
        sql("UPDATE releases_ledgerentry SET number = number + 1 WHERE number = %s", found.number)
