"""The office's own tables, typed from its papers: what the checks say of each of them."""

from decimal import Decimal

import pytest

from briefings.checks import check_figure, check_table
from briefings.models import Figure, StatementColumn, StatementLine
from pcc_portal.findings import Finding, Severity


def column(position, heading, role, unit, *, of=None, year="", basis="budget"):
    return StatementColumn(
        position=position,
        heading=heading,
        role=role,
        unit=unit,
        of_column=of,
        financial_year=year,
        basis=basis,
    )


def lines(*rows):
    """Each row is a label, a role and the cells as printed."""
    return [
        StatementLine(position=number, label=label, role=role, cells=list(cells))
        for number, (label, role, *cells) in enumerate(rows, start=1)
    ]


def items(*rows):
    return lines(*((label, "item", *cells) for label, *cells in rows))


def figure(value, unit, **fields):
    return Figure(
        value=Decimal(value), unit=unit, **{"title": "A figure", "basis": "budget"} | fields
    )


def warning(code, sentence):
    return Finding(code, Severity.WARNING, sentence)


def note(code, sentence):
    return Finding(code, Severity.NOTE, sentence)


def budget_and_share(year):
    return [
        column(1, f"{year} budget", "amount", "£m", year=year),
        column(2, "Share of the budget", "share-of", "%", of=1, year=year),
    ]


OUTTURNS = [
    column(1, "2013/14 outturn", "amount", "£000", year="2013/14", basis="outturn"),
    column(2, "2014/15 outturn", "amount", "£000", year="2014/15", basis="outturn"),
    column(3, "2015/16 outturn", "amount", "£000", year="2015/16", basis="outturn"),
    column(4, "2016/17 budget", "amount", "£000", year="2016/17", basis="budget"),
    column(5, "2016/17 forecast outturn", "amount", "£000", year="2016/17", basis="forecast"),
]


def office_costs(net="1,046"):
    return lines(
        ("Staffing", "item", "876", "792", "876", "822", "865"),
        ("Shared executive support", "item", "–", "–", "58", "64", "16"),
        ("Tribunals and audit", "item", "79", "101", "77", "82", "85"),
        ("Transport and training", "item", "57", "32", "40", "23", "25"),
        ("Advice and office costs", "item", "76", "85", "75", "71", "120"),
        ("Cost before funding", "subtotal", "1,088", "1,010", "1,126", "1,062", "1,111"),
        ("Grant funding", "item", "–", "–", "(73)", "(64)", "(64)"),
        ("Use of reserve", "item", "(42)", "–", "(21)", "–", "(49)"),
        ("Net cost", "total", net, "1,010", "1,032", "998", "998"),
    )


def test_b1_where_the_money_comes_from_raises_no_finding():
    rows = lines(
        ("Home Office grants", "item", "130.8", "61.5"),
        ("Precept", "item", "81.8", "38.5"),
        ("Revenue budget", "total", "212.6", "100"),
    )

    assert check_table(budget_and_share("2021/22"), rows) == []


def test_b1_where_the_money_goes_raises_no_finding():
    rows = lines(
        ("Chief Constable", "item", "about 206.9", "97.3"),
        ("The office and commissioning", "item", "5.7", "2.7"),
        ("Revenue budget", "total", "212.6", "100"),
    )

    assert check_table(budget_and_share("2021/22"), rows) == []


def test_b1_in_one_table_counts_each_total_from_the_total_before():
    rows = lines(
        ("Home Office grants", "item", "130.8", "61.5"),
        ("Precept", "item", "81.8", "38.5"),
        ("Money coming in", "total", "212.6", "100"),
        ("Chief Constable", "item", "206.9", "97.3"),
        ("The office and commissioning", "item", "5.7", "2.7"),
        ("Money going out", "total", "212.6", "100"),
    )

    assert check_table(budget_and_share("2021/22"), rows) == []


