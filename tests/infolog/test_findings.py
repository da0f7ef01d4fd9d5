"""What the checks find in a request: its parts and responses, and beside other requests."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from model_bakery import baker

from elections.models import Candidate
from pcc_portal.findings import Severity

from .conftest import make_part, make_request, make_response

pytestmark = pytest.mark.django_db


def answered(election, title, *, question="How is it done?", text="It is done with care."):
    item = make_request(election, title)
    part = item.parts.first() or make_part(item)
    part.responses.all().delete()
    part.question = question
    part.save()
    make_response(part, text=text, responder="The Chief Constable")
    return item


def codes(item):
    return [finding.code for finding in item.findings()]


def test_good_request_raises_nothing(election):
    assert codes(answered(election, "How it is done")) == []


@pytest.mark.parametrize("place", ["question", "text"])
def test_name_of_a_candidate_in_any_part_is_an_error(election, place):
    baker.make(Candidate, election=election, surname="ELLISON", other_names="Amara")
    item = answered(election, "How it is done", **{place: "Amara Ellison said so."})

    [finding] = item.findings()
    assert (finding.code, finding.severity) == ("candidate-name", Severity.ERROR)


@pytest.mark.parametrize("outcome", ["partly", "not-answered"])
def test_part_that_is_missing_without_a_ground_is_a_warning(election, outcome):
    item = answered(election, "How it is done")
    item.parts.update(outcome=outcome)

    [finding] = item.findings()
    assert (finding.code, finding.severity) == ("no-ground", Severity.WARNING)
    item.parts.update(outcome_note="It is not counted. Ask for the figure of last year.")
    assert codes(item) == []


def test_name_of_a_party_and_an_unexplained_abbreviation_are_found(election):
    baker.make(
        Candidate,
        election=election,
        surname="ELLISON",
        ballot_description="Meadow Party",
        nominated_on=election.poll_date,
    )
    item = answered(election, "How it is done", text="The QZX Board knows, says Meadow Party.")

    assert {"abbreviation", "party-name"} <= set(codes(item))


def test_answer_that_breaks_off_says_which_part_and_whose(election):
    item = answered(election, "How it is done", text="We are unable to comment on those which do")

    [finding] = item.findings()
    assert finding.sentence.startswith("Part 1, response 1 (The Chief Constable): this sentence")


def test_money_is_held_against_other_requests_of_the_election(election, other_election):
    answered(election, "The savings", question="How are £5.4m of savings made in 2024?")
    answered(other_election, "Other savings", question="How are £1.1m of savings made in 2024?")
    item = answered(election, "The gap", text="There is a gap of £8.6m in 2024.")

    [finding] = item.findings()
    assert finding.code == "contradiction"
    assert "(“The savings”, Part 1, question)" in finding.sentence


def test_number_of_queries_does_not_grow_with_the_log(election):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            item.findings()
        return len(caught)

    item = answered(election, "The gap", text="There is a gap of £8.6m in 2024.")
    answered(election, "First", question="How are £8.6m of savings made in 2024?")
    with_one = queries()
    for number in range(3):
        answered(election, f"More {number}", question="How are £8.6m of savings made in 2024?")

    assert queries() == with_one
