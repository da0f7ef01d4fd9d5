import pytest

from infolog.importing.columns import Columns, Use, is_header, recognise, use_of
from infolog.importing.table import Row


def _row(*cells: str, number: int = 1) -> Row:
    return Row(number, f"Row {number}", cells)


@pytest.mark.parametrize(
    ("heading", "use"),
    [
        ("DATE OF REQUEST", "date"),
        ("Date", "date"),
        ("Date received:", "date"),
        ("Form of request", "form"),
        ("Channel", "form"),
        ("Information Requested", "question"),
        ("Query", "question"),
        ("Candidate question", "question"),
        ("Response", "response"),
        ("Reply", "response"),
        ("Date of response", "response_date"),
        ("Response date", "response_date"),
        ("Date answer published", "response_date"),
        ("Was information provided (Y/N)?", "provided"),
        ("Information provided Y/N", "provided"),
        ("Information provided", "response"),
        ("Ref. No.", "reference"),
        ("No.", "reference"),
        ("Candidate’s name", "asker"),
        ("Name of candidate / party", "asker"),
        ("Requested by", "asker"),
        ("Topic", "topic"),
        ("Subject", "topic"),
        ("Responded by", "responder"),
        ("Documents", "documents"),
        ("Weather", None),
        ("", None),
    ],
)
def test_heading_is_recognised(heading, use):
    assert use_of(heading) == use


def test_columns_are_recognised_in_any_order_below_a_title():
    rows = [
        _row("Log of requests"),
        _row("No.", "Candidate", "Query", "Channel", "Reply", "Weather", number=2),
        _row("1", "A. Person", "Why?", "EMAIL", "Because.", number=3),
    ]

    columns = recognise(rows)

    assert columns.header == 2
    assert columns.uses == ("reference", "asker", "question", "form", "response", "nothing")


def test_each_use_is_given_once_and_to_the_best_heading():
    columns = recognise([_row("Date of meeting", "Date of request", "Question", "Answer")])

    assert columns.uses == ("nothing", "date", "question", "response")


@pytest.mark.parametrize(
    "cells",
    [
        ("10/04/2021", "In writing", "How many officers?", "120."),
        ("Question",),
        ("What is your question?", "Answer"),
        ("Date", "Response"),
    ],
)
def test_row_that_names_no_columns_is_no_header(cells):
    assert not is_header(_row(*cells))


@pytest.mark.parametrize(
    ("width", "uses"),
    [
        (4, ("date", "form", "question", "response")),
        (2, ("question", "response")),
        (3, ("nothing",) * 3),
    ],
)
def test_table_without_headings_is_taken_for_the_offices_own_or_left_to_a_person(width, uses):
    columns = recognise([_row(*"abcdef"[:width])])

    assert columns.uses == uses
    assert columns.is_usable == (Use.QUESTION in uses)


def test_column_that_is_not_there_is_empty_in_every_row():
    columns = Columns((Use.QUESTION,))

    assert _row("Why?")[columns.of(Use.DATE)] == ""