@pytest.mark.parametrize(
    ("value", "unit", "places", "percentage", "whole"),
    [
        ("130.8", "£m", 1, "61.5", "212.6"),
        ("81.8", "£m", 1, "38.5", "212.6"),
        ("206.9", "£m", 1, "97.3", "212.6"),
        ("5.7", "£m", 1, "2.7", "212.6"),
    ],
)
def test_b1_shares_as_figures_raise_no_finding(value, unit, places, percentage, whole):
    part = figure(
        value,
        unit,
        decimal_places=places,
        percentage=Decimal(percentage),
        relation="percent-of",
        related_to=figure(whole, "£m", decimal_places=1),
    )

    assert check_figure(part) == []


def increase(percentage):
    return figure(
        "15",
        "£",
        decimal_places=2,
        percentage=Decimal(percentage),
        relation="change-to",
        related_to=figure("248.23", "£", decimal_places=2, per="a year"),
    )


def test_b1_rise_of_the_precept_raises_no_finding():
    assert check_figure(increase("6.43")) == []


def test_figure_warns_of_a_rise_that_is_another_percentage():
    assert check_figure(increase("6.04")) == [
        warning("change-to", "£15.00 on top of £233.23 is 6.43%; 6.04% is printed.")
    ]


def test_b2_funding_without_printed_totals_raises_no_finding():
    columns = [
        column(1, "PLF", "amount", "£"),
        column(2, "YP&D", "amount", "£"),
        column(3, "Other funding", "amount", "£"),
    ]
    rows = items(
        ("Safer Leicestershire", "239,000", "72,150", "341,796"),
        ("Charnwood CSP", "75,500", "15,956.25", "–"),
        ("Safer Rutland", "11,000", "3,700", "10,485"),
    )

    assert check_table(columns, rows) == []


def test_b3_cost_of_the_office_raises_no_finding():
    assert check_table(OUTTURNS, office_costs()) == []


def test_total_that_is_far_from_the_sum_warns_with_both_numbers():
    assert check_table(OUTTURNS, office_costs(net="1,064")) == [
        warning(
            "total",
            "Net cost, 2013/14 outturn, £000: £1,064,000 is printed; "
            "the lines above add up to £1,046,000.",
        )
    ]


def test_total_that_is_off_by_rounding_is_a_note():
    assert check_table(OUTTURNS, office_costs(net="1,048")) == [
        note(
            "total-rounded",
            "Net cost, 2013/14 outturn, £000: £1,048,000 is printed; the lines above add up to "
            "£1,046,000. So small a difference comes from rounding.",
        )
    ]


@pytest.mark.parametrize(("printed", "code"), [("30.2", "total-rounded"), ("30.3", "total")])
def test_rounding_may_miss_by_half_a_unit_for_each_number(printed, code):
    rows = lines(
        ("One", "item", "10.0"),
        ("Two", "item", "10.0"),
        ("Three", "item", "10.0"),
        ("All", "total", printed),
    )

    found = check_table([column(1, "Budget", "amount", "£m")], rows)

    assert [finding.code for finding in found] == [code]


def test_of_which_lines_are_not_added_again():
    rows = lines(
        ("Grants", "item", "10"),
        ("Ringfenced", "of-which", "4"),
        ("Precept", "item", "5"),
        ("All", "total", "15"),
    )

    assert check_table([column(1, "Budget", "amount", "£")], rows) == []


def test_b4_value_for_money_raises_no_finding():
    columns = [
        column(1, "2015", "value", "£", basis="estimate"),
        column(2, "2016", "value", "£", basis="estimate"),
    ]
    rows = items(
        ("Leicestershire", "0.91", "0.83"),
        ("Most similar groups", "0.86", "0.97"),
        ("National average", "1.03", "1.03"),
    )

    assert check_table(columns, rows) == []


def test_b5_savings_raise_no_finding():
    columns = [column(1, "2017/18", "value", "£m", year="2017/18", basis="forecast")]
    rows = items(("Before the settlement", "10.7"), ("June 2016", "1.1"), ("September", "0.8"))

    assert check_table(columns, rows) == []


