"""Every way to change the ledger, or what it tells of, is found, and by the right number."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from model_bakery import baker

from briefings.models import Document, Newsletter, TextSection
from elections.models import Candidate
from releases.frozen import difference
from releases.ledger import hash_of
from releases.models import Delivery, LedgerEntry, Waiver
from releases.sending import record, record_told
from releases.verifying import verify
from tests.conftest import give_status, release_reviewed
from tests.releases.ledger_cast import AT, make_room, put_in, sql

SOON = AT + dt.timedelta(seconds=5)
FILE = b"As released, in plain text."


@pytest.fixture
def ledger(election, candidate, agent):
    """Five entries: a newsletter, a document, and what became of three mails."""
    give_status(baker.make(Candidate, election=election, user=None), "declared")
    issue = Newsletter.objects.create(
        election=election, slug="issue-1", number=1, title="One", summary="News"
    )
    TextSection.objects.create(parent=issue, region="main", ordering=10, text="<p>As sent</p>")
    TextSection.objects.create(parent=issue, region="main", ordering=20, text="<p>More</p>")
    paper = Document(
        election=election,
        slug="paper",
        title="Paper",
        publisher="Office",
        published_on=dt.date(2021, 1, 1),
        category="plan",
    )
    paper.file.save("paper.txt", ContentFile(FILE))
    release_reviewed([issue, paper], election=election, title="Both", at=AT)

    for delivery in Delivery.objects.filter(state=Delivery.State.QUEUED):
        record(delivery, Delivery.State.ACCEPTED, at=SOON, reply="250 OK")
    unreached = Delivery.objects.get(state=Delivery.State.NO_ADDRESS)
    record_told(unreached, how="By telephone", by=None, at=SOON)
    return issue, paper


def found(number: int | None) -> str:
    """The sentence about the entry of that number, which has to be the first that does not fit."""
    fault = verify().fault
    assert fault is not None
    assert fault.number == number
    with pytest.raises(CommandError) as failed:
        call_command("verify_ledger")
    assert fault.sentence in str(failed.value)
    assert failed.value.returncode == 1
    return fault.sentence


def number_of(kind: LedgerEntry.Kind, index: int = 0) -> int:
    return LedgerEntry.objects.filter(kind=kind).values_list("number", flat=True)[index]


def test_verify_ledger_tells_that_an_empty_one_is_empty(db, capsys):
    call_command("verify_ledger")

    assert capsys.readouterr().out == "The ledger is empty: it has no entry yet.\n"


def test_verify_ledger_tells_that_it_holds(ledger, election, capsys):
    call_command("verify_ledger")
    call_command("verify_ledger", "--election", election.slug)

    many = LedgerEntry.objects.count()
    assert capsys.readouterr().out == f"The ledger holds: {many} entries, none changed.\n" * 2
    assert verify().holds


def test_verify_ledger_of_an_unknown_election_names_those_there_are(election):
    with pytest.raises(CommandError, match="There is: pcc-2021"):
        call_command("verify_ledger", "--election", "pcc-2031")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("facts", '{"title":"Another"}'),
        ("salt", "1" * 32),
        ("kind", "offer"),
        ("at", "2021-03-02 10:00:00+00:00"),
        ("entry_hash", "1" * 64),
        ("previous_hash", "1" * 64),
        ("content", "{}"),
        ("content_hash", "1" * 64),
    ],
)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_altered_entry_is_found(ledger, column, value, number):
    sql(
        f"UPDATE releases_ledgerentry SET {column} = %s WHERE number = %s",  # noqa: S608 ours
        value,
        number,
    )

    found(number)


@pytest.mark.parametrize("number", [1, 3, 0])
def test_deleted_entry_is_found_first_middle_and_last(ledger, number):
    number = number or LedgerEntry.objects.count()
    sql("DELETE FROM releases_ledgerentry WHERE number = %s", number)

    assert "is missing" in found(number)


def test_all_entries_deleted_are_found(ledger):
    sql("DELETE FROM releases_ledgerentry")

    found(1)


def test_all_entries_deleted_and_the_head_set_back_are_found(ledger):
    sql("DELETE FROM releases_ledgerentry")
    sql("UPDATE releases_ledgerhead SET number = 0, entry_hash = %s", "0" * 64)

    assert "No entry tells of" in found(None)


def test_deleted_head_is_found(ledger):
    sql("DELETE FROM releases_ledgerhead")

    found(LedgerEntry.objects.count() + 1)


def test_entry_put_in_the_middle_is_found(ledger):
    make_room(3)
    put_in(3)

    # The one put in fits; the one after it does not follow it.
    assert "put in" in found(4)


def test_entry_put_in_the_middle_with_all_after_it_made_to_fit_is_found(ledger):
    make_room(3)
    put_in(3)
    before = LedgerEntry.objects.get(number=3)
    for entry in LedgerEntry.objects.filter(number__gt=3):
        entry.previous_hash = before.entry_hash
        entry.entry_hash = hash_of(entry)
        sql(
            "UPDATE releases_ledgerentry SET previous_hash = %s, entry_hash = %s WHERE number = %s",
            entry.previous_hash,
            entry.entry_hash,
            entry.number,
        )
        before = entry

    found(before.number - 1)


def test_entry_put_in_at_the_end_is_found(ledger):
    put_in(LedgerEntry.objects.count() + 1)

    assert "did not write" in found(LedgerEntry.objects.count())


def test_last_entry_changed_with_a_hash_that_fits_is_found(ledger):
    last = LedgerEntry.objects.last()
    sql("DELETE FROM releases_ledgerentry WHERE number = %s", last.number)
    put_in(last.number)

    assert "written last" in found(last.number)


def test_first_of_two_altered_entries_is_named(ledger):
    sql("UPDATE releases_ledgerentry SET facts = '{}' WHERE number IN (2, 4)")

    found(2)


def of_item(slug: str) -> int:
    return LedgerEntry.objects.get(
        kind=LedgerEntry.Kind.RELEASE, facts__contains=f'"slug":"{slug}"'
    ).number


def test_altered_released_row_is_found(ledger):
    sql("UPDATE briefings_newsletter SET summary = 'Other news'")

    assert "“summary”" in found(of_item("issue-1"))


def test_altered_part_is_found(ledger):
    sql("UPDATE briefings_textsection SET text = '<p>Not as sent</p>' WHERE ordering = 20")

    assert "“text” of its textsection" in found(of_item("issue-1"))


def test_parts_in_another_order_are_found(ledger):
    sql("UPDATE briefings_textsection SET ordering = 30 - ordering")

    found(of_item("issue-1"))


def test_deleted_part_is_found(ledger):
    sql("DELETE FROM briefings_textsection WHERE ordering = 20")

    assert "had 2 parts and has 1" in found(of_item("issue-1"))


def test_deleted_item_is_found(ledger):
    sql("DELETE FROM briefings_textsection")
    sql("DELETE FROM briefings_newsletter")

    assert "is gone" in found(of_item("issue-1"))


def test_item_said_to_be_released_at_another_time_is_found(ledger):
    sql("UPDATE releases_release SET released_at = '2021-02-01 10:00:00+00:00'")

    found(LedgerEntry.objects.filter(kind="release").first().number)


def test_altered_bytes_of_a_file_are_found(ledger):
    Path(ledger[1].file.path).write_bytes(b"Something else")

    assert "“file”" in found(of_item("paper"))


def test_lost_file_is_found(ledger):
    Path(ledger[1].file.path).unlink()

    assert "The file of" in found(of_item("paper"))


@pytest.mark.parametrize("state", ["refused", "queued", "bounced"])
def test_altered_state_of_a_mail_is_found(ledger, state):
    last = Delivery.objects.filter(state="accepted").last()
    sql("UPDATE releases_delivery SET state = %s WHERE id = %s", state, last.pk)

    assert "Accepted by the mail server" in found(number_of(LedgerEntry.Kind.DELIVERY, 1))


def test_last_outcome_of_a_mail_counts(ledger):
    delivery = Delivery.objects.filter(state="accepted").first()
    record(delivery, Delivery.State.BOUNCED, at=SOON)
    assert verify().holds

    sql("UPDATE releases_delivery SET state = 'accepted' WHERE id = %s", delivery.pk)

    found(LedgerEntry.objects.count())


def test_outcome_without_an_entry_is_found(ledger):
    told = Delivery.objects.get(state="no-address")
    sql("UPDATE releases_delivery SET state = 'accepted' WHERE id = %s", told.pk)

    assert f"delivery {told.pk}" in found(None)


def test_telling_taken_back_is_found(ledger):
    sql("UPDATE releases_delivery SET told_at = NULL")

    found(number_of(LedgerEntry.Kind.TOLD))


def test_acknowledgement_without_an_entry_is_found(ledger):
    sql("UPDATE releases_delivery SET acknowledged_at = told_at WHERE told_at IS NOT NULL")

    found(None)


def test_deleted_delivery_is_found(ledger):
    sql("DELETE FROM releases_delivery WHERE state = 'no-address'")

    found(LedgerEntry.objects.filter(kind="release").first().number)


def test_waiver_and_its_entry_are_both_needed(ledger, election):
    waiver = baker.make(Waiver, election=election, reason="Because", at=AT, kind="x.y", slug="z")

    assert f"waiver {waiver.pk}" in found(None)


def test_release_without_an_entry_is_found(ledger, election):
    issue = Newsletter.objects.create(
        election=election, slug="issue-2", number=2, title="Two", summary="News"
    )
    sql(
        "UPDATE briefings_newsletter SET release_id = "
        "(SELECT release_id FROM briefings_document LIMIT 1) WHERE id = %s",
        issue.pk,
    )

    assert f"newsletter {issue.pk}" in found(None)


def test_what_was_released_before_the_ledger_began_is_told_and_no_fault(ledger, election, capsys):
    issue = Newsletter.objects.create(
        election=election, slug="issue-0", number=9, title="Old", summary="News"
    )
    baker.make("releases.Release", election=election, released_at=AT - dt.timedelta(days=1))
    sql(
        "UPDATE briefings_newsletter SET release_id = "
        "(SELECT max(id) FROM releases_release) WHERE id = %s",
        issue.pk,
    )

    call_command("verify_ledger")

    assert capsys.readouterr().out.startswith("1 item was released before the ledger began")


def test_field_that_came_with_a_later_version_is_no_fault():
    kept = {"kind": "a.b", "fields": {"title": "T"}, "parts": []}

    assert difference(kept, {**kept, "fields": {"title": "T", "colour": "red"}}) == ""
    assert difference(kept, {**kept, "fields": {"colour": "red"}}) == (
        "the field “title” of its b is gone"
    )


def test_verify_ledger_of_one_election_looks_at_its_rows_alone(ledger, other_election):
    sql("UPDATE briefings_newsletter SET summary = 'Other news'")

    assert verify(election=other_election).holds
    assert not verify().holds
