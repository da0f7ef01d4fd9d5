import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elections.models import KeyDate, Office
from elections.timetable import (
    TIMETABLES,
    is_working_day,
    rule_for,
    statutory_dates,
    working_days_before,
)

Kind = KeyDate.Kind
PCC = Office.Kind.PCC

# As printed by the returning officers and the Electoral Commission for these two polls.
PRINTED_2021 = {
    Kind.NOTICE: (dt.date(2021, 3, 29), None),
    Kind.NOMINATIONS_CLOSE: (dt.date(2021, 4, 8), dt.time(16)),
    Kind.PERSONS_NOMINATED: (dt.date(2021, 4, 9), dt.time(16)),
    Kind.REGISTRATION: (dt.date(2021, 4, 19), None),
    Kind.POSTAL_VOTES: (dt.date(2021, 4, 20), dt.time(17)),
    Kind.PROXY_VOTES: (dt.date(2021, 4, 27), dt.time(17)),
    Kind.NOTICE_OF_POLL: (dt.date(2021, 4, 27), None),
    Kind.POLLING_AGENTS: (dt.date(2021, 4, 28), None),
    Kind.POLL: (dt.date(2021, 5, 6), None),
    Kind.TAKES_OFFICE: (dt.date(2021, 5, 13), None),
}
PRINTED_2024 = {
    Kind.NOTICE: (dt.date(2024, 3, 26), None),
    Kind.NOMINATIONS_CLOSE: (dt.date(2024, 4, 5), dt.time(16)),
    Kind.PERSONS_NOMINATED: (dt.date(2024, 4, 8), dt.time(16)),
    Kind.REGISTRATION: (dt.date(2024, 4, 16), None),
    Kind.POSTAL_VOTES: (dt.date(2024, 4, 17), dt.time(17)),
    Kind.PROXY_VOTES: (dt.date(2024, 4, 24), dt.time(17)),
    Kind.NOTICE_OF_POLL: (dt.date(2024, 4, 24), None),
    Kind.POLLING_AGENTS: (dt.date(2024, 4, 25), None),
    Kind.POLL: (dt.date(2024, 5, 2), None),
    Kind.TAKES_OFFICE: (dt.date(2024, 5, 9), None),
}


def _dates(poll_date, office_kind=PCC, left_out=(), **kwargs):
    dates = statutory_dates(poll_date, office_kind, left_out, **kwargs)
    return {date.kind: (date.date, date.time) for date in dates}


@pytest.mark.parametrize("office_kind", [Office.Kind.PCC, Office.Kind.PFCC])
@pytest.mark.parametrize(
    ("poll_date", "printed"),
    [(dt.date(2021, 5, 6), PRINTED_2021), (dt.date(2024, 5, 2), PRINTED_2024)],
)
def test_statutory_dates_are_the_printed_ones(poll_date, printed, office_kind):
    assert _dates(poll_date, office_kind) == printed


def test_statutory_dates_of_a_mayor_differ_only_in_taking_office():
    mayor = _dates(dt.date(2021, 5, 6), Office.Kind.MAYOR)

    assert mayor == PRINTED_2021 | {Kind.TAKES_OFFICE: (dt.date(2021, 5, 10), None)}


def test_statutory_dates_of_a_board_are_polling_day_alone():
    assert _dates(dt.date(2028, 5, 4), Office.Kind.BOARD) == {
        Kind.POLL: (dt.date(2028, 5, 4), None)
    }


def test_statutory_dates_of_a_by_election_leave_out_taking_office():
    by_election = _dates(dt.date(2021, 5, 6), by_election=True)

    assert Kind.TAKES_OFFICE not in by_election
    assert len(by_election) == len(PRINTED_2021) - 1


def test_statutory_dates_around_christmas_leave_out_christmas_eve():
    assert _dates(dt.date(2026, 1, 8)) == {
        Kind.NOTICE: (dt.date(2025, 11, 28), None),
        Kind.NOMINATIONS_CLOSE: (dt.date(2025, 12, 8), dt.time(16)),
        Kind.PERSONS_NOMINATED: (dt.date(2025, 12, 9), dt.time(16)),
        Kind.REGISTRATION: (dt.date(2025, 12, 17), None),
        Kind.POSTAL_VOTES: (dt.date(2025, 12, 18), dt.time(17)),
        Kind.PROXY_VOTES: (dt.date(2025, 12, 30), dt.time(17)),
        Kind.NOTICE_OF_POLL: (dt.date(2025, 12, 30), None),
        Kind.POLLING_AGENTS: (dt.date(2025, 12, 31), None),
        Kind.POLL: (dt.date(2026, 1, 8), None),
        Kind.TAKES_OFFICE: (dt.date(2026, 1, 15), None),
    }


def test_statutory_dates_leave_out_a_day_of_mourning():
    without = _dates(dt.date(2021, 5, 6))
    with_mourning = _dates(dt.date(2021, 5, 6), left_out={dt.date(2021, 4, 13)})

    assert with_mourning[Kind.NOMINATIONS_CLOSE] == (dt.date(2021, 4, 7), dt.time(16))
    assert with_mourning[Kind.REGISTRATION] == without[Kind.REGISTRATION]


