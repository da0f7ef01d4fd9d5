import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from elections.models import Election, KeyDate, NonWorkingDay, Office
from elections.timetabling import confirm, set_out, set_out_coming

Kind = KeyDate.Kind


def _row(election: Election, kind: str) -> KeyDate:
    return election.key_dates.get(kind=kind)


def _move_poll(election: Election, poll_date: dt.date) -> None:
    election.poll_date = poll_date
    election.save()


def test_set_out_adds_every_date_unconfirmed(election):
    changes = set_out(election)

    rows = {row.kind: row for row in election.key_dates.all()}
    assert list(rows) == [*Kind]
    assert changes.added == list(rows.values())
    assert not any(row.is_confirmed for row in rows.values())
    assert rows["nominations-close"].date == dt.date(2021, 4, 8)
    assert rows["nominations-close"].time == dt.time(16)
    assert rows["proxy-votes"].title == "Last day to apply for a proxy vote"


def test_set_out_twice_changes_nothing(election, django_assert_num_queries):
    set_out(election)

    with django_assert_num_queries(5):  # savepoint, election, days left out, rows, release
        changes = set_out(election)

    assert not changes
    assert election.key_dates.count() == len(Kind)


def test_set_out_moves_unconfirmed_dates_with_polling_day(election, timetable):
    _move_poll(election, dt.date(2024, 5, 2))

    changes = set_out(election)

    assert _row(election, "nominations-close").date == dt.date(2024, 4, 5)
    assert {row.kind for row in changes.moved} == set(Kind)
    assert not changes.added
    assert not changes.reopened


def test_set_out_leaves_a_confirmed_date_alone(election, timetable, confirm_it):
    confirm_it(timetable["nominations-close"], date=dt.date(2021, 4, 7), time=dt.time(12))

    changes = set_out(election)

    row = _row(election, "nominations-close")
    assert (row.date, row.time, row.is_confirmed) == (dt.date(2021, 4, 7), dt.time(12), True)
    assert row.differs_from_rule
    assert not changes


def test_set_out_reopens_a_confirmed_date_when_polling_day_moved(election, timetable, confirm_it):
    confirm_it(timetable["nominations-close"])
    _move_poll(election, dt.date(2021, 5, 13))

    changes = set_out(election)

    row = _row(election, "nominations-close")
    assert changes.reopened == [row]
    assert row not in changes.moved
    assert (row.confirmed_by, row.confirmed_on, row.notice_title, row.notice_url) == (
        "",
        None,
        "",
        "",
    )
    assert row.date == dt.date(2021, 4, 15)


def test_set_out_reopens_only_once(election, timetable, confirm_it):
    confirm_it(timetable["notice"])
    _move_poll(election, dt.date(2021, 5, 13))
    set_out(election)
    confirm_it(_row(election, "notice"))

    changes = set_out(election)

    assert not changes
    assert _row(election, "notice").is_confirmed


def test_set_out_does_not_touch_dates_of_the_office(election, confirm_it):
    own = election.key_dates.create(title="Group briefing", date=dt.date(2021, 4, 22))
    confirm_it(own)
    set_out(election)
    _move_poll(election, dt.date(2024, 5, 2))

    set_out(election)

    own.refresh_from_db()
    assert (own.date, own.is_confirmed) == (dt.date(2021, 4, 22), True)


def test_set_out_takes_over_a_statutory_date_entered_by_hand(election):
    election.key_dates.create(kind="notice", title="Notice", date=dt.date(2021, 3, 22))

    changes = set_out(election)

    assert _row(election, "notice").date == dt.date(2021, 3, 29)
    assert [row.kind for row in changes.moved] == ["notice"]


def test_set_out_keeps_dates_a_board_entered_by_hand(election):
    Office.objects.update(kind=Office.Kind.BOARD)
    election.key_dates.create(kind="notice", title="Notice", date=dt.date(2021, 3, 22))

    changes = set_out(election)

    assert _row(election, "notice").date == dt.date(2021, 3, 22)
    assert [row.kind for row in changes.added] == ["poll"]
    assert not changes.moved


