import json

import pytest
from django.core.management import CommandError, call_command

from infolog.models import InformationRequest, LogImport
from tests.infolog.importing.conftest import LOG
from tests.infolog.importing.files import as_csv, as_docx

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "log.docx"
    file.write_bytes(as_docx(LOG))
    return file


def test_dry_run_tells_everything_and_keeps_nothing(log, election, capsys):
    call_command("import_log", log, "--election", "pcc-2021", "--dry-run", "--json")

    told = json.loads(capsys.readouterr().out)
    rows = ("rows_read", "rows_used", "rows_merged", "rows_dropped", "rows_waiting")
    assert [told[name] for name in rows] == [5, 3, 1, 1, 2]
    first, second, _ = told["requests"]
    assert (first["date"], first["form"], first["topic"]) == ("2021-04-10", "By e-mail", "")
    assert first["question"] == "How many officers are there?"
    assert [(r["responder"], r["text"]) for r in first["responses"]] == [
        ("PH", "2,242 officers."),
        ("Chief Constable", "The Chief Constable noted that there are more."),
    ]
    [warning] = second["warnings"]
    assert (warning["code"], warning["row"], warning["original"][3]) == (
        "I-04",
        4,
        "Budget: how much is it?",
    )
    assert "Canary" not in json.dumps(told)
    assert not LogImport.objects.exists()


def test_import_makes_drafts_of_what_is_certain(log, election, capsys):
    call_command("import_log", log, "--election", "pcc-2021")

    out = capsys.readouterr().out
    assert "Requests: 3, of which 2 wait." in out
    assert "Drafts: 1." in out
    assert InformationRequest.objects.drafts().count() == 1
    assert LogImport.objects.get().requests.waiting().count() == 2


def test_log_whose_columns_are_unknown_waits_to_be_matched(tmp_path, election, capsys):
    file = tmp_path / "log.csv"
    file.write_bytes(as_csv([["A", "B", "C"], ["1", "2", "3"]]))

    call_command("import_log", file, "--election", "pcc-2021", "--json")

    assert json.loads(capsys.readouterr().out)["next"] == "Match the columns on the staff pages."
    assert LogImport.objects.get().state == "matching"


@pytest.mark.parametrize(
    ("content", "election_slug", "told"),
    [
        (b"", "pcc-2021", r"The file is empty. Nothing was kept. \(empty\)"),
        (as_csv(LOG), "pcc-1999", "There is no election “pcc-1999”."),
        (None, "pcc-2021", "cannot be read: No such file or directory."),
    ],
)
def test_what_cannot_be_imported_is_refused_in_words(
    tmp_path, election, content, election_slug, told
):
    file = tmp_path / "log.csv"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CommandError, match=told):
        call_command("import_log", file, "--election", election_slug)

    assert not LogImport.objects.exists()
