"""Money, counts, contradictions, colours and tables in texts."""

import pytest

from pcc_portal.proofreading import check_contradictions, check_counts, counted, plain, rich
from pcc_portal.proofreading.amounts import check_amounts
from pcc_portal.proofreading.colours import check_colours
from pcc_portal.proofreading.grids import check_grids


def codes(findings):
    return [finding.code for finding in findings]


# --- money ---------------------------------------------------------------------------------


def test_money_without_a_year_is_found_once_a_passage():
    [finding] = check_amounts(plain("Text", "It costs £5.4m. Another £2,000 goes to advice."))

    assert finding.code == "money-year"
    assert finding.sentence == ("Text: £5.4m, £2,000: no year is given. Say which year it is for.")


@pytest.mark.parametrize(
    "passage",
    [
        plain("Text", "The budget of 2021/22 is £212.6m."),
        plain("Text", "The budget is £212.6m.", year="2021/22"),
        plain("“Budget 2021-22”", "The budget is £212.6m."),
        plain("Text", "In the coming financial year it is £5.6m."),
        plain("Title", "£5.4m", is_label=True),
        plain("Text", "There is no money."),
    ],
)
def test_money_with_a_year_raises_nothing(passage):
    assert codes(check_amounts(passage)) == []


def test_money_with_one_decimal_and_nothing_behind_it_lacks_its_unit():
    assert codes(check_amounts(plain("Text", "In 2024 a gap of £8.6 remains."))) == ["money-unit"]
    assert codes(check_amounts(plain("Text", "In 2024 a gap of £8.6 million remains."))) == []
    assert codes(check_amounts(plain("Text", "In 2024 it prints £8.6 without a unit."))) == []


# --- counts --------------------------------------------------------------------------------

PARTNERSHIPS = counted("Community Safety Partnership funding", "Partnership", 9)


@pytest.mark.parametrize(
    "text",
    ["There are eight CSPs.", "All 8 partnerships are funded.", "Eight of the partnerships."],
)
def test_count_that_does_not_fit_the_table_is_found(text):
    assert codes(check_counts(plain("Text", text), [PARTNERSHIPS])) == ["count"]


@pytest.mark.parametrize(
    "text",
    [
        "There are nine CSPs.",
        "It speaks of eight partnerships; there are nine awards.",
        "Eight officers went.",
        "The last two years.",
    ],
)
def test_count_that_fits_or_is_of_something_else_raises_nothing(text):
    years = counted("Precept over time", "Year", 5)

    assert codes(check_counts(plain("Text", text), [PARTNERSHIPS, years])) == []


# --- contradictions ------------------------------------------------------------------------


def test_two_numbers_between_the_same_words_are_found():
    text = "They were commissioned to do 1,000 surveys. Later commissioned to do 900 surveys."
    passage = plain("Text", text)

    assert codes(check_contradictions([passage])) == ["contradiction"]


@pytest.mark.parametrize(
    "text",
    [
        "They were commissioned to do 1,000 surveys. Again: commissioned to do 1000 surveys.",
        "In 2015 commissioned to do 900 surveys. In 2016 commissioned to do 1,000 surveys.",
        "A gap of £8.6m. It does not agree with the £5.4m savings asked about.",
        "A gap of £8.6m in 2024. Savings were £5.4m in 2023.",
        "Slots from 10 to 12 and from 14 to 16.",
    ],
)
def test_numbers_that_agree_or_are_of_other_years_raise_nothing(text):
    assert codes(check_contradictions([plain("Text", text)])) == []


# --- colours -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["Cuts are shown in red.", "The green rows are good.", "Amber indicates a risk."]
)
def test_colour_as_the_only_sign_is_found(text):
    assert codes(check_colours(plain("Text", text))) == ["colour-only"]


@pytest.mark.parametrize(
    "text", ["A Green Paper on policing.", "Retro blue lights.", "The Red Cross helped."]
)
def test_colour_of_something_raises_nothing(text):
    assert codes(check_colours(plain("Text", text))) == []


# --- tables --------------------------------------------------------------------------------


def table(*rows):
    return rich("Text", f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")


def test_table_without_a_header_is_found():
    bare = table("<td>Charnwood</td><td>£75,500</td>", "<td>Melton</td><td>£17,500</td>")

    assert codes(check_grids(bare)) == ["table-header"]


def test_column_of_numbers_without_a_unit_is_found():
    head = "<th>Partnership</th><th>PLF</th>"
    bare = table(head, "<td>Charnwood</td><td>75,500</td>", "<td>Melton</td><td>17,500</td>")

    [finding] = check_grids(bare)
    assert finding.code == "table-unit"
    assert "column “PLF” of the table" in finding.sentence


def test_table_with_header_and_units_raises_nothing():
    head = "<th>Partnership</th><th>PLF, £</th>"
    whole = table(head, "<td>Charnwood</td><td>75,500</td>", "<td>Melton</td><td>17,500</td>")

    assert codes(check_grids(whole)) == []
