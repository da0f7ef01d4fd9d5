import json
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from elections.refusals import Refused
from infolog.importing.reading import UnreadableFile
from infolog.importing.taking_in import PASTED, confirm_columns, make_proposals, take_in
from infolog.models import ImportedRequest, LogImport
from tests.conftest import NOON
from tests.infolog.conftest import make_request
from tests.infolog.importing.conftest import LOG
from tests.infolog.importing.files import FOUR, as_csv

pytestmark = pytest.mark.django_db


def _files() -> list[Path]:
    return [path for path in Path(django_settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_file_is_kept_with_what_its_headings_say(election, editor):
    log_import = take_in(as_csv(LOG), "../Cora's log.csv", election=election, by=editor, at=NOON)

    assert log_import.filename == "Cora's log.csv"
    assert log_import.uses == ["asker", "date", "form", "question", "response"]
    assert (log_import.state, log_import.rows_read) == ("matching", 5)
    assert (log_import.made_by, log_import.responder) == (editor, "Leicestershire OPCC")
    assert [path.read_bytes() for path in _files()] == [as_csv(LOG)]
    assert "Cora" not in log_import.file.name


@pytest.mark.parametrize("content", [b"", b"%PDF-broken", as_csv([[*map(str, range(99))]] * 2)])
def test_refused_file_leaves_nothing_behind(election, content):
    with pytest.raises(UnreadableFile):
        take_in(content, "log.csv", election=election, by=None, at=NOON)

    assert not LogImport.objects.exists()
    assert LogImport.history.count() == 0
    assert _files() == []


def test_same_file_is_refused_a_second_time_in_the_same_election(election, other_election):
    take_in(as_csv(LOG), "log.csv", election=election, by=None, at=NOON)

    with pytest.raises(Refused) as refused:
        take_in(as_csv(LOG), "renamed.csv", election=election, by=None, at=NOON)

    assert refused.value.code == "twice"
    assert len(_files()) == 1
    take_in(as_csv(LOG), "log.csv", election=other_election, by=None, at=NOON)


def test_pasted_text_is_kept_as_it_was_pasted(election):
    text = "Question\tAnswer\nWhy?\tBecause – so."

    log_import = take_in(text.encode(), PASTED, election=election, by=None, at=NOON)

    assert log_import.format == "pasted"
    assert [path.read_text() for path in _files()] == [text]


def test_rows_are_read_into_proposals(taken_in):
    log_import = taken_in()

    assert log_import.state == "review"
    assert (log_import.rows_read, log_import.rows_used, log_import.rows_merged) == (5, 3, 1)
    assert log_import.rows_dropped == 1
    assert log_import.work_done == log_import.work_total == 5
    first, second, third = log_import.requests.all()
    assert (first.title, first.form, first.waits) == (
        "How many officers are there?",
        "email",
        False,
    )
    assert first.responses == [
        {"responder": "PH", "role": "", "text": "2,242 officers."},
        {
            "responder": "Chief Constable",
            "role": "",
            "text": "The Chief Constable noted that there are more.",
        },
    ]
    assert [d["code"] for d in second.doubts] == ["I-04"]
    assert [d["code"] for d in third.doubts] == ["I-09"]


def test_who_asked_is_in_no_row_of_the_database(taken_in):
    taken_in()

    kept = [ImportedRequest.objects.values(), LogImport.objects.values()]
    kept.append(LogImport.history.values())
    assert "Canary" not in json.dumps([list(rows) for rows in kept], default=str)
    assert "Cora Canary" in _files()[0].read_text()


def test_question_the_log_has_already_waits(taken_in, election):
    make_request(election, "Known").parts.update(question="how many  Officers are there?")

    assert [d["code"] for d in taken_in().requests.first().doubts] == ["known"]


@pytest.mark.parametrize(
    ("uses", "told"),
    [
        (["nothing"] * 5, "Say which column holds the question."),
        (["question", "question", "form", "date", "response"], "Two columns are matched to"),
    ],
)
def test_columns_that_cannot_be_are_refused(taken_in, uses, told):
    log_import = taken_in(confirm=False)

    with pytest.raises(Refused, match=told) as refused:
        confirm_columns(log_import, uses, form="", responder="The office")

    assert refused.value.code == "columns"
    log_import.refresh_from_db()
    assert log_import.state == "matching"


def test_columns_are_matched_anew_until_a_draft_was_made(taken_in):
    log_import = taken_in()
    uses = ["asker", "date", "form", "response", "question"]

    confirm_columns(log_import, uses, form="email", responder="The office")

    assert log_import.requests.first().parts[0]["question"].startswith("PH: 2,242")
    item = make_request(log_import.election, "A draft")
    log_import.requests.filter(position=1).update(item=item)
    with pytest.raises(Refused) as refused:
        confirm_columns(log_import, uses, form="", responder="The office")
    assert refused.value.code == "applied"


def test_job_that_runs_twice_reads_once(taken_in):
    log_import = taken_in()

    assert make_proposals(log_import.pk) == "Nothing to read."
    assert log_import.requests.count() == 3


def test_fault_while_reading_is_told(taken_in, election):
    log_import = taken_in(confirm=False)
    log_import.file.storage.delete(log_import.file.name)

    with pytest.raises(FileNotFoundError):
        confirm_columns(log_import, log_import.uses, form="", responder="The office")


def test_formula_in_our_own_export_comes_back_as_it_was(election):
    rows = [FOUR, ["10/04/2021", "E-mail", "Why?", "'- a dash begins this line."]]

    log_import = take_in(as_csv(rows), "log.csv", election=election, by=None, at=NOON)
    confirm_columns(log_import, log_import.uses, form="", responder="The office")

    assert log_import.requests.get().responses[0]["text"] == "- a dash begins this line."
