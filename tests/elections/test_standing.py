import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from elections.models import StandingRequest
from elections.refusals import Refused
from elections.standing import ask, decline, is_open, note_invited
from tests.conftest import NOON

LATER = NOON + dt.timedelta(hours=1)


@pytest.fixture
def asked(election) -> StandingRequest:
    return ask(election=election, name="Amara Ellison", email="amara@example.org", at=NOON)


def test_asking_twice_makes_one_request(election, asked):
    again = ask(election=election, name="A. Ellison", email="AMARA@example.org", at=LATER)

    assert again == asked
    assert StandingRequest.objects.get().name == "Amara Ellison"


def test_asking_is_possible_again_once_it_was_declined(election, asked, editor):
    decline(asked, reason="Not the person", by=editor, at=NOON)

    ask(election=election, name="Amara Ellison", email="amara@example.org", at=LATER)

    assert StandingRequest.objects.count() == 2


def test_asking_in_another_election_is_another_request(other_election, asked):
    ask(election=other_election, name="Amara Ellison", email="amara@example.org", at=LATER)

    assert StandingRequest.objects.count() == 2


def test_database_keeps_one_open_request(election, asked):
    with pytest.raises(IntegrityError), transaction.atomic():
        StandingRequest.objects.create(
            election=election, name="A", email="Amara@example.org", asked_at=LATER
        )


def test_odd_request_is_refused(election):
    with pytest.raises(Refused) as refused:
        ask(election=election, name="Amara", email="nonsense", at=NOON)

    assert (refused.value.code, refused.value.field) == ("invalid", "email")


def test_declining_is_recorded_with_its_reason(asked, editor):
    decline(asked, reason=" Not the person ", by=editor, at=LATER)

    asked.refresh_from_db()
    assert (asked.outcome, asked.reason) == ("declined", "Not the person")
    assert (asked.decided_by, asked.decided_at) == (editor, LATER)


def test_declining_needs_a_reason(asked, editor):
    with pytest.raises(Refused) as refused:
        decline(asked, reason=" ", by=editor, at=LATER)
    assert refused.value.code == "no_reason"

    with pytest.raises(IntegrityError, match="standing_request_decided_whole"):
        StandingRequest.objects.update(outcome="declined", decided_at=LATER)


def test_second_decision_is_refused(asked, editor):
    note_invited(asked, by=editor, at=NOON)

    with pytest.raises(Refused) as refused:
        decline(asked, reason="Too late", by=editor, at=LATER)

    assert refused.value.code == "decided"
    asked.refresh_from_db()
    assert asked.outcome == "invited"


@pytest.mark.parametrize(
    ("published", "on", "expected"),
    [
        (None, dt.date(2021, 5, 6), True),
        (None, dt.date(2021, 5, 7), False),
        (dt.date(2021, 4, 9), dt.date(2021, 4, 8), True),
        (dt.date(2021, 4, 9), dt.date(2021, 4, 9), False),
    ],
)
def test_page_is_open_until_it_is_known_who_stands(election, published, on, expected):
    election.nominations_published_on = published

    assert is_open(election, on) is expected


def test_requests_are_kept_for_as_long_as_the_page_says(asked):
    last = dt.date(2021, 5, 6) + dt.timedelta(StandingRequest.KEPT_DAYS)

    assert not StandingRequest.objects.kept_long_enough(last)
    assert StandingRequest.objects.kept_long_enough(last + dt.timedelta(1)).get() == asked
