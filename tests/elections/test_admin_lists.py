"""Every staff list of this room costs the same queries however long it gets."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from model_bakery import baker

from elections.models import (
    Agent,
    Candidate,
    Election,
    Invitation,
    KeyDate,
    NonWorkingDay,
    Office,
    StandingRequest,
    User,
)
from tests.conftest import NOON, give_status


def _office(number: int) -> Office:
    return baker.make(Office, name=f"Office {number}", short_name=f"Office {number}")


def _election(number: int) -> Election:
    election = Election.objects.create(
        office=_office(number),
        name=f"Election {number}",
        slug=f"e-{number}",
        poll_date=dt.date(2021, 5, 6),
    )
    election.key_dates.create(kind="notice", title="Notice", date=dt.date(2021, 3, 29))
    return election


def _key_date(number: int) -> KeyDate:
    return _election(number).key_dates.get()


def _day(number: int) -> NonWorkingDay:
    return NonWorkingDay.objects.create(date=dt.date(2021, 4, number + 1), reason="Mourning")


def _candidate(number: int) -> Candidate:
    candidate = baker.make(
        Candidate,
        election=_election(number),
        user=User.objects.create_user(f"c{number}@example.org", f"Candidate {number}"),
        surname=f"Surname {number}",
    )
    give_status(candidate, "declared")
    give_status(candidate, "withdrawn", timezone.localdate() + dt.timedelta(3))
    Invitation.objects.create(candidate=candidate, sent_at=NOON, sent_by=candidate.user)
    return candidate


def _agent(number: int) -> Agent:
    candidate = _candidate(number)
    return Agent.objects.create(
        candidate=candidate,
        user=User.objects.create_user(f"a{number}@example.org", f"Agent {number}"),
        name=f"Agent {number}",
        invited_at=NOON,
        invited_by=candidate.user,
        revoked_at=NOON,
        revoked_by=candidate.user,
    )


def _invitation(number: int) -> Invitation:
    agent = _agent(number)
    return Invitation.objects.create(
        agent=agent, sent_at=NOON, sent_by=agent.candidate.user, revoked_by=agent.user
    )


def _standing_request(number: int) -> StandingRequest:
    return StandingRequest.objects.create(
        election=_election(number),
        name=f"Name {number}",
        email=f"s{number}@example.org",
        asked_at=NOON,
        decided_at=NOON,
        decided_by=User.objects.create_user(f"d{number}@example.org", "D", is_staff=True),
        outcome="invited",
    )


@pytest.mark.parametrize(
    ("address", "make"),
    [
        ("office", _office),
        ("election", _election),
        ("keydate", _key_date),
        ("nonworkingday", _day),
        ("candidate", _candidate),
        ("user", _candidate),
        ("agent", _agent),
        ("invitation", _invitation),
        ("standingrequest", _standing_request),
    ],
)
def test_staff_list_costs_the_same_queries(client, editor, address, make):
    client.force_login(editor)
    counts = []
    for number in range(3):
        made = make(number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(f"/admin/elections/{address}/")
        counts.append(len(queries))
        shown = made.user if address == "user" else made
        assert f"/admin/elections/{address}/{shown.pk}/change/" in response.content.decode()

    assert counts == [counts[0]] * 3
