"""Answers rest on figures and tables by reference, each in the version it was written from."""

import datetime as dt
import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from briefings.models import Document, Figure, Statement
from infolog.citing import read_citations
from infolog.models import InformationRequest
from releases.mails import compose
from releases.models import Release
from releases.quoting import quotes_of
from releases.versions import new_version
from tests.conftest import NOON

from .conftest import make_part, make_request
from .test_admin import PARTS, _formset, _response_row
from .test_views import _text

LATER = NOON + dt.timedelta(days=1)
PAGE = "/pcc-2021/log/ir-22222/"


@pytest.fixture
def source(election) -> Document:
    return Document.objects.create(
        election=election,
        slug="precept",
        title="Report on the precept",
        publisher="Police and Crime Panel",
        published_on=dt.date(2021, 1, 27),
        category="budget",
        link="https://www.example.org/precept",
    )


@pytest.fixture
def figure(election, source) -> Figure:
    return Figure.objects.create(
        election=election,
        slug="band-d",
        title="Band D precept",
        topic="Precept",
        value="248.23",
        decimal_places=2,
        unit="£",
        per="a year",
        financial_year="2021/22",
        basis="budget",
        source=source,
        source_place="paragraph 12",
        as_at=dt.date(2021, 1, 27),
    )


@pytest.fixture
def table(election, source) -> Statement:
    made = Statement.objects.create(
        election=election,
        slug="funds",
        title="Funds",
        summary="What was paid.",
        row_heading="Fund",
        source=source,
        source_place="page 4",
        as_at=dt.date(2021, 1, 27),
    )
    made.columns.create(
        heading="Paid", unit="£m", role="value", basis="outturn", financial_year="2020/21"
    )
    made.lines.create(position=1, label="Safety", cells=["17"])
    return made


@pytest.fixture
def answer(election, figure, table) -> InformationRequest:
    item = make_request(election, "The precept", slug="ir-22222")
    part = item.parts.get()
    part.figures.add(figure)
    part.statements.add(table)
    return item


@pytest.fixture
def released(answer, source, figure, table, release_now) -> InformationRequest:
    release_now(source, figure, table, answer)
    return answer


def correct(row, release_now, change="correction", **fields):
    new = new_version(row, change=change, note="A slip.", by=None, at=LATER)
    for name, value in fields.items():
        setattr(new, name, value)
    new.save()
    release_now(new, at=LATER)
    return new


def test_reader_sees_value_unit_year_basis_and_source_with_links(client, released):
    page = client.get(PAGE)

    assert (
        "What this answer rests on Band D precept £248.23 a year Budget, 2021/22. As at 27 January "
        "2021 . Source: Report on the precept , Police and Crime Panel, paragraph 12. Table: Funds "
        "(£m; 2020/21; outturn) As at 27 January 2021 . Source: Report on the precept"
    ) in _text(page)
    assert 'href="/pcc-2021/figures/band-d/?version=1"' in page.content.decode()


def test_mail_tells_what_the_answer_rests_on(released):
    letter = compose(list(Release.objects.all()), is_public=True)

    assert "£248.23 a year" in letter.text
    assert "Report on the precept" in letter.html


def test_files_of_the_log_tell_it_too(client, released):
    rows = client.get("/pcc-2021/log/export/all.csv").content.decode("utf-8-sig")
    log = json.loads(client.get("/pcc-2021/log/export/all.json").content)

    assert (
        "Band D precept: £248.23 a year (Budget, 2021/22). Source: Report on the precept, "
        "paragraph 12"
    ) in rows
    [part] = log["requests"][0]["parts"]
    assert part["figures"][0]["amount"] == "£248.23 a year"
    assert part["figures"][0]["page"] == "/pcc-2021/figures/band-d/?version=1"
    assert part["tables"][0]["source"] == {"title": "Report on the precept", "place": "page 4"}


def test_files_say_that_a_figure_was_corrected_since(client, released, figure, release_now):
    correct(figure, release_now, value="250.00")

    rows = client.get("/pcc-2021/log/export/all.csv").content.decode("utf-8-sig")
    log = json.loads(client.get("/pcc-2021/log/export/all.json").content)

    assert (
        "Band D precept: £248.23 a year (Budget, 2021/22). Source: Report on the precept, "
        "paragraph 12. Corrected since, on 31 March 2021: see version 2"
    ) in rows
    [part] = log["requests"][0]["parts"]
    assert part["figures"][0]["corrected_by_version"] == 2
    assert part["tables"][0]["corrected_by_version"] is None


