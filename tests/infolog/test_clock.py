"""The clock over Easter, the May bank holidays, Christmas and the change of the clocks."""

import datetime as dt

import pytest

from elections.models import NonWorkingDay
from infolog.clock import Clock, Light, Wait, after, due_on, is_working_day, light
from infolog.models import LogRules


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def wait(asked: str, answered: str = "") -> Wait:
    return Wait(day(asked), day(answered) if answered else None)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2021-04-12", "2021-04-19"),  # a Monday
        ("2021-04-16", "2021-04-23"),  # a Friday
        ("2021-04-17", "2021-04-23"),  # a Saturday: Monday is day one
        ("2021-04-01", "2021-04-12"),  # Maundy Thursday: Good Friday and Easter Monday are out
        ("2024-03-28", "2024-04-08"),  # the same in the year of the clock change at Easter
        ("2021-04-29", "2021-05-07"),  # over the early May bank holiday
        ("2023-04-27", "2023-05-05"),  # the first of two in 2023
        ("2023-05-04", "2023-05-12"),  # the coronation
        ("2021-05-28", "2021-06-07"),  # over the spring bank holiday
        ("2021-12-22", "2021-12-31"),  # 27 and 28 December stand for Christmas and Boxing Day
        ("2021-12-31", "2022-01-10"),  # 3 January stands for New Year's Day
        ("2021-03-26", "2021-04-06"),  # a Friday before the clocks go forward, and Easter
        ("2021-10-29", "2021-11-05"),  # before the clocks go back
    ],
)
def test_office_promises_five_working_days(received, due):
    assert due_on(day(received), days=5) == day(due)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2021-03-15", "2021-04-15"),  # St Patrick's Day and Easter are out
        ("2021-07-01", "2021-07-30"),  # 12 July is a bank holiday in Northern Ireland
        ("2021-07-19", "2021-08-17"),  # so is the first Monday of August in Scotland
        ("2021-11-15", "2021-12-14"),  # and St Andrew's Day
        ("2021-12-13", "2022-01-14"),  # Christmas, New Year, and 4 January in Scotland
        ("2024-05-01", "2024-05-31"),  # both May bank holidays
    ],
)
def test_freedom_of_information_has_twenty_days_without_bank_holidays_anywhere(received, due):
    assert due_on(day(received), clock=Clock.FOI) == day(due)


def test_days_of_a_wait_do_not_count_for_the_office():
    # Received on Monday; Tuesday and Wednesday count, then it waits from Thursday to Monday.
    assert due_on(day("2021-04-12"), days=5, waits=[wait("2021-04-14", "2021-04-19")]) == day(
        "2021-04-22"
    )


def test_wait_over_a_weekend_and_easter_costs_only_its_working_days():
    without = due_on(day("2021-03-30"), days=5)
    with_one = due_on(day("2021-03-30"), days=5, waits=[wait("2021-04-01", "2021-04-05")])

    assert without == with_one == day("2021-04-08")


def test_two_waits_that_overlap_count_once():
    waits = [wait("2021-04-13", "2021-04-15"), wait("2021-04-14", "2021-04-16")]

    assert due_on(day("2021-04-12"), days=5, waits=waits) == day("2021-04-22")


def test_explanation_that_comes_the_same_day_costs_nothing():
    assert due_on(day("2021-04-12"), days=5, waits=[wait("2021-04-13", "2021-04-13")]) == day(
        "2021-04-19"
    )


def test_wait_after_the_time_was_over_changes_nothing():
    assert due_on(day("2021-04-12"), days=5, waits=[wait("2021-05-04", "2021-05-06")]) == day(
        "2021-04-19"
    )


def test_freedom_of_information_begins_anew_when_the_explanation_comes():
    waits = [wait("2021-04-13", "2021-04-20")]

    assert due_on(day("2021-04-12"), clock=Clock.FOI, waits=waits) == due_on(
        day("2021-04-20"), clock=Clock.FOI
    )


@pytest.mark.parametrize("clock", Clock)
def test_nothing_is_due_while_the_clock_stands_still(clock):
    assert due_on(day("2021-04-12"), clock=clock, days=5, waits=[wait("2021-04-13")]) is None


