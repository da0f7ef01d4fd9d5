import datetime as dt

import pytest

from elections.acting import acting_for, own_candidacy, stamp_on
from elections.models import Agent
from tests.conftest import NOON, give_status


def test_candidate_acts_for_themselves(candidate, election):
    actor = acting_for(candidate, election, NOON)

    assert (actor.candidate, actor.agent) == (candidate.candidacies.get(), None)
    assert actor.stamp == "Candidate Surname"


def test_agent_acts_for_the_candidate_and_says_so(agent, candidate, election):
    actor = acting_for(agent, election, NOON)

    assert actor.candidate == candidate.candidacies.get()
    assert actor.stamp == "Adam Agent, agent for Candidate Surname"


@pytest.mark.parametrize("who", ["other_candidate", "withdrawn_candidate", "editor"])
def test_strangers_act_for_nobody(request, candidate, election, who):
    assert acting_for(request.getfixturevalue(who), election, NOON) is None


def test_agent_acts_in_no_other_election(agent, other_election):
    assert acting_for(agent, other_election, NOON) is None


def test_agent_whose_access_was_ended_acts_for_nobody(agent, election):
    Agent.objects.update(revoked_at=NOON)

    assert acting_for(agent, election, NOON) is None


def test_agent_of_somebody_who_left_acts_for_nobody_from_that_day(agent, candidate, election):
    day = NOON.date() + dt.timedelta(1)
    give_status(candidate.candidacies.get(), "withdrawn", day)

    assert acting_for(agent, election, NOON) is not None
    assert acting_for(agent, election, NOON + dt.timedelta(1)) is None


def test_own_candidacy_is_that_of_the_last_poll(candidate, other_election, stand):
    again = stand(other_election, "Surname", "interested", user=candidate)

    assert own_candidacy(candidate, NOON) == again


@pytest.mark.parametrize("who", ["agent", "editor", "withdrawn_candidate"])
def test_own_candidacy_is_nobody_elses(request, who):
    assert own_candidacy(request.getfixturevalue(who), NOON) is None


def test_acts_are_signed_by_candidates_as_such_and_by_staff_by_name(candidate, editor):
    standing = candidate.candidacies.get()

    assert stamp_on(standing, candidate) == "Candidate Surname"
    assert stamp_on(standing, editor) == "Edith Editor"
    assert stamp_on(standing, None) == "The portal"