def test_set_out_takes_out_what_the_rules_no_longer_give(election, timetable):
    election.kind = Election.Kind.BY_ELECTION
    election.save()

    changes = set_out(election)

    assert [row.title for row in changes.removed] == ["The elected person takes office"]
    assert not election.key_dates.filter(kind="takes-office").exists()


def test_set_out_keeps_what_the_rules_no_longer_give_once_confirmed(
    election, timetable, confirm_it
):
    confirm_it(timetable["takes-office"])
    election.kind = Election.Kind.BY_ELECTION
    election.save()

    changes = set_out(election)

    assert not changes
    assert _row(election, "takes-office").is_confirmed


def test_set_out_keeps_to_its_own_election(election, other_election):
    set_out(other_election)

    assert not election.key_dates.exists()


def test_set_out_makes_the_election_read_its_dates_anew(election):
    assert election.dates == {}

    set_out(election)

    assert election.dates["notice"].date == dt.date(2021, 3, 29)


def test_set_out_coming_follows_a_day_left_out(election, other_election, confirm_it):
    set_out(election)
    set_out(other_election)
    confirm_it(_row(other_election, "persons-nominated"))
    NonWorkingDay.objects.create(date=dt.date(2021, 4, 28), reason="Mourning")
    NonWorkingDay.objects.create(date=dt.date(2024, 4, 25), reason="Mourning")

    changes = set_out_coming(on=dt.date(2024, 1, 1))

    assert _row(other_election, "nominations-close").date == dt.date(2024, 4, 4)
    confirmed = _row(other_election, "persons-nominated")
    assert (confirmed.date, confirmed.worked_out_date) == (
        dt.date(2024, 4, 8),
        dt.date(2024, 4, 5),
    )
    assert confirmed.is_confirmed
    assert confirmed.differs_from_rule
    assert _row(election, "nominations-close").date == dt.date(2021, 4, 8)
    assert {row.election for row in changes.moved} == {other_election}


def test_set_out_coming_of_one_office_leaves_the_others_alone(election, office):
    other = Office.objects.create(name="Other", short_name="Other", post="Mayor", area="Else")
    elsewhere = Election.objects.create(
        office=other, name="Elsewhere", slug="elsewhere", poll_date=election.poll_date
    )

    set_out_coming(on=election.poll_date, office=office)

    assert election.key_dates.exists()
    assert not elsewhere.key_dates.exists()


def test_confirm_records_who_when_and_from_what(timetable):
    row = confirm(
        timetable["notice"],
        by="Rita Returning",
        on=dt.date(2021, 3, 26),
        notice_title="Notice of election",
        notice_url="https://example.org/notice",
        date=dt.date(2021, 3, 26),
    )

    row.refresh_from_db()
    assert row.is_confirmed
    assert (row.confirmed_by, row.confirmed_on) == ("Rita Returning", dt.date(2021, 3, 26))
    assert (row.notice_title, row.notice_url) == (
        "Notice of election",
        "https://example.org/notice",
    )
    assert row.date == dt.date(2021, 3, 26)


def test_confirm_twice_writes_once(timetable, confirm_it):
    first = confirm_it(timetable["notice"])

    second = confirm_it(timetable["notice"])

    assert second.changed_at == first.changed_at


@pytest.mark.parametrize("missing", [{"by": ""}, {"notice_title": ""}])
def test_confirm_refuses_half_a_record(timetable, confirm_it, missing):
    with pytest.raises(ValidationError, match="give all three"):
        confirm_it(timetable["notice"], **missing)

    timetable["notice"].refresh_from_db()
    assert not timetable["notice"].is_confirmed


def test_confirm_refuses_another_polling_day(timetable, confirm_it):
    with pytest.raises(ValidationError) as refused:
        confirm_it(timetable["poll"], date=dt.date(2021, 5, 7))

    assert refused.value.error_dict["date"][0].code == "poll_date"
