import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser

from elections.models import KeyDate, Phase
from tests.workshops.cast import uk
from workshops.programme import DATES, next_entries, read_programme

pytestmark = pytest.mark.django_db

AT = uk("2021-04-14 09:00")


@pytest.fixture
def read(election, anonymous):
    return lambda **fields: read_programme(election, **{"user": anonymous, "at": AT} | fields)


def titles(entries) -> list[str]:
    return [entry.title for entry in entries]


def test_programme_is_in_order_of_time_with_dates_before_events(
    make_event, make_day_event, release_now, poll, election, read
):
    KeyDate.objects.create(
        election=election,
        kind=KeyDate.Kind.NOMINATIONS_CLOSE,
        title="Nominations close",
        date=dt.date(2021, 4, 8),
        time=dt.time(16),
    )
    release_now(
        make_event(title="At four", starts="2021-04-08 16:00", ends=None),
        make_event(title="At ten", starts="2021-04-08 10:00", ends=None),
        make_day_event("2021-04-08", title="Some time that day"),
        make_event(title="After midnight", starts="2021-05-06 00:30", ends=None),
    )

    assert titles(read().entries) == [
        "Some time that day",
        "At ten",
        "Nominations close",
        "At four",
        "Polling day",
        "After midnight",
    ]


def test_repeated_event_has_an_entry_for_each_slot(make_event, release_now, read):
    release_now(make_event(slots=[{"starts_at": uk(f"2021-04-{day} 10:00")} for day in (20, 13)]))

    programme = read()

    assert [entry.day.day for entry in programme.past] == [13]
    assert [entry.day.day for entry in programme.coming] == [20]


def test_what_is_today_is_coming_all_day_long(make_event, release_now, read):
    release_now(make_event(starts="2021-04-14 10:00", ends="2021-04-14 11:00"))

    assert titles(read(at=uk("2021-04-14 23:59")).coming) == ["Event 1"]
    assert titles(read(at=uk("2021-04-15 00:00")).past) == ["Event 1"]


def test_events_by_appointment_stand_apart(make_event, release_now, read):
    event = make_event(by_appointment=True)
    release_now(event)

    programme = read()

    assert programme.entries == []
    assert titles(programme.by_appointment) == [event.title]


def test_programme_of_one_kind_leaves_the_rest_out(make_event, release_now, poll, read):
    release_now(make_event(title="A visit", kind="visit"), make_event(title="A workshop"))

    assert titles(read(kind="visit").entries) == ["A visit"]
    assert titles(read(kind=DATES).entries) == ["Polling day"]
    assert titles(read().entries) == ["A visit", "A workshop", "Polling day"]


def test_programme_for_some_people_leaves_dates_of_the_election_out(
    make_event, release_now, poll, read
):
    release_now(make_event(title="For all"), make_event(title="Induction", open_to="elected"))

    assert titles(read(open_to="elected").entries) == ["Induction"]
    assert not read(kind=DATES, open_to="elected")


def test_programme_holds_the_newest_version_only(make_event, release_now, read):
    release_now(make_event(slug="moved", title="At ten"))
    release_now(make_event(slug="moved", title="At two", version=2), at=uk("2021-04-01 10:00"))

    assert titles(read().entries) == ["At two"]
    assert titles(read(at=uk("2021-03-31 10:00")).entries) == ["At ten"]


def test_programme_of_another_election_does_not_show(make_event, other_election, release_now, read):
    KeyDate.objects.create(election=other_election, title="Theirs", date=dt.date(2021, 4, 20))
    release_now(make_event(election=other_election))

    assert not read()


def test_days_stand_under_the_phase_they_fall_in(make_event, release_now, poll, election, read):
    KeyDate.objects.create(
        election=election, kind=KeyDate.Kind.NOTICE, title="Notice", date=dt.date(2021, 3, 29)
    )
    release_now(make_event(starts="2021-03-18 10:00", ends=None))

    phases = read().days_by_phase()

    assert [(phase.kind, [day.date for day in days]) for phase, days in phases] == [
        (Phase.Kind.BEFORE_NOTICE, [dt.date(2021, 3, 18)]),
        (Phase.Kind.PRE_ELECTION, [dt.date(2021, 3, 29)]),
        (Phase.Kind.POLL, [dt.date(2021, 5, 6)]),
    ]


def test_next_day_is_the_first_that_is_not_over(make_event, release_now, read):
    release_now(make_event(slots=[{"starts_at": uk(f"2021-04-{day} 10:00")} for day in (13, 15)]))

    assert read().next_day().date == dt.date(2021, 4, 15)
    assert read(at=uk("2021-04-16 00:00")).next_day() is None


def test_programme_is_archived_with_its_election(read):
    assert not read().is_archived
    assert read(at=uk("2022-01-01 00:00")).is_archived


def test_next_entries_are_the_first_to_come(
    make_event, release_now, election, anonymous, django_assert_num_queries
):
    release_now(
        make_event(title="Past", starts="2021-04-13 10:00", ends=None),
        make_event(title="Third", starts="2021-04-16 10:00", ends=None),
        make_event(title="Second", starts="2021-04-15 10:00", ends=None),
        make_event(title="First", starts="2021-04-14 08:00", ends=None),
        make_event(title="A visit", kind="visit", starts="2021-04-14 07:00", ends=None),
    )
    make_event(title="A draft", starts="2021-04-14 10:00", ends=None)
    next_entries(election, user=anonymous, at=AT, limit=1)

    with django_assert_num_queries(2):
        entries = next_entries(election, user=anonymous, at=AT, limit=2, kind="workshop")

    assert titles(entries) == ["First", "Second"]
    assert 'href="/pcc-2021/programme/event-4/"' in entries[0].drawn.what


def test_next_entries_hold_nothing_a_reader_may_not_know(
    make_event, release_now, election, candidate
):
    release_now(make_event(audience="candidates", starts="2021-04-20 10:00", ends=None))

    def read(user):
        return next_entries(election, user=user, at=AT, limit=5)

    assert read(AnonymousUser()) == []
    assert titles(read(candidate)) == ["Event 1"]