def test_b6_warns_of_the_share_of_regional_collaboration_only():
    rows = lines(
        ("Operational policing", "item", "155.1", "90.8"),
        ("Regional collaboration", "item", "8.3", "4.8"),
        ("Commissioned services", "item", "3.1", "1.8"),
        ("The office", "item", "1.0", "0.6"),
        ("Capital programme", "item", "0.8", "0.5"),
        ("Debt charges", "item", "2.5", "1.5"),
        ("Net budget requirement", "total", "170.8", "100.0"),
    )

    assert check_table(budget_and_share("2016/17"), rows) == [
        warning(
            "share",
            "Regional collaboration: £8.3m is 4.9% of £170.8m; 4.8% is printed.",
        )
    ]


def test_share_of_another_basis_is_not_compared():
    columns = budget_and_share("2016/17")
    columns[1].basis = "outturn"

    found = check_table(columns, lines(("Police", "item", "9", "1"), ("All", "total", "9", "100")))

    assert found == [
        warning(
            "different-bases",
            "“Share of the budget 2016/17, % (outturn)” and “2016/17 budget, £m” are different "
            "kinds of number, so they cannot be checked against each other.",
        )
    ]


def test_b7_support_raises_no_finding():
    columns = [
        column(1, "Support", "value", "%", basis="survey"),
        column(2, "Margin of error", "margin", "%", of=1, basis="survey"),
        column(3, "Compared with everyone", "assessment", "", of=1, basis="survey"),
    ]
    rows = items(
        ("Everyone", "83.3", "1.8", "–"),
        ("Telephone", "89.0", "3.0", "More"),
        ("Black", "62.5", "19.8", "–"),
        ("Asian", "75.7", "5.4", "Less"),
    )

    assert check_table(columns, rows) == []


RESPONDED = [
    column(1, "Responses", "amount", "responses", basis="count"),
    column(2, "Share of the population", "shares", "%", basis="estimate"),
    column(3, "Share of the responses", "shares", "%", of=2, basis="survey"),
    column(4, "Margin of error", "margin", "%", of=3, basis="survey"),
    column(5, "Representation", "assessment", "", of=3, basis="survey"),
]


def test_b8_who_responded_warns_of_rutland_only():
    rows = lines(
        ("Blaby", "item", "161", "9.2", "8.8", "1.3", "–"),
        ("Charnwood", "item", "211", "16.3", "11.5", "1.5", "Under"),
        ("Harborough", "item", "137", "8.4", "7.5", "1.2", "–"),
        ("Hinckley & Bosworth", "item", "128", "10.3", "7.0", "1.2", "Under"),
        ("Leicester", "item", "842", "32.4", "46.1", "2.3", "Over"),
        ("Melton", "item", "76", "4.9", "4.2", "0.9", "–"),
        ("North West Leicestershire", "item", "92", "9.2", "5.0", "1.0", "Under"),
        ("Oadby & Wigston", "item", "97", "5.5", "5.3", "1.0", "–"),
        ("Rutland", "item", "84", "3.7", "4.6", "1.0", "Under"),
        ("Not stated", "item", "1,198", "–", "–", "–", "–"),
        ("County Council area", "of-which", "902", "63.9", "49.3", "2.3", "Under"),
    )

    assert check_table(RESPONDED, rows) == [
        note(
            "shares-rounded",
            "Share of the population: the shares should add up to 100%. As printed they add up "
            "to 99.9%. So small a difference comes from rounding.",
        ),
        warning(
            "assessment",
            "Rutland is marked “Under”, but its “Share of the responses” (4.6%) is higher than "
            "its “Share of the population” (3.7%).",
        ),
    ]


def test_assessment_within_the_margin_of_error_warns():
    rows = lines(
        ("Blaby", "item", "50", "50.0", "49.5", "1.3", "Under"),
        ("Melton", "item", "50", "50.0", "50.5", "–", "Over"),
    )

    assert check_table(RESPONDED, rows) == [
        warning(
            "assessment",
            "Blaby is marked “Under”, but its “Share of the responses” (49.5%) differs from its "
            "“Share of the population” (50.0%) by no more than the margin of error (1.3).",
        )
    ]


