import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from elections.models import KeyDate, NonWorkingDay


def _refusal(row: KeyDate, field: str) -> str:
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    return refused.value.error_dict[field][0].code


def test_key_dates_stand_in_order_of_day_and_hour(election):
    day = dt.date(2021, 4, 8)
    for title, time in (("later", dt.time(16)), ("no hour", None), ("early", dt.time(9))):
        election.key_dates.create(title=title, date=day, time=time)

    assert [row.title for row in election.key_dates.all()] == ["early", "later", "no hour"]


def test_key_date_confirmed_and_unconfirmed_share_them_out(timetable, confirm_it):
    confirmed = confirm_it(timetable["notice"])

    assert list(KeyDate.objects.confirmed()) == [confirmed]
    assert KeyDate.objects.unconfirmed().count() == len(timetable) - 1


def test_key_date_of_one_kind_is_unique(election, timetable):
    with pytest.raises(IntegrityError, match="kind"):
        election.key_dates.create(kind="notice", title="Again", date=dt.date(2021, 3, 30))


def test_key_dates_of_the_office_may_be_many(election):
    for _ in range(2):
        election.key_dates.create(title="Briefing", date=dt.date(2021, 4, 1))

    assert election.key_dates.count() == 2


@pytest.mark.parametrize("field", ["confirmed_by", "notice_title", "confirmed_on"])
def test_key_date_is_confirmed_as_a_whole(election, field):
    value = dt.date(2021, 3, 26) if field == "confirmed_on" else "Rita"

    with pytest.raises(IntegrityError, match="key_date_confirmed_whole"):
        election.key_dates.create(title="Notice", date=dt.date(2021, 3, 29), **{field: value})


def test_key_date_takes_the_usual_name_of_its_step(election):
    row = KeyDate(election=election, kind="notice", date=dt.date(2021, 3, 29))

    row.full_clean()

    assert row.title == "Last day to publish the notice of election"


def test_key_date_of_the_office_needs_a_title(election):
    assert _refusal(KeyDate(election=election, date=dt.date(2021, 3, 29)), "title") == "untitled"


@pytest.mark.parametrize(
    "change", [{"date": dt.date(2021, 4, 9)}, {"time": dt.time(12)}, {"time": None}]
)
def test_key_date_worked_out_is_not_changed_without_a_notice(timetable, change):
    row = timetable["nominations-close"]
    for name, value in change.items():
        setattr(row, name, value)

    assert row.differs_from_rule
    assert _refusal(row, "date") == "worked_out"


def test_key_date_as_worked_out_does_not_differ(timetable):
    assert not any(row.differs_from_rule for row in timetable.values())


def test_key_date_without_a_rule_does_not_differ(election):
    row = KeyDate(election=election, title="Briefing", date=dt.date(2021, 4, 1))

    row.full_clean()

    assert not row.differs_from_rule


def test_key_date_that_is_no_longer_statutory_has_no_rule(timetable):
    row = timetable["notice"]
    row.kind = ""

    row.full_clean()

    assert (row.worked_out_date, row.worked_out_for) == (None, None)


def test_key_date_of_the_poll_is_set_on_the_election(timetable):
    row = timetable["poll"]
    row.date = dt.date(2021, 5, 7)

    assert _refusal(row, "date") == "poll_date"


def test_key_date_names_itself_and_its_day(timetable):
    assert str(timetable["poll"]) == "Polling day: 6 May 2021"


def test_non_working_day_is_entered_once(db):
    NonWorkingDay.objects.create(date=dt.date(2021, 4, 17), reason="Mourning")

    with pytest.raises(IntegrityError):
        NonWorkingDay.objects.create(date=dt.date(2021, 4, 17), reason="Again")


def test_non_working_day_names_its_reason():
    day = NonWorkingDay(date=dt.date(2021, 4, 17), reason="Mourning")

    assert str(day) == "17 April 2021: Mourning"
