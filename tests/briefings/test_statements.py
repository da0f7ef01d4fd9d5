import csv
import io
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string

from briefings.models import Statement, StatementColumn
from releases.releasing import ReleaseRefused

FUNDS = [
    {"heading": "PLF", "unit": "£"},
    {"heading": "YP&D", "unit": "£"},
    {"heading": "Other funding", "unit": "£"},
]
AWARDS = [
    ("Safer Leicestershire", "item", "239,000", "72,150", "341,796"),
    ("Charnwood CSP", "item", "75,500", "15,956.25", "–"),
    ("Blaby", "item", "33,000", "9,573.75", "–"),
    ("Hinckley & Bosworth", "item", "40,000", "9,573.75", "–"),
    ("Safer North West Leicestershire", "item", "35,500", "9,573.75", "–"),
    ("Harborough District CSP", "item", "26,500", "9,573.75", "–"),
    ("Oadby & Wigston CSP", "item", "22,000", "6,382.50", "–"),
    ("Safer Melton", "item", "17,500", "3,191.25", "–"),
    ("Safer Rutland", "item", "11,000", "3,700", "10,485"),
]
FORECAST = [
    {
        "heading": "2016/17 budget",
        "unit": "£000",
        "financial_year": "2016/17",
    },
    {
        "heading": "2016/17 forecast outturn",
        "unit": "£000",
        "financial_year": "2016/17",
        "basis": "forecast",
    },
]
COSTS = [
    ("Staff", "item", "1,062", "1,111"),
    ("Ringfenced", "of-which", "64", "64"),
    ("Cost before funding", "subtotal", "1,062", "1,111"),
    ("Grant", "item", "(64)", "–"),
    ("Net cost", "total", "998", "1,111"),
]


@pytest.fixture
def funding(make_statement):
    return make_statement(
        slug="funding", columns=FUNDS, lines=AWARDS, year_not_stated=True, columns_add_up=True
    )


@pytest.fixture
def costs(make_statement):
    return make_statement(slug="costs", title="Costs", columns=FORECAST, lines=COSTS)


