"""Every staff list of this room costs the same queries however long it gets."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from model_bakery import baker

from elections.models import Candidate, Election, KeyDate, NonWorkingDay, Office, User


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
    return baker.make(
        Candidate,
        election=_election(number),
        user=User.objects.create_user(f"c{number}@example.org", f"Candidate {number}"),
        surname=f"Surname {number}",
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
