import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infolog.exporting import views
from infolog.exporting.files import KINDS

pytestmark = pytest.mark.django_db

PLACE = "/pcc-2021/log/export/"


def _rows(client, query: str = "", columns: str = "office") -> list[list[str]]:
    content = client.get(f"{PLACE}{columns}.csv{query}").content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))[1:]


@pytest.mark.parametrize("columns", ["office", "all"])
@pytest.mark.parametrize("ending", [*KINDS, "json"])
def test_log_is_handed_out_as_a_file_of_each_kind(client, released, election, columns, ending):
    released(election, "Officers")

    response = client.get(f"{PLACE}{columns}.{ending}")

    assert response.status_code == 200
    assert response["Content-Disposition"] == (
        f'attachment; filename="pcc-2021-information-requests-log.{ending}"'
    )
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("ending", [*KINDS, "json"])
def test_no_file_holds_what_is_not_for_its_reader(client, hidden, candidate, ending):
    def found() -> bool:
        content = client.get(f"{PLACE}all.{ending}").content
        return b"canary" in _unpacked(content, ending).lower()

    assert not found()
    client.force_login(candidate)
    assert found()
    assert (
        b"draftcanary" not in _unpacked(client.get(f"{PLACE}all.{ending}").content, ending).lower()
    )


def _unpacked(content: bytes, ending: str) -> bytes:
    if ending in ("xlsx", "docx", "pdf"):
        from infolog.importing.reading import read

        rows = read(content, f"log.{ending}").rows
        return "".join(cell for row in rows for cell in row.cells).replace("\n", "").encode()
    return content


def test_filter_narrows_the_file(client, released, election):
    released(election, "Officers", topics=("Policing",))
    released(election, "Money")

    assert [row[2] for row in _rows(client)] == [
        "Money, question 1?",
        "Policing: Officers, question 1?",
    ] or len(_rows(client)) == 2
    assert [row[2] for row in _rows(client, "?topic=policing")] == [
        "Policing: Officers, question 1?"
    ]
    assert _rows(client, "?topic=nonsense") == []


def test_json_tells_part_by_part(client, released, election):
    released(election, "Officers", parts=2)

    log = json.loads(client.get(f"{PLACE}all.json").content)

    [item] = log["requests"]
    assert [part["question"] for part in item["parts"]] == [
        "Officers, question 1?",
        "Officers, question 2?",
    ]
    assert item["parts"][0]["responses"] == [
        {"responder": "Chief Constable", "role": "", "text": "Officers, answer 1."}
    ]


@pytest.mark.parametrize("name", ["office.exe", "some.csv", "office.CSV"])
def test_file_there_is_not_is_not_found(client, election, name):
    assert client.get(f"{PLACE}{name}").status_code == 404


def test_log_that_is_too_long_for_pages_says_so(client, released, election, monkeypatch):
    released(election, "Officers")
    monkeypatch.setattr(views, "LAID_OUT_AT_MOST", 0)

    page = client.get(f"{PLACE}office.pdf")

    assert "Word and PDF files are made of at most 0 requests" in page.content.decode()
    assert client.get(f"{PLACE}office.csv")["Content-Type"].startswith("text/csv")


def test_file_asks_as_few_questions_for_many_as_for_one(client, released, election, candidate):
    client.force_login(candidate)
    counts = []
    for titles in (["One"], ["Two", "Three"]):
        for title in titles:
            released(election, title)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{PLACE}all.csv")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_page_of_the_log_leads_to_the_files_of_what_is_shown(client, released, election):
    released(election, "Officers", topics=("Policing",))

    page = client.get("/pcc-2021/log/?topic=policing").content.decode()

    assert f'href="{PLACE}office.pdf?topic=policing"' in page
    assert f'href="{PLACE}all.json?topic=policing"' in page
