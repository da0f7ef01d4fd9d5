"""The log of 2024: nine requests, their answers merged, and what the portal finds in them."""

import csv
import hashlib
import html
import io
import re

import pytest
from django.conf import settings
from django.core.management import call_command

from briefings.checks import check_statement
from briefings.models import Statement
from elections.models import Election
from infolog.models import InformationRequest
from releases.models import Release

pytestmark = pytest.mark.django_db


@pytest.fixture
def election(demo) -> Election:
    return Election.objects.get(slug="pcc-2024")


def test_log_holds_the_nine_requests(election):
    requests = InformationRequest.objects.filter(election=election)

    assert sorted((str(r.received_on), r.get_form_display()) for r in requests) == [
        ("2024-04-10", "In writing"),
        *[("2024-04-18", "Verbal (in person)")] * 8,
    ]


def test_first_request_accounts_for_each_of_its_four_questions(election):
    request = InformationRequest.objects.get(election=election, form="in-writing")

    outcomes = [part.outcome for part in request.parts.all()]
    assert outcomes == ["answered", "not-answered", "not-answered", "declined"]


def test_continuation_rows_are_merged_into_their_request(election):
    responses = {
        request.title: [r.responder for part in request.parts.all() for r in part.responses.all()]
        for request in InformationRequest.objects.filter(election=election)
    }

    assert responses["Whether reductions fall on police officers"] == [
        "The Chief Constable",
        "The Chief Constable",
        "Leicestershire Police",
    ]
    assert responses["Where a Commissioner does most to bring in new funding"] == [
        "The Chief Constable",
        "Claire Trewartha",
        "Leicestershire OPCC",
    ]
    assert responses["What the network would do for children excluded from school"] == [
        "Grace Strong",
        "The Chief Constable",
        "Grace Strong",
    ]


def test_table_of_the_log_has_one_row_a_request(election, client):
    text = client.get("/pcc-2024/log.csv").content.decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(text)))
    assert sum(row[0] in {"2024-04-10", "2024-04-18"} for row in rows if row) == 9


def test_women_in_the_workforce_raise_a_warning_in_plain_words(election, client):
    statement = Statement.objects.get(election=election, slug="workforce-and-women-2024")

    found = check_statement(statement)

    assert len(found) == 1
    assert "117%" in found[0].sentence
    assert found[0].sentence in _unescaped(client.get(statement.get_absolute_url()))


def _unescaped(page) -> str:
    return html.unescape(page.content.decode())


# Of the surname of the candidate whose remarks stand in the printed log.
HIDDEN_NAME = "26087e0854ebce7958f13db1e249b27c3181fcbc83c98f0f86e52f8bb591c7cb"


def demo_texts() -> dict[str, str]:
    files = [path for path in (settings.BASE_DIR / "demo").rglob("*") if path.is_file()]
    return {path.name: path.read_text() for path in files}


def test_demo_content_does_not_name_the_candidate_in_the_printed_log():
    words = {word.lower() for text in demo_texts().values() for word in re.findall(r"\w+", text)}

    assert len(words) > 1000
    assert HIDDEN_NAME not in {hashlib.sha256(word.encode()).hexdigest() for word in words}


@pytest.mark.parametrize("hidden", ["@leics", "pnn.gov", "police.uk"])
def test_demo_content_holds_nobodys_address(hidden):
    assert [name for name, text in demo_texts().items() if hidden in text] == []


def test_loading_again_doubles_nothing(demo, capsys):
    counts = (Release.objects.count(), InformationRequest.objects.count())

    call_command("load_demo")

    assert (Release.objects.count(), InformationRequest.objects.count()) == counts
    assert capsys.readouterr().out == "The demo content is there already.\n"
