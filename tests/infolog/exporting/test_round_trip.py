"""What is imported, accepted, released and exported is the office's table, cell by cell."""

import datetime as dt

import pytest

from infolog.exporting.files import KINDS
from infolog.exporting.sheet import ALL, OFFICE, sheet
from infolog.importing.applying import apply
from infolog.importing.deciding import accept
from infolog.importing.reading import read
from infolog.importing.taking_in import confirm_columns, take_in
from infolog.log import requests_in
from infolog.models import InformationRequest, LogImport
from tests.conftest import NOON
from tests.infolog.exporting.comparing import merged
from tests.infolog.importing.files import FOUR, as_docx

pytestmark = pytest.mark.django_db

TABLE = [
    FOUR,
    ["08/04/2021", "In writing", "The following was submitted in writing. How? Why?", "So and"],
    ["09/04/2021", "By e-mail", "Budget: how much is it?", "PH: £5m.\nCC: More."],
    [*FOUR, ""],
    ["10/04/2021", "By telephone", "1. What number?\n2. What cost?", "", ""],
    ["11/04/2021", "Verbal (in person)", "What is done?",
     "The Chief Constable explained it. Grace Strong added to it."],
    ["", "", "", "Mr Ellison explained more of it."],
    ["11/04/2021", "Verbal (in person)", "- Is a dash read?", "- It is.\n- It is so."],
]  # fmt: skip


@pytest.fixture
def exported(election, editor, release_now):
    content = as_docx(TABLE)
    log_import = take_in(content, "log.docx", election=election, by=editor, at=NOON)
    responder = election.office.short_name
    confirm_columns(log_import, log_import.uses, form="", responder=responder)
    for row in LogImport.objects.get().requests.waiting():
        accept(row, by=editor, at=NOON, reason="So it stands in the log.")
    apply(log_import, by=editor)
    release_now(*InformationRequest.objects.all())
    at = NOON + dt.timedelta(days=1)
    requests = requests_in(election, editor, at)
    return {
        columns: sheet(election, requests, columns, reader=editor, at=at)
        for columns in (OFFICE, ALL)
    }


def test_export_in_four_columns_is_the_table_that_was_imported(exported):
    original = merged(read(as_docx(TABLE), "log.docx").rows)

    assert [list(row) for row in exported[OFFICE].rows] == original
    assert list(exported[OFFICE].headings) == FOUR


@pytest.mark.parametrize("ending", ["csv", "xlsx", "docx"])
def test_file_of_the_export_is_the_table_that_was_imported(exported, ending):
    rows = read(KINDS[ending].write(exported[OFFICE]), f"log.{ending}").rows

    assert merged(rows) == merged(read(as_docx(TABLE), "log.docx").rows)


def test_all_columns_tell_what_the_four_do_not(exported):
    [row] = [row for row in exported[ALL].rows if "how much" in row[5]]

    told = dict(zip(exported[ALL].headings, row, strict=True))
    assert told["Topics"] == "Budget"
    assert told["Who answered"] == "PH; CC"
    assert told["Outcome"] == "Answered"
