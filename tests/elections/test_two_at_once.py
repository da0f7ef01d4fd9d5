"""Two connections at once, on PostgreSQL: one act is not over when the other begins.

On SQLite nothing can be shown: it lets one writer in at a time, so the second begins when the first
is over.
"""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.utils import timezone
from model_bakery import baker

from elections.impartiality import declare
from elections.invitations import invite_agent, invite_candidate
from elections.models import Agent, Candidate, Election, Office, User
from elections.refusals import Refused
from tests.conftest import PortalClient, give_status

ADDRESS = "amara@example.org"
SIGN_IN = "https://portal.example.org/account/login/code/"


@pytest.fixture
def _postgresql(django_db_setup) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("two writers at once are PostgreSQL’s")


@pytest.fixture
def election(_postgresql, transactional_db) -> Election:
    office = baker.make(Office, short_name="OPCC", contact_email="office@example.org")
    return _election(office, "pcc-2021")


def _election(office: Office, slug: str) -> Election:
    return Election.objects.create(office=office, name=slug, slug=slug, poll_date="2099-05-06")


def _stands(election: Election, surname: str) -> Candidate:
    fields = {"election": election, "surname": surname, "other_names": "Alex", "user": None}
    candidate = baker.make(Candidate, **fields)
    give_status(candidate, "declared")
    return candidate


def _invite(candidate: Candidate) -> Callable[[], object]:
    how = {"email": ADDRESS, "sign_in_url": SIGN_IN, "by": None, "at": timezone.now()}
    return lambda: invite_candidate(candidate, **how)


def _appoint(candidate: Candidate, by: User) -> Callable[[], object]:
    how = {"email": ADDRESS, "sign_in_url": SIGN_IN, "by": by, "at": timezone.now()}
    return lambda: invite_agent(candidate, name="Amara", **how)


def _make_staff(user: User, by: User) -> Callable[[], str]:
    """Somebody ticks “member of staff” on the person's page; returns the page that comes back."""

    def tick() -> str:
        client = PortalClient()
        client.force_login(by)
        form = {"email": user.email, "name": user.name, "is_active": "on", "is_staff": "on"}
        page = client.post(f"/admin/elections/user/{user.pk}/change/", form)
        return page.content.decode()

    return tick


def _at_once(first: Callable[[], object], second: Callable[[], object]) -> object:
    """What ``second`` returns, or the code of its refusal, when it begins before ``first`` ends."""
    outcome: list[object] = []

    def act() -> None:
        try:
            outcome.append(second())
        except Refused as refused:
            outcome.append(refused.code)
        except Exception as error:  # a thread's error would be lost
            outcome.append(error)
        finally:
            connection.close()

    acting = threading.Thread(target=act)
    with transaction.atomic():
        first()
        acting.start()
        time.sleep(1)  # long enough to reach the database and wait there
        assert outcome == []  # it does wait
    acting.join(20)
    return outcome[0]


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("is_candidate_first", [True, False])
def test_candidate_is_not_made_agent_of_a_rival_meanwhile(election, is_known, is_candidate_first):
    if is_known:
        User.objects.create_user(ADDRESS, "Amara")
    rival = User.objects.create_user("rival@example.org", "Rival")
    as_candidate = _invite(_stands(election, "Ellison"))
    as_agent = _appoint(_stands(election, "Rival"), by=rival)
    acts = [as_candidate, as_agent] if is_candidate_first else [as_agent, as_candidate]

    code = _at_once(*acts)

    assert code == ("candidate" if is_candidate_first else "agent")
    user = User.objects.get(email=ADDRESS)
    assert user.candidacies.exists() == is_candidate_first
    assert Agent.objects.filter(user=user).exists() != is_candidate_first


def _administrator() -> User:
    user = User.objects.create_superuser("administrator@example.org", "Vera")
    declare(user, at=timezone.now())
    return user


def test_somebody_who_is_being_invited_is_not_made_staff(election):
    user = User.objects.create_user(ADDRESS, "Amara")
    administrator = _administrator()

    page = _at_once(_invite(_stands(election, "Ellison")), _make_staff(user, administrator))

    assert "A candidate cannot be a member of the office’s staff." in page
    user.refresh_from_db()
    assert (user.is_staff, user.candidacies.count()) == (False, 1)


def test_somebody_who_is_being_made_staff_is_not_invited(election):
    user = User.objects.create_user(ADDRESS, "Amara")
    administrator = _administrator()

    code = _at_once(_make_staff(user, administrator), _invite(_stands(election, "Ellison")))

    assert code == "staff"
    user.refresh_from_db()
    assert (user.is_staff, user.candidacies.count()) == (True, 0)


def test_two_who_invite_the_same_new_address_at_once_get_one_user(election):
    later = _election(election.office, "pcc-2024")

    _at_once(_invite(_stands(election, "Ellison")), _invite(_stands(later, "Ellison")))

    assert User.objects.get(email=ADDRESS).candidacies.count() == 2


def test_two_candidates_of_one_election_do_not_get_the_same_address(election):
    first, second = _stands(election, "Ellison"), _stands(election, "Carrow")

    assert _at_once(_invite(first), _invite(second)) == "candidate"

    assert User.objects.get(email=ADDRESS).candidacies.get() == first


def test_two_who_invite_the_same_candidate_at_once_send_one_invitation(election):
    candidate = _stands(election, "Ellison")

    assert _at_once(_invite(candidate), _invite(candidate)) == "has_sign_in"

    assert candidate.invitations.count() == 1