def test_b8_priorities_and_visibility_raise_no_finding():
    columns = [
        column(1, "Very important", "value", "%", basis="survey"),
        column(2, "Very or fairly important", "value", "%", basis="survey"),
    ]
    rows = items(("On foot", "70.0", "80.1"), ("Bicycles", "28.1", "43.0"), ("Cars", "48.1", "67"))

    assert check_table(columns, rows) == []


@pytest.mark.parametrize(
    ("firsts", "total"),
    [
        (["19.4", "61.2", "1.6", "7.1", "13.5"], "102.8%"),
        (["29.9", "1.1", "8.8", "23.3", "19.9", "14.9", "7.4"], "105.3%"),
    ],
)
def test_b8_first_choices_beyond_100_per_cent_warn(firsts, total):
    rows = items(*((f"Way {number}", first) for number, first in enumerate(firsts)))

    assert check_table([column(1, "First choice", "shares", "%", basis="survey")], rows) == [
        warning(
            "shares",
            f"First choice: the shares should add up to 100%. As printed they add up to {total}.",
        )
    ]


def test_b8_who_should_support_victims_raises_no_finding():
    firsts = ["13.8", "19.0", "38.9", "2.7", "25.6"]
    rows = items(*((f"Choice {number}", first) for number, first in enumerate(firsts)))

    assert check_table([column(1, "First choice", "shares", "%", basis="survey")], rows) == []


WOMEN = [
    column(1, "People", "amount", "people", basis="count"),
    column(2, "Women", "rate", "%", of=1, basis="count"),
]


def test_rate_that_another_group_could_not_have_warns():
    rows = lines(
        ("Police officers", "item", "2,242", "37"),
        ("Police staff", "item", "about 1,200", "–"),
        ("Whole force", "total", "–", "65"),
    )

    assert check_table(WOMEN, rows) == [
        warning(
            "rate-impossible",
            "Women: if 65% for “Whole force” and 37% for “Police officers” (2,242 people) were "
            "right, it would have to be 117% for “Police staff” (1,200 people). "
            "That cannot be, so one of the printed numbers must mean something else.",
        )
    ]


def test_rate_that_another_group_can_have_raises_no_finding():
    rows = lines(
        ("Police officers", "item", "2,242", "37"),
        ("Police staff", "item", "1,200", "–"),
        ("Whole force", "total", "3,442", "47"),
    )

    assert check_table(WOMEN, rows) == []


@pytest.mark.parametrize(("whole", "codes"), [("47", []), ("46", []), ("60", ["rate"])])
def test_rate_of_the_whole_is_the_mean_of_its_parts(whole, codes):
    rows = lines(
        ("Police officers", "item", "2,242", "37"),
        ("Police staff", "item", "1,200", "65"),
        ("Whole force", "total", "3,442", whole),
    )

    assert [finding.code for finding in check_table(WOMEN, rows)] == codes


def test_figure_that_is_a_weekly_amount_called_yearly_warns_and_says_so():
    asked = figure(
        "7",
        "pence",
        per="a year",
        percentage=Decimal("1.99"),
        relation="percent-of",
        related_to=figure("183.5770", "£", decimal_places=4, per="a year"),
    )

    assert check_figure(asked) == [
        warning(
            "percent-of",
            "1.99% of £183.5770 a year is £3.65 a year; 7p a year is printed. "
            "7p is about what it is a week.",
        )
    ]


def test_figure_that_fits_nothing_warns_without_a_guess():
    asked = figure(
        "50",
        "pence",
        percentage=Decimal("1.99"),
        relation="percent-of",
        related_to=figure("183.5770", "£", decimal_places=4),
    )

    assert check_figure(asked) == [
        warning("percent-of", "1.99% of £183.5770 is £3.65; 50p is printed.")
    ]


def test_figure_without_a_relation_is_not_checked():
    assert check_figure(figure("5", "£m", percentage=Decimal("2.7"))) == []
