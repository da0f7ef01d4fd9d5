import datetime as dt
import re

import pytest

from elections.models import User
from elections.sign_in_codes import code_for
from tests.conftest import NOON

SECOND = dt.timedelta(seconds=1)
FIVE_MINUTES = dt.timedelta(minutes=5)


@pytest.fixture
def user() -> User:
    return User(pk=1, email="a@example.org")


def test_code_is_the_same_for_all_who_ask_within_five_minutes(user):
    code = code_for("a@example.org", user, NOON)

    assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", code)
    assert code_for("A@example.org", user, NOON + FIVE_MINUTES - SECOND) == code
    assert code_for("a@example.org", user, NOON + FIVE_MINUTES) != code


def test_code_is_another_for_another_person_and_after_a_sign_in(user, settings):
    codes = {code_for("a@example.org", user, NOON), code_for("b@example.org", user, NOON)}
    codes.add(code_for("a@example.org", User(pk=2), NOON))
    codes.add(code_for("a@example.org", None, NOON))
    user.last_login = NOON
    codes.add(code_for("a@example.org", user, NOON))
    settings.SECRET_KEY = "another"  # noqa: S105
    codes.add(code_for("a@example.org", user, NOON))

    assert len(codes) == 6
