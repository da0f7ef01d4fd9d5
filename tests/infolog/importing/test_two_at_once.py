"""A person decides about a row while a worker makes drafts. The races are PostgreSQL’s."""

import datetime as dt
import threading
import time

import pytest
from django.db import connection, transaction

from elections.models import Election, Office, User
from elections.refusals import Refused
from infolog.importing import applying, deciding
from infolog.importing.taking_in import confirm_columns, match_columns, take_in
from infolog.models import ImportedRequest, InformationRequest, LogImport
from tests.conftest import NOON

from .conftest import LOG
from .files import as_csv


@pytest.fixture
def _postgresql(django_db_setup) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("two writers at once are PostgreSQL’s")


@pytest.fixture
def log_import(_postgresql, transactional_db) -> LogImport:
    office = Office.objects.create(name="Office", short_name="Office", post="PCC")
    election = Election.objects.create(
        office=office, name="Election", slug="pcc-2021", poll_date=dt.date(2021, 5, 6)
    )
    made = take_in(as_csv(LOG), "log.csv", election=election, by=None, at=NOON)
    confirm_columns(made, made.uses, form="", responder="The office")
    return LogImport.objects.get(pk=made.pk)


def in_a_thread(act) -> tuple[threading.Thread, list[str]]:
    codes: list[str] = []

    def run() -> None:
        try:
            act()
            codes.append("done")
        except Refused as refused:
            codes.append(refused.code)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.5)  # long enough for it to reach the database and wait there
    return thread, codes


@pytest.mark.parametrize("verb", ["leave_out", "change", "accept", "reopen"])
def test_decision_during_the_making_of_a_draft_waits_and_is_refused(log_import, verb):
    by = User.objects.create_user("by@example.org", "By")
    row = log_import.requests.get(position=1)
    said = {"by": by, "at": NOON}
    more = {"leave_out": {"reason": "A test."}, "change": {"fields": {"title": "Other"}}}

    with transaction.atomic():
        applying.begin(log_import)
        assert applying._some_drafts(log_import, None) == 1
        act = getattr(deciding, verb)
        thread, codes = in_a_thread(lambda: act(row, **more.get(verb, {}), **said))
        assert codes == []
    thread.join(20)

    assert codes == ["drafted"]
    row.refresh_from_db()
    assert (row.item, row.decision) == (InformationRequest.objects.get(), "open")


def test_row_that_was_left_out_meanwhile_becomes_no_draft(log_import):
    by = User.objects.create_user("by@example.org", "By")
    applying.begin(log_import)
    with transaction.atomic():
        row = log_import.requests.get(position=1)
        deciding.leave_out(row, by=by, at=NOON, reason="A test.")
        thread, codes = in_a_thread(lambda: applying.make_drafts(log_import.pk))
        assert codes == []
    thread.join(20)

    assert codes == ["done"]
    assert not InformationRequest.objects.exists()


def test_columns_are_not_matched_anew_once_drafts_are_being_made(log_import):
    uses = log_import.uses
    with transaction.atomic():
        applying.begin(LogImport.objects.get(pk=log_import.pk))
        thread, codes = in_a_thread(
            lambda: match_columns(log_import, uses, form="", responder="The office")
        )
        assert codes == []
    thread.join(20)

    assert codes == ["working"]
    assert LogImport.objects.get().state == LogImport.State.APPLYING


def test_two_merges_that_meet_do_not_wait_for_each_other_for_good(log_import):
    by = User.objects.create_user("by@example.org", "By")
    second, third = (log_import.requests.get(position=number) for number in (2, 3))
    with transaction.atomic():
        deciding.merge(second, by=by, at=NOON)
        thread, codes = in_a_thread(lambda: deciding.merge(third, by=by, at=NOON))
    thread.join(20)

    assert codes == ["done"]
    first = ImportedRequest.objects.get(position=1)
    assert len(first.rows) == 4