def test_corrected_figure_flags_the_answer_and_leaves_what_it_cites(
    client, released, figure, release_now
):
    correct(figure, release_now, value="250.00")

    text = _text(client.get(PAGE))
    assert "£248.23 a year" in text
    assert "250.00" not in text
    assert "“Band D precept”, quoted here, was corrected on 31 March 2021" in text
    assert [quote.item for quote in quotes_of(figure, LATER)] == [released]


def test_value_of_a_figure_that_was_withdrawn_is_not_shown(client, released, figure, release_now):
    correct(figure, release_now, change="withdrawal")

    text = _text(client.get(PAGE))
    assert "248.23" not in text
    assert "“Band D precept”, quoted here, was withdrawn on" in text
    assert "248.23" not in client.get("/pcc-2021/log/export/all.json").content.decode()


def test_new_version_of_the_answer_cites_the_version_in_force(
    client, released, figure, release_now
):
    second = correct(figure, release_now, value="250.00")

    corrected = correct(released, release_now)

    assert list(corrected.parts.get().figures.all()) == [second]
    assert "£250.00 a year" in _text(client.get(PAGE))
    assert "£248.23 a year" in _text(client.get(f"{PAGE}?version=1"))


def test_released_answer_cites_the_same_for_good(released, figure):
    with pytest.raises(Exception, match="cannot be changed"):
        released.parts.get().figures.remove(figure)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Part 1 cites “Band D precept”, which is not released."),
        ({"audience": "candidates"}, "which not everyone who reads the answer may see."),
    ],
)
def test_nothing_is_cited_that_a_reader_could_not_see(answer, figure, fields, sentence):
    Figure.objects.update(**fields)

    with pytest.raises(ValidationError, match=sentence):
        answer.check_ready()


def test_figure_of_another_election_is_not_cited(answer, other_election):
    Figure.objects.update(election=other_election)

    with pytest.raises(ValidationError, match="belongs to another election"):
        answer.check_ready()


@pytest.mark.parametrize(
    ("change", "severity", "advice"),
    [
        ("correction", "warning", "corrected since. Cite the version in force."),
        ("withdrawal", "error", "withdrawn since. Take it out."),
    ],
)
def test_draft_that_cites_what_is_out_of_date_is_told(
    answer, source, figure, table, release_now, time_machine, change, severity, advice
):
    release_now(source, figure, table)
    correct(figure, release_now, change=change)
    time_machine.move_to(LATER)

    [finding] = (one for one in answer.findings() if one.code.startswith("cited"))

    assert finding.severity == severity
    assert finding.sentence == (f"Part 1 cites version 1 of “Band D precept”, which was {advice}")


def test_officer_chooses_what_an_answer_rests_on(
    client, editor, election, other_election, figure, table
):
    client.force_login(editor)
    item = make_request(election, "The precept")
    part = item.parts.get()
    Figure.objects.create(
        election=other_election,
        slug="other",
        title="Of another election",
        value=1,
        unit="people",
        basis="count",
        source=figure.source,
        as_at=NOON.date(),
    )
    page = client.get(f"{PARTS}{part.pk}/change/").content.decode()
    assert "Band D precept: £248.23 a year, Budget, 2021/22" in page
    assert "Of another election" not in page

    response = part.responses.get()
    client.post(
        f"{PARTS}{part.pk}/change/",
        {
            "question": part.question,
            "outcome": "answered",
            "outcome_note": "",
            "figures": [figure.pk],
            "statements": [table.pk],
            **_formset("responses", [_response_row(response) | {"part": part.pk}], 1),
        },
    )

    assert list(part.figures.all()) == [figure]
    assert list(part.statements.all()) == [table]


def test_number_of_queries_does_not_grow_with_what_is_cited(election, released, figure):
    def queries(*items) -> int:
        with CaptureQueriesContext(connection) as found:
            read_citations(list(items), AnonymousUser(), LATER)
        return len(found)

    other = make_request(election, "Another")
    make_part(other, position=2).figures.add(figure)
    make_part(other, position=3).figures.add(figure)
    fresh = InformationRequest.objects.get
    first = queries(fresh(pk=released.pk))

    assert queries(fresh(pk=released.pk), fresh(pk=other.pk)) == first
