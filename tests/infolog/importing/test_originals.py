"""An office's real log in three formats, where somebody has put it beside the project."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from infolog.exporting.sheet import OFFICE, sheet
from infolog.importing.applying import apply
from infolog.importing.deciding import accept
from infolog.importing.reading import read
from infolog.importing.taking_in import confirm_columns, take_in
from infolog.log import requests_in
from infolog.models import InformationRequest, LogImport
from tests.conftest import NOON
from tests.infolog.exporting.comparing import merged

FOLDER = Path(settings.BASE_DIR).parent / "shared" / "originals"
NAME = "information-requests-log-2024"
FORMATS = ("docx", "pdf", "xlsx")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not all((FOLDER / f"{NAME}.{ending}").exists() for ending in FORMATS),
        reason=f"there is no {NAME} in three formats in {FOLDER}",
    ),
]


def _told(ending: str, capsys) -> dict:
    file = FOLDER / f"{NAME}.{ending}"
    call_command("import_log", file, "--election", "pcc-2024", "--dry-run", "--json")
    return json.loads(capsys.readouterr().out)


def test_three_formats_become_the_same_nine_requests(other_election, capsys):
    told = [_told(ending, capsys) for ending in FORMATS]

    same = ("date", "form", "topic", "question", "introduction", "parts", "responses")
    first, second, third = [[[r[k] for k in same] for r in t["requests"]] for t in told]
    assert len(first) == 9
    assert first == second == third
    assert [t["rows_used"] for t in told] == [9] * 3
    assert [t["rows_merged"] for t in told] == [5] * 3
    # The title and the header printed four times.
    assert [t["rows_dropped"] for t in told] == [5] * 3


def test_faults_of_the_log_are_found_in_it(other_election, capsys):
    requests = _told("docx", capsys)["requests"]

    codes = [{w["code"] for w in request["warnings"]} for request in requests]
    assert {"I-03", "I-10"} <= codes[0]
    assert {"I-09", "I-10"} <= codes[3]
    assert {"I-09"} <= codes[4]
    assert {"I-04"} <= codes[5]
    assert [len(request["parts"]) for request in requests] == [4, 1, 1, 2, 1, 1, 1, 1, 1]
    assert [r["responder"] for r in requests[1]["responses"]] == [
        "Grace Strong",
        "Chief Constable",
        "Grace Strong",
    ]


@pytest.mark.parametrize("ending", FORMATS)
def test_nothing_is_known_until_somebody_decided_and_the_export_is_the_log(
    ending, other_election, editor, candidate, release_now, client
):
    content = (FOLDER / f"{NAME}.{ending}").read_bytes()
    log_import = take_in(content, NAME, election=other_election, by=editor, at=NOON)
    confirm_columns(
        log_import, log_import.uses, form="", responder=other_election.office.short_name
    )
    log_import = LogImport.objects.get()
    # What waits is no draft, so that no release can make it known.
    assert log_import.requests.waiting().count() == 7
    apply(log_import, by=editor)
    assert InformationRequest.objects.count() == 2

    for row in log_import.requests.waiting():
        accept(row, by=editor, at=NOON, reason="So it stands in the log.")
    apply(log_import, by=editor)
    release_now(*InformationRequest.objects.all())

    at = NOON + dt.timedelta(1)
    requests = requests_in(other_election, editor, at)
    exported = sheet(other_election, requests, OFFICE, reader=editor, at=at)
    original = merged(read(content, NAME).rows)
    assert [list(row) for row in exported.rows] == original
