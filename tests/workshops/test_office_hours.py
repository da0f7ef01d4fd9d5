import datetime as dt

import pytest

from tests.workshops.cast import uk
from workshops.office_hours import hours_later


@pytest.mark.parametrize(
    ("at", "hours", "then"),
    [
        ("2021-04-12 10:00", 8, "2021-04-13 10:00"),
        ("2021-04-12 10:00", 7, "2021-04-12 17:00"),
        ("2021-04-12 07:00", 1, "2021-04-12 10:00"),
        ("2021-04-12 22:00", 1, "2021-04-13 10:00"),
        # A Friday, and a weekend.
        ("2021-04-16 16:00", 2, "2021-04-19 10:00"),
        ("2021-04-17 12:00", 8, "2021-04-19 17:00"),
        # Before Easter: Good Friday and Easter Monday are bank holidays.
        ("2021-04-01 13:00", 8, "2021-04-06 13:00"),
        # Over the weekend in which the clocks change.
        ("2026-10-23 16:00", 8, "2026-10-26 16:00"),
        ("2027-03-25 16:00", 8, "2027-03-30 16:00"),
    ],
)
def test_hours_later_counts_office_hours_only(at, hours, then):
    assert hours_later(uk(at), hours) == uk(then)


def test_day_of_mourning_is_left_out():
    mourning = {dt.date(2021, 4, 13)}

    assert hours_later(uk("2021-04-12 10:00"), 8, mourning) == uk("2021-04-14 10:00")