def test_day_of_mourning_is_out_for_the_office_only():
    mourning = frozenset({day("2021-04-14")})

    assert due_on(day("2021-04-12"), days=5, left_out=mourning) == day("2021-04-20")
    assert is_working_day(day("2021-04-14"), Clock.FOI, mourning)
    # Christmas Eve, which election law leaves out, is a day like any other here.
    assert is_working_day(day("2021-12-24"), Clock.OFFICE)


def test_light_turns_amber_and_red_after_the_day():
    amber_until = after(day("2021-04-15"), 2)  # Monday

    assert amber_until == day("2021-04-19")
    told = {
        due: light(day(due), on=day("2021-04-15"), amber_until=amber_until)
        for due in ("2021-04-14", "2021-04-15", "2021-04-19", "2021-04-20")
    }
    assert list(told.values()) == [Light.RED, Light.AMBER, Light.AMBER, Light.GREEN]
    assert light(None, on=day("2021-04-15"), amber_until=amber_until) == Light.PAUSED


@pytest.mark.parametrize(
    ("received", "asked", "answered", "due"),
    [
        # Good Friday and Easter Monday stand in the wait; one working day of it does not count.
        ("2021-03-31", "2021-04-01", "2021-04-06", "2021-04-12"),
        # The wait begins on Maundy Thursday and ends after the holidays of the Easter of 2024.
        ("2024-03-27", "2024-03-28", "2024-04-03", "2024-04-09"),
        # Both bank holidays of May 2021: one before the wait, one within it.
        ("2021-04-30", "2021-05-04", "2021-05-06", "2021-05-12"),
        ("2021-05-27", "2021-05-28", "2021-06-02", "2021-06-08"),
        # Christmas, Boxing Day, their substitutes and New Year's Day within one wait.
        ("2021-12-22", "2021-12-23", "2022-01-05", "2022-01-11"),
        # Across both changes of the clocks a day stays a day.
        ("2021-03-25", "2021-03-26", "2021-03-29", "2021-04-06"),
        ("2021-10-28", "2021-10-29", "2021-11-01", "2021-11-05"),
    ],
)
def test_wait_over_holidays_and_the_change_of_the_clocks(received, asked, answered, due):
    """Days after the asking, up to the day the explanation comes, do not count."""
    assert due_on(day(received), days=5, waits=[wait(asked, answered)]) == day(due)


@pytest.mark.parametrize(
    ("answered", "due"),
    [
        ("2021-04-06", "2021-05-05"),  # after Easter, over the early May bank holiday
        ("2021-12-23", "2022-01-26"),  # over Christmas; 4 January was a holiday in Scotland
        ("2021-03-26", "2021-04-27"),  # over the change of the clocks and Easter
    ],
)
def test_statutory_clock_begins_anew_over_holidays(answered, due):
    waits = [wait("2021-03-25", answered)]

    assert due_on(day("2021-03-24"), clock=Clock.FOI, waits=waits) == day(due)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("at", "comes"),
    [
        ("2021-03-26T09:30", "2021-03-26T10:00"),  # GMT
        ("2021-03-26T16:00", "2021-03-29T09:00"),  # past the last one; Monday is in BST
        ("2021-03-29T09:00", "2021-03-29T15:00"),
        ("2021-04-01T15:00", "2021-04-06T09:00"),  # over Easter
        ("2021-04-03T08:00", "2021-04-06T09:00"),  # on a Saturday
        ("2021-10-29T15:00", "2021-11-01T10:00"),  # Monday is in GMT again
    ],
)
def test_next_release_time_is_on_a_working_day_in_uk_time(db, at, comes):
    assert LogRules().next_release_time(moment(at)) == moment(comes)


def test_release_time_leaves_out_a_day_of_mourning(db):
    NonWorkingDay.objects.create(date=day("2021-04-14"), reason="Mourning")

    assert LogRules().next_release_time(moment("2021-04-13T15:00")) == moment("2021-04-15T09:00")
