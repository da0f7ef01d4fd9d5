from decimal import Decimal

import pytest

from briefings.numbers import converted, decimals_of, parse_number, plain, with_unit


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("1,062", "1062"),
        ("(64)", "-64"),
        ("-64", "-64"),
        ("−64", "-64"),
        ("£15,956.25", "15956.25"),
        ("(£3.20)", "-3.20"),
        ("90.8%", "90.8"),
        ("±2.4", "2.4"),
        ("about 1,200", "1200"),
        ("approx. 1,200", "1200"),
        (" 5 ", "5"),
    ],
)
def test_parse_number_reads_what_offices_print(printed, number):
    assert parse_number(printed) == Decimal(number)


@pytest.mark.parametrize(
    "printed", ["", "–", "-", "—", "Under", "1 or 2", "1e5", "NaN", "Infinity"]
)
def test_parse_number_finds_none_in_words_and_dashes(printed):
    assert parse_number(printed) is None


@pytest.mark.parametrize(
    ("value", "unit", "places", "text"),
    [
        ("248.23", "£", 2, "£248.23"),
        ("2000", "£", 0, "£2,000"),
        ("212.6", "£m", 1, "£212.6m"),
        ("998", "£000", 0, "£998,000"),
        ("-64", "£000", 0, "−£64,000"),
        ("61.5", "%", 1, "61.5%"),
        ("-1.2", "%", 1, "−1.2%"),
        ("7", "pence", 0, "7p"),
        ("2242", "officers (FTE)", 0, "2,242 officers (FTE)"),
        ("-0.04", "£m", 1, "£0.0m"),
        ("2.5", "people", 0, "3 people"),
    ],
)
def test_with_unit_puts_the_unit_where_readers_expect_it(value, unit, places, text):
    assert with_unit(Decimal(value), unit, places) == text


def test_with_unit_says_about_before_an_approximate_number():
    assert with_unit(Decimal("206.9"), "£m", 1, is_approximate=True) == "about £206.9m"


@pytest.mark.parametrize(
    ("value", "unit", "into", "number"),
    [
        ("7", "pence", "£", "0.07"),
        ("1.5", "£m", "£000", "1500"),
        ("3", "officers", "officers", "3"),
    ],
)
def test_converted_turns_money_into_other_money(value, unit, into, number):
    assert converted(Decimal(value), unit, into) == Decimal(number)


def test_converted_refuses_to_turn_people_into_money():
    assert converted(Decimal(3), "officers", "£") is None


def test_decimals_of_counts_the_noughts_that_were_written():
    assert (decimals_of(Decimal("1.50")), decimals_of(Decimal("64"))) == (2, 0)


def test_plain_writes_numbers_for_programs():
    assert plain(Decimal("-15956.20")) == "-15956.20"
