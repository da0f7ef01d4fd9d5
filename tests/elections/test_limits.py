import datetime as dt

import pytest

from elections.limits import allow, network_address
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def _allow(who: str, minutes: int) -> bool:
    at = NOON + dt.timedelta(minutes=minutes)
    return allow("test", who, at_most=2, within=HOUR, at=at)


def test_acts_beyond_the_limit_are_refused_until_time_has_passed():
    assert [_allow("a", minutes) for minutes in (0, 30, 59, 61, 62, 91)] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]


def test_acts_of_others_do_not_count():
    assert [_allow(who, 0) for who in ("a", "a", "b", "a")] == [True, True, True, False]


def test_network_address_is_the_peers(rf):
    assert network_address(rf.get("/", REMOTE_ADDR="192.0.2.7")) == "192.0.2.7"
