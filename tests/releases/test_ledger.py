import pytest
from django.db import Error, connection, transaction

from releases import ledger
from releases.models import LedgerEntry, LedgerHead
from tests.conftest import NOON


@pytest.fixture
def entry(election) -> LedgerEntry:
    return _append(election)


def _append(election, **facts) -> LedgerEntry:
    return ledger.append(LedgerEntry.Kind.RELEASE, election=election, at=NOON, facts=facts)


def test_entries_follow_one_another_and_each_holds_the_hash_of_the_one_before(election):
    first, second = _append(election), _append(election)

    head = LedgerHead.objects.get()
    assert (first.previous_hash, second.previous_hash) == (ledger.GENESIS, first.entry_hash)
    assert (first.number, second.number) == (1, 2)
    assert (head.number, head.entry_hash) == (2, second.entry_hash)


def test_entry_read_back_has_the_hash_it_was_written_with(election):
    entry = ledger.append(
        LedgerEntry.Kind.RELEASE, election=election, at=NOON, facts={"b": 1, "a": 2}, content="{}"
    )

    read = LedgerEntry.objects.get()
    assert ledger.hash_of(read) == entry.entry_hash == read.entry_hash
    assert read.facts == '{"a":2,"b":1}'
    assert read.content_hash == ledger.sha256("{}")


@pytest.mark.parametrize("field", ["number", "kind", "facts", "content_hash", "previous_hash"])
def test_hash_of_an_entry_depends_on_all_it_holds(entry, field):
    setattr(entry, field, 9 if field == "number" else "other")

    assert ledger.hash_of(entry) != entry.entry_hash


def test_entry_goes_with_the_transaction_of_what_it_tells_of(election):
    with transaction.atomic():
        _append(election)
        transaction.set_rollback(True)

    assert LedgerHead.objects.get().number == LedgerEntry.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda: LedgerEntry.objects.update(facts="{}"),
        lambda: LedgerEntry.objects.all().delete(),
        lambda: LedgerEntry.objects.get().save(),
        lambda: LedgerHead.objects.all().delete(),
        lambda: LedgerHead.objects.update(number=1, entry_hash="0" * 64),
        lambda: LedgerHead.objects.update(number=3),
        lambda: LedgerHead.objects.update(number=0),
        lambda: LedgerHead.objects.create(id=2, entry_hash=""),
        lambda: _run("UPDATE releases_ledgerentry SET content = ''"),
        lambda: _run("DELETE FROM releases_ledgerentry"),
    ],
)
def test_ledger_only_grows_whatever_the_way_in(entry, change):
    with pytest.raises(Error), transaction.atomic():
        change()

    assert LedgerEntry.objects.get().entry_hash == LedgerHead.objects.get().entry_hash


def test_head_moves_by_one(entry):
    assert LedgerHead.objects.update(number=2, entry_hash="1" * 64) == 1


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