class TableReader(HTMLParser):
    """The cells of a page's tables, in rows, with what each header cell is the header of."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.cell, self.spans = [], None, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.spans += [name for name, _ in attrs if name in ("rowspan", "colspan")]
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.cell = [dict(attrs).get("scope", ""), ""]
            self.rows[-1].append(self.cell)

    def handle_endtag(self, tag):
        if tag in ("th", "td"):
            self.cell[1] = " ".join(self.cell[1].split())
            self.cell = None

    def handle_data(self, data):
        if self.cell:
            self.cell[1] += data

    def texts(self):
        return [[text for _, text in row] for row in self.rows]


def test_table_works_out_the_totals_that_are_not_printed(funding):
    table = funding.table

    assert [cell.text for cell in table.rows[-1].cells] == [
        "500,000",
        "139,675.00",
        "352,281",
        "991,956.00",
    ]
    assert table.rows[-1].remark == "Worked out by the portal"
    assert [row.cells[-1].value for row in table.rows[:-1]] == [
        Decimal(total)
        for total in (
            "652946",
            "91456.25",
            "42573.75",
            "49573.75",
            "45073.75",
            "36073.75",
            "28382.50",
            "20691.25",
            "25185",
        )
    ]
    assert table.headings[-1].text == "Total, £ (worked out by the portal)"


def test_table_adds_no_total_where_one_is_printed(costs):
    assert [row.label for row in costs.table.rows] == [line[0] for line in COSTS]


def test_table_costs_no_query_when_fetched_with_its_rows(costs, django_assert_num_queries):
    statement = Statement.objects.with_table().get(pk=costs.pk)

    with django_assert_num_queries(0):
        statement.table  # noqa: B018
        statement.chart_data()


@pytest.mark.parametrize(
    ("fields", "heading"),
    [
        (FORECAST[1], "2016/17 forecast outturn, £000"),
        ({"heading": "PLF", "unit": "£", "financial_year": "2021/22"}, "PLF 2021/22, £ (budget)"),
        ({"heading": "Support", "unit": "%", "basis": "survey"}, "Support, % (survey result)"),
        ({"heading": "Representation", "role": "assessment"}, "Representation"),
    ],
)
def test_column_heading_stands_alone(fields, heading):
    assert StatementColumn(**fields).full_heading == heading


def test_chart_data_holds_the_items_of_the_columns_with_one_unit(costs):
    chart = costs.chart_data()

    assert chart.labels == ["Staff", "Grant"]
    assert [(series.name, series.printed) for series in chart.series] == [
        ("2016/17 budget, £000", ["1,062", "(64)"]),
        ("2016/17 forecast outturn, £000", ["1,111", "–"]),
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"columns": [FORECAST[0]]}, "Line “Staff” has 2 cells; the table has 1 column."),
        (
            {"lines": [("Staff", "item", "many", "1")]},
            "Line “Staff”: “many” under “2016/17 budget” is not a number. "
            "Write it as in 1,062 or (64), or – for nothing.",
        ),
        (
            {"columns": [FORECAST[0], {"heading": "Share"}]},
            "Column “Share” has no unit. Write one, such as £000 or %.",
        ),
        (
            {"columns": [FORECAST[0], {"heading": "Next", "unit": "£m"}]},
            "Column “Next” holds money and has no financial year.",
        ),
        (
            {"columns": [FORECAST[0], {"heading": "Share", "unit": "%", "role": "share-of"}]},
            "Column “Share” needs the number of the column of amounts it belongs to.",
        ),
        (
            {"columns": [FORECAST[0], {"heading": "Share", "unit": "%", "of_column": 7}]},
            "Column “Share” belongs to column 7, which there is not.",
        ),
        (
            {"columns_add_up": True},
            "The columns cannot be added across: their units, years or kinds of number differ.",
        ),
    ],
)
def test_release_refuses_a_table_that_is_not_fit(make_statement, release_now, fields, reason):
    statement = make_statement(**{"columns": FORECAST, "lines": COSTS[:1]} | fields)

    with pytest.raises(ReleaseRefused) as refused:
        release_now(statement)

    assert refused.value.code == "not_ready"
    assert reason in refused.value.sentence


def test_release_refuses_a_table_without_columns_or_lines(make_statement, release_now):
    statement = make_statement()
    statement.columns.all().delete()
    statement.lines.all().delete()

    with pytest.raises(ReleaseRefused) as refused:
        release_now(statement)

    assert "The table has no columns. The table has no lines." in refused.value.sentence


def test_release_accepts_a_year_in_the_heading_of_money(make_statement, release_now):
    columns = [{"heading": "2015", "unit": "£", "role": "value", "basis": "estimate"}]
    statement = make_statement(columns=columns)

    release_now(statement)

    assert Statement.objects.get(pk=statement.pk).is_released


def test_release_refuses_a_source_that_is_not_released(make_statement, make_document, release_now):
    statement = make_statement(source=make_document(title="Draft paper"))

    with pytest.raises(ReleaseRefused) as refused:
        release_now(statement)

    assert refused.value.sentence == (
        "“Table 1” is not ready: Its source, “Draft paper”, is not released. "
        "Release it first, or in the same go."
    )


def test_release_accepts_a_source_released_in_the_same_go(
    make_statement, make_document, release_now
):
    source = make_document()
    statement = make_statement(source=source)

    release_now(source, statement)

    assert Statement.objects.get(pk=statement.pk).is_released


def test_statement_for_everyone_refuses_a_source_for_candidates(make_statement, make_document):
    with pytest.raises(ValidationError) as refused:
        make_statement(source=make_document(audience="candidates"))

    assert refused.value.message_dict == {
        "source": [
            "That document is for candidates only. What everyone sees needs a source that "
            "everyone can open."
        ]
    }


def test_statement_for_candidates_refuses_a_source_of_other_candidates(
    make_statement, make_document, other_election
):
    document = make_document(audience="candidates", election=other_election)

    with pytest.raises(ValidationError) as refused:
        make_statement(audience="candidates", source=document)

    assert list(refused.value.message_dict) == ["source"]


def test_statement_page_shows_the_table_as_printed(client, costs, release_now):
    release_now(costs)

    page = client.get("/pcc-2021/statements/costs/").content.decode()

    table = TableReader(page)
    assert table.texts() == [
        ["Purpose", "2016/17 budget, £000", "2016/17 forecast outturn, £000"],
        ["Staff", "1,062", "1,111"],
        ["Ringfenced (Of which)", "64", "64"],
        ["Cost before funding (Subtotal)", "1,062", "1,111"],
        ["Grant", "(64)", "–"],
        ["Net cost (Total)", "998", "1,111"],
    ]
    assert {scope for scope, _ in table.rows[0]} == {"col"}
    assert {row[0][0] for row in table.rows[1:]} == {"row"}
    assert table.spans == []
    assert "As at <time" in page
    assert (
        '<a class="govuk-link" href="/pcc-2021/documents/budget-report/">Budget report</a>' in page
    )
    assert "It found nothing that does not fit." in page


def test_statement_page_says_what_does_not_fit(client, make_statement, release_now):
    lines = [("Police", "item", "8.0"), ("Office", "item", "1.0"), ("All", "total", "99.0")]
    release_now(make_statement(slug="wrong", lines=lines))

    page = client.get("/pcc-2021/statements/wrong/").content.decode()

    assert (
        "<strong>Warning:</strong> All, 2021/22 budget, £m: £99.0m is printed; "
        "the lines above add up to £9.0m."
    ) in page


def test_statement_page_says_that_the_source_gives_no_year(client, funding, release_now):
    release_now(funding)

    page = client.get("/pcc-2021/statements/funding/").content.decode()

    assert "In £. The source gives no year." in page
    assert "The source does not print the totals that were worked out by the portal." in page


def test_statement_page_draws_a_chart_when_asked_to(client, make_statement, release_now):
    release_now(make_statement(slug="drawn", has_chart=True), make_statement(slug="plain"))

    drawn = client.get("/pcc-2021/statements/drawn/").content.decode()
    plain = client.get("/pcc-2021/statements/plain/").content.decode()

    assert (drawn.count("<svg"), plain.count("<svg")) == (1, 0)


def test_statement_table_escapes_what_people_wrote(make_statement):
    statement = make_statement(title="<i>x</i>", lines=[("<b>y</b>", "item", "1")])

    page = render_to_string("briefings/_statement_table.html", {"statement": statement})

    assert "<i>x" not in page
    assert "<b>y" not in page


def csv_rows(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_statement_csv_says_what_it_is_and_holds_plain_numbers(client, costs, release_now):
    release_now(costs)

    response = client.get("/pcc-2021/statements/costs.csv")

    assert response["Content-Disposition"] == 'attachment; filename="pcc-2021-costs.csv"'
    assert csv_rows(response) == [
        ["Title", "Costs"],
        ["What it shows", "What the money is spent on."],
        ["Units", "£000"],
        ["Financial years", "2016/17"],
        ["Kinds of number", "Budget; Forecast"],
        ["As at", "2021-01-27"],
        ["Source", "Budget report, Police and Crime Panel, 2021-01-27"],
        ["Place in the source", "page 4"],
        [
            "Licence",
            "Open Government Licence v3.0, "
            "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
            "© Office of the Police and Crime Commissioner for Leicestershire",
        ],
        ["Address", "http://testserver/pcc-2021/statements/costs/"],
        [],
        ["Purpose", "Line", "2016/17 budget, £000", "2016/17 forecast outturn, £000"],
        ["Staff", "Item", "1062", "1111"],
        ["Ringfenced", "Of which", "64", "64"],
        ["Cost before funding", "Subtotal", "1062", "1111"],
        ["Grant", "Item", "-64", ""],
        ["Net cost", "Total", "998", "1111"],
    ]


def test_statement_csv_runs_no_formula(client, make_statement, release_now):
    release_now(make_statement(slug="evil", lines=[("=HYPERLINK(1)", "item", "5")]))

    rows = csv_rows(client.get("/pcc-2021/statements/evil.csv"))

    assert rows[-1] == ["'=HYPERLINK(1)", "Item", "5"]


@pytest.fixture
def corrected(make_statement, release_now):
    """A table that was released with a wrong number, and then corrected."""
    first = make_statement(slug="money", lines=[("Police", "item", "1.0")])
    release_now(first)
    second = make_statement(slug="money", version=2, lines=[("Police", "item", "2.0")])
    release_now(second)
    return second


@pytest.mark.parametrize(("query", "number"), [("", "2.0"), ("?version=1", "1.0")])
def test_statement_keeps_its_old_version_readable(client, corrected, query, number):
    page = client.get(f"/pcc-2021/statements/money/{query}").content.decode()
    rows = csv_rows(client.get(f"/pcc-2021/statements/money.csv{query}"))

    assert TableReader(page).texts()[1] == ["Police", number]
    assert rows[-1] == ["Police", "Item", number]


@pytest.mark.parametrize("query", ["?version=3", "?version=x", "?version="])
def test_statement_has_no_other_version(client, corrected, query):
    assert client.get(f"/pcc-2021/statements/money/{query}").status_code == 404


READERS = ["anonymous", "candidate", "other_candidate", "withdrawn_candidate", "editor"]
SEES = {
    "public": {*READERS},
    "candidates": {"candidate", "editor"},
    "draft": set(),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", SEES)
def test_statement_is_known_only_to_those_it_is_for(
    client, request, make_statement, release_now, reader, kind
):
    audience = "candidates" if kind == "candidates" else "public"
    statement = make_statement(slug="secret", title="Secret table", audience=audience)
    if kind != "draft":
        release_now(statement)
    if reader != "anonymous":
        client.force_login(request.getfixturevalue(reader))

    listed = client.get("/pcc-2021/figures/")
    page = client.get("/pcc-2021/statements/secret/")
    download = client.get("/pcc-2021/statements/secret.csv")

    sees = reader in SEES[kind]
    expected = 200 if sees else 404
    assert (page.status_code, download.status_code) == (expected, expected)
    assert ("Secret table" in listed.content.decode()) == sees


@pytest.mark.parametrize(
    "address",
    ["/pcc-2024/statements/costs/", "/pcc-2024/statements/costs.csv", "/nowhere/statements/costs/"],
)
def test_statement_is_at_the_address_of_its_own_election_only(
    client, costs, other_election, release_now, address
):
    release_now(costs)

    assert client.get(address).status_code == 404


def test_statement_page_takes_the_same_queries_for_any_number_of_lines(
    client, make_statement, release_now, django_assert_num_queries, settings
):
    settings.PAGE_CACHE = False
    release_now(
        make_statement(slug="one", lines=[("Police", "item", "1.0")]),
        make_statement(slug="three", lines=[(f"Line {n}", "item", "1.0") for n in range(3)]),
    )

    for slug in ("one", "three"):
        client.get(f"/pcc-2021/statements/{slug}/")  # what each quotes is looked up once

    # election, statement, columns, lines, what it quotes
    with django_assert_num_queries(5):
        client.get("/pcc-2021/statements/one/")
    with django_assert_num_queries(5):
        client.get("/pcc-2021/statements/three/")


@pytest.mark.parametrize("part", ["columns", "lines"])
@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.update(position=9),
        lambda rows: rows.all().delete(),
        lambda rows: rows.model.objects.create(statement=rows.instance, position=9),
    ],
    ids=["update", "delete", "insert"],
)
def test_released_columns_and_lines_never_change(costs, release_now, part, change):
    release_now(costs)

    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        change(getattr(costs, part))
