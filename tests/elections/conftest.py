"""Small factories of this room: everything a test does not care about has a value already."""

import datetime as dt

import pytest
from model_bakery import baker

from elections.models import Candidate, Election, KeyDate
from elections.timetabling import confirm, set_out
from tests.conftest import give_status

NOTICE = {
    "by": "Rita Returning, elections officer",
    "on": dt.date(2021, 3, 26),
    "notice_title": "Notice of election",
    "notice_url": "https://example.org/notice",
}


@pytest.fixture
def timetable(election):
    """The rows of ``election`` by kind, as worked out."""
    set_out(election)
    return {row.kind: row for row in election.key_dates.exclude(kind="")}


@pytest.fixture
def confirm_it():
    def _confirm(key_date: KeyDate, **changes) -> KeyDate:
        return confirm(key_date, **(NOTICE | changes))

    return _confirm


@pytest.fixture
def stand():
    """Make a candidate: ``stand(election, "Surname", status="nominated")``."""

    def _stand(election: Election, surname: str, status: str = "nominated", **fields) -> Candidate:
        described = fields.pop("ballot_description", "")
        values = {"other_names": "Alex"} | fields
        candidate = baker.make(Candidate, election=election, surname=surname, **values)
        give_status(candidate, status)
        candidate.ballot_description = described
        candidate.save()
        return candidate

    return _stand
