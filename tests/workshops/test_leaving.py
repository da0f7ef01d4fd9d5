"""Whoever may no longer attend gives up what they have, and it goes to the next."""

import datetime as dt

import pytest
from django.core import mail

from elections.models import StatusChange
from tests.conftest import give_status
from tests.workshops.booking_cast import HOUR, MONDAY, stands, states, take
from tests.workshops.cast import uk
from workshops.jobs import end_of_those_who_left
from workshops.leaving import REASON, left

pytestmark = pytest.mark.django_db

LEFT_ON = MONDAY.date()
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _in_the_campaign(time_machine):
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def event(make_event, release_now):
    slots = [{"starts_at": uk(f"2021-04-2{day} 10:00"), "capacity": 1} for day in range(2)]
    event = make_event(title="Budget", takes_bookings=True, slots=slots)
    release_now(event)
    return event


@pytest.fixture
def ada(election):
    return stands(election, "Ada")


@pytest.fixture
def run(time_machine):
    def _run(at: dt.datetime) -> str:
        time_machine.move_to(at, tick=False)
        return end_of_those_who_left()

    return _run


def test_place_of_whoever_withdrew_goes_to_the_next_and_both_are_told(ada, election, event, run):
    held = take(ada, event)
    waiting = take(stands(election, "Ben"), event, may_wait=True)
    other = take(stands(election, "Cyn"), event, 2)
    give_status(ada, "withdrawn", LEFT_ON)
    mail.outbox.clear()

    assert run(MONDAY + HOUR - MINUTE) == "Bookings ended: 0."
    assert (run(MONDAY + HOUR), run(MONDAY + 2 * HOUR)) == (
        "Bookings ended: 1.",
        "Bookings ended: 0.",
    )

    assert states(held, waiting, other) == ["cancelled", "offered", "booked"]
    told = {message.to[0]: message for message in mail.outbox}
    assert set(told) == {"ada@example.org", "ben@example.org"}
    assert f"Reason: {REASON}" in told["ada@example.org"].body
    assert "METHOD:CANCEL" in told["ada@example.org"].alternatives[0].content


def test_mistake_put_right_within_the_hour_costs_nobody_a_place(ada, event, run, time_machine):
    held = take(ada, event)
    give_status(ada, "withdrawn", LEFT_ON)
    time_machine.move_to(MONDAY + HOUR / 2, tick=False)
    give_status(ada, "nominated", LEFT_ON)

    run(MONDAY + 3 * HOUR)

    assert states(held) == ["booked"]


def test_status_that_begins_later_ends_nothing_before(ada, event, run):
    held = take(ada, event)
    give_status(ada, "withdrawn", LEFT_ON + dt.timedelta(days=2))

    run(MONDAY + 24 * HOUR)
    assert states(held) == ["booked"]
    run(uk("2021-04-14 00:59"))
    assert states(held) == ["booked"]
    run(uk("2021-04-14 01:00"))
    assert states(held) == ["cancelled"]


def test_what_is_over_and_what_is_not_theirs_to_lose_stays(ada, election, event, run):
    held, kept = take(ada, event), take(stands(election, "Ben"), event, 2)
    give_status(ada, "withdrawn", LEFT_ON)

    run(uk("2021-04-20 10:00"))

    assert states(held, kept) == ["booked", "booked"]


def test_wait_ends_too(ada, election, event, run):
    take(stands(election, "Ben"), event)
    waiting = take(ada, event, may_wait=True)
    StatusChange.objects.filter(candidate=ada).update(status="not-nominated", recorded_at=MONDAY)

    run(MONDAY + HOUR)

    assert states(waiting) == ["cancelled"]


def test_many_cost_as_many_queries_as_one(election, event, django_assert_max_num_queries):
    for number in range(3):
        candidate = stands(election, f"N{number}")
        take(candidate, event, may_wait=True)
        give_status(candidate, "withdrawn", LEFT_ON)

    with django_assert_max_num_queries(5):
        assert len(list(left(MONDAY + HOUR))) == 3
