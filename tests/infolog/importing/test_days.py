import datetime as dt

import pytest

from infolog.importing.days import day_of, form_of, is_far, stamp_of

POLL = dt.date(2021, 5, 6)
APRIL_10 = dt.date(2021, 4, 10)


@pytest.mark.parametrize(
    ("text", "day", "code"),
    [
        ("10/04/2021", APRIL_10, ""),
        ("10.4.21", APRIL_10, ""),
        ("10-04-2021", APRIL_10, ""),
        ("2021-04-10", APRIL_10, ""),
        ("2021-04-10 00:00:00", APRIL_10, ""),
        ("10 April 2021", APRIL_10, ""),
        ("Saturday 10th April 2021", APRIL_10, ""),
        ("10 Apr 21", APRIL_10, ""),
        ("April 10, 2021", APRIL_10, ""),
        ("10 April 2021 14:30", APRIL_10, ""),
        ("04/28/2021", dt.date(2021, 4, 28), "order"),
        ("10 April", APRIL_10, "year"),
        ("10/4", APRIL_10, "year"),
        ("25 October", dt.date(2020, 10, 25), "year"),
        ("20 May", dt.date(2021, 5, 20), "year"),
        ("29 February", dt.date(2020, 2, 29), "year"),
        ("31/02/2021", None, ""),
        ("April 2021", None, ""),
        ("ongoing", None, ""),
        ("10/04/2021 and later", None, ""),
        ("", None, ""),
    ],
)
def test_day_is_read(text, day, code):
    found = day_of(text, POLL)

    assert (found and found.day, found.code if found else "") == (day, code)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("In writing", "in-writing"),
        ("E-mail", "email"),
        ("(EMAIL)", "email"),
        ("Phone call", "telephone"),
        ("Verbal (in person)", "verbal"),
        ("At the briefing", "verbal"),
        ("Pigeon", ""),
    ],
)
def test_form_of_request_is_recognised(text, form):
    assert form_of(text) == form


@pytest.mark.parametrize(
    ("question", "day", "form", "rest"),
    [
        ("12 March 2021 (EMAIL) How many?", dt.date(2021, 3, 12), "EMAIL", "How many?"),
        ("12/03/2021 – telephone: How many?", dt.date(2021, 3, 12), "telephone", "How many?"),
        ("(EMAIL) How many?", None, "EMAIL", "How many?"),
        ("How many by telephone?", None, "", "How many by telephone?"),
        ("Telephone waiting times?", None, "", "Telephone waiting times?"),
        ("12 officers left. Why?", None, "", "12 officers left. Why?"),
    ],
)
def test_day_and_form_in_front_of_a_question_are_told_apart(question, day, form, rest):
    stamp = stamp_of(question, POLL)

    assert (stamp.day and stamp.day.day, stamp.form_text, stamp.rest) == (day, form, rest)


def test_day_far_from_the_poll_is_told():
    assert [is_far(dt.date(year, 4, 10), POLL) for year in (2018, 2020, 2021, 2022)] == [
        True,
        False,
        False,
        True,
    ]