@pytest.mark.parametrize(
    ("poll_date", "title"),
    [
        (dt.date(2021, 5, 6), "Last day to apply for a proxy vote"),
        (dt.date(2024, 5, 2), "Last day to apply for a proxy vote or a voter certificate"),
    ],
)
def test_statutory_dates_name_voter_certificates_only_since_they_exist(poll_date, title):
    titles = {date.kind: date.title for date in statutory_dates(poll_date, PCC)}

    assert titles[Kind.PROXY_VOTES] == title


@pytest.mark.parametrize("office_kind", list(TIMETABLES))
def test_statutory_dates_all_name_their_source(office_kind):
    dates = statutory_dates(dt.date(2028, 5, 4), office_kind)

    assert [date.kind for date in dates] == list(Kind)
    assert all(date.source for date in dates)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2024, 3, 28), True),  # Maundy Thursday
        (dt.date(2024, 3, 29), False),  # Good Friday
        (dt.date(2024, 3, 30), False),  # Saturday
        (dt.date(2024, 3, 31), False),  # Sunday
        (dt.date(2024, 4, 1), False),  # Easter Monday
        (dt.date(2024, 4, 2), True),
        (dt.date(2024, 12, 24), False),  # Christmas Eve
        (dt.date(2024, 12, 25), False),
        (dt.date(2021, 12, 27), False),  # instead of a Christmas Day on Saturday
        (dt.date(2021, 12, 28), False),  # instead of a Boxing Day on Sunday
        (dt.date(2022, 9, 19), False),  # state funeral
        (dt.date(2023, 5, 8), False),  # coronation
        (dt.date(2024, 11, 30), False),  # Saturday; St Andrew's Day counts in Scotland only
        (dt.date(2023, 11, 30), True),  # St Andrew's Day on a Thursday
        (dt.date(2024, 1, 2), True),  # a bank holiday in Scotland only
    ],
)
def test_working_day(day, expected):
    assert is_working_day(day) is expected


def test_working_day_is_none_when_left_out():
    assert not is_working_day(dt.date(2024, 4, 2), {dt.date(2024, 4, 2)})


def test_working_days_before_skip_a_one_off_bank_holiday():
    assert working_days_before(dt.date(2022, 9, 22), 3) == dt.date(2022, 9, 16)


def test_rule_for_a_step_of_an_office():
    rule = rule_for(Kind.NOMINATIONS_CLOSE, PCC)

    assert (rule.working_days, rule.time) == (19, dt.time(16))
    assert "SI 2012/1917" in rule.source


@pytest.mark.parametrize(
    ("kind", "office_kind"), [(Kind.NOTICE, Office.Kind.BOARD), (Kind.POLL, PCC)]
)
def test_rule_for_a_step_without_one(kind, office_kind):
    assert rule_for(kind, office_kind) is None


poll_dates = st.dates(dt.date(2012, 11, 15), dt.date(2060, 12, 31))


@st.composite
def polls(draw):
    """A poll, an office and some days left out shortly before the poll."""
    poll_date = draw(poll_dates)
    offsets = draw(st.sets(st.integers(1, 60), max_size=4))
    left_out = {poll_date - dt.timedelta(days=offset) for offset in offsets}
    return poll_date, draw(st.sampled_from(list(TIMETABLES))), left_out


@given(polls())
def test_statutory_dates_stand_in_the_order_of_the_law(poll):
    dates = {kind: date for kind, (date, _) in _dates(*poll).items()}

    assert dates[Kind.NOTICE] < dates[Kind.NOMINATIONS_CLOSE] < dates[Kind.PERSONS_NOMINATED]
    assert dates[Kind.PERSONS_NOMINATED] < dates[Kind.REGISTRATION] < dates[Kind.POSTAL_VOTES]
    assert dates[Kind.POSTAL_VOTES] < dates[Kind.PROXY_VOTES] == dates[Kind.NOTICE_OF_POLL]
    assert dates[Kind.NOTICE_OF_POLL] < dates[Kind.POLLING_AGENTS] < dates[Kind.POLL]
    assert dates[Kind.POLL] < dates[Kind.TAKES_OFFICE]


@given(polls())
def test_statutory_dates_are_as_many_working_days_before_the_poll_as_the_rule_says(poll):
    poll_date, office_kind, left_out = poll
    dates = _dates(*poll)

    for rule in TIMETABLES[office_kind].rules:
        day = dates[rule.kind][0]
        between = [day + dt.timedelta(days=n) for n in range((poll_date - day).days)]
        counted = [day for day in between if is_working_day(day, left_out)]
        assert (counted[0], len(counted)) == (day, rule.working_days)


@given(polls(), st.integers(1, 60))
def test_a_day_left_out_never_makes_a_date_later(poll, offset):
    poll_date, office_kind, left_out = poll
    more = left_out | {poll_date - dt.timedelta(days=offset)}

    before = _dates(poll_date, office_kind, left_out)
    after = _dates(poll_date, office_kind, more)

    assert all(after[kind][0] <= before[kind][0] for kind in before)
