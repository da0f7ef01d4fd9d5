"""The one-off address: who opens it, how often, and what comes of it."""

import datetime as dt
import re

import pytest
from django.db import transaction

from elections.refusals import Refused
from infolog import force, working
from infolog.models import ForceAddress, Proposal

from .conftest import make_part, make_request

APRIL_12 = dt.datetime(2021, 4, 12, 11, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_the_campaign(time_machine):
    time_machine.move_to(APRIL_12)


@pytest.fixture
def item(election):
    made = make_request(election, "Officers", parts=0)
    make_part(made, question="How many officers?")
    make_part(made, question="And specials?", position=2)
    working.begin(made, at=APRIL_12)
    return made


@pytest.fixture
def address(item) -> ForceAddress:
    return force.make(item, for_whom="Force Finance", expires_at=APRIL_12 + 7 * DAY, at=APRIL_12)


def answers(item, *texts: str) -> dict[str, str]:
    parts = zip(item.parts.all(), texts, strict=False)
    told = {f"part_{part.pk}": text for part, text in parts}
    return {"name": "Pat Doe", "role": "Head of Finance", **told}


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_address_makes_it_known_that_the_force_has_it(item, address):
    item.work.refresh_from_db()

    assert (item.work.stage, item.work.with_whom) == ("with-force", "Force Finance")
    assert item.work.since == APRIL_12


def test_page_shows_the_question_and_changes_nothing(client, item, address):
    for _ in range(3):
        page = client.get(force.path_of(address))

    text = text_of(page)
    assert "How many officers?" in text
    assert "And specials?" in text
    assert "until 12 noon on Monday 19 April 2021 (UK time)" in text
    assert page["X-Robots-Tag"] == "noindex"
    assert Proposal.objects.count() == 0
    address.refresh_from_db()
    assert address.used_at is None


def test_response_lands_as_a_proposal_with_name_and_role(client, item, address):
    page = client.post(force.path_of(address), answers(item, "1,242.", ""))

    assert "The office has your response" in text_of(page)
    proposal = Proposal.objects.get()
    assert (proposal.name, proposal.role, proposal.text) == ("Pat Doe", "Head of Finance", "1,242.")
    assert proposal.part.question == "How many officers?"
    assert item.parts.first().responses.count() == 0
    item.work.refresh_from_db()
    assert item.work.stage == "answering"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Fill in “Your name”."),
        ({"role": " "}, "Fill in “Your role”."),
        ({"first": ""}, "Write a response to at least one question."),
        ({"first": "x" * 10_001}, "is too long: 10001 characters."),
    ],
)
def test_unfinished_response_comes_back_with_what_was_written(
    client, item, address, change, sentence
):
    data = answers(item, change.pop("first", "1,242."), "") | change

    page = client.post(force.path_of(address), data)

    assert sentence in text_of(page)
    assert Proposal.objects.count() == 0
    assert client.post(force.path_of(address), answers(item, "1,242.")).status_code == 200
    assert Proposal.objects.count() == 1


def over(client, address, item) -> str:
    """What somebody is told who opens it and who sends something to it."""
    got = client.get(force.path_of(address))
    sent = client.post(force.path_of(address), answers(item, "Late words."))
    assert (got.status_code, sent.status_code) == (410, 410)
    assert "How many officers?" not in text_of(got)
    assert "Late words." in text_of(sent)
    return re.search(r"This address does not work (?!–)(.*?\.) ", text_of(got))[1]


def test_it_works_once(client, item, address):
    client.post(force.path_of(address), answers(item, "1,242."))

    assert over(client, address, item).startswith("Your response has come in")
    assert Proposal.objects.count() == 1


def test_it_is_taken_back(client, item, address):
    force.revoke(address, at=APRIL_12)
    force.revoke(address, at=APRIL_12 + DAY)

    assert over(client, address, item) == "The office has taken this address back."
    address.refresh_from_db()
    assert address.revoked_at == APRIL_12


def test_it_runs_out(client, item, address, time_machine):
    time_machine.move_to(APRIL_12 + 7 * DAY)

    assert over(client, address, item) == "This address has run out."


def test_it_ends_with_the_release(client, item, address, release_now):
    item.parts.update(outcome="not-answered")
    release_now(item)

    assert over(client, address, item).startswith("The answer has been published")


def test_other_address_opens_nothing(client, item, address, other_election):
    path = force.path_of(address)
    token = path.rstrip("/").rpartition("/")[2]
    others = [path.replace(token, token[:-2] + "xx"), path.replace("pcc-2021", "pcc-2024")]
    ForceAddress.objects.filter(pk=address.pk).update(for_whom="x")

    for other in others:
        page = client.get(other)
        assert page.status_code == 410
        assert "This address is not complete, or nobody made it." in text_of(page)


def test_part_of_another_request_is_not_written_to(client, election, address):
    other = make_part(make_request(election, "Other", parts=0))

    with pytest.raises(Refused) as refused:
        force.propose(address, name="P", role="R", texts={other.pk: "Mine."}, at=APRIL_12)

    assert refused.value.code == "empty"


def test_officer_takes_over_what_came(item, address, editor):
    first = item.parts.first()
    first.responses.create(responder="Chief Constable", text="More than before.")
    [proposal] = force.propose(
        address, name="Pat Doe", role="Head", texts={first.pk: "1,242."}, at=APRIL_12
    )

    force.take_over(proposal, by=editor, at=APRIL_12)

    said = [(r.position, r.speaker, r.text) for r in first.responses.all()]
    assert said[1] == (2, "Pat Doe, Head", "1,242.")
    proposal.refresh_from_db()
    assert (proposal.is_taken_over, proposal.decided_by) == (True, editor)
    for act in (force.take_over, force.leave):
        with pytest.raises(Refused) as refused, transaction.atomic():
            act(proposal, by=editor, at=APRIL_12)
        assert refused.value.code == "decided"


def test_nothing_is_taken_over_into_what_is_released(item, address, editor, release_now):
    [proposal] = force.propose(
        address, name="P", role="R", texts={item.parts.first().pk: "1."}, at=APRIL_12
    )
    item.parts.update(outcome="not-answered")
    release_now(item)
    proposal = Proposal.objects.get()

    ends = APRIL_12 + DAY
    for act in (
        lambda: force.take_over(proposal, by=editor, at=APRIL_12),
        lambda: force.make(proposal.part.request, for_whom="X", expires_at=ends, at=APRIL_12),
    ):
        with pytest.raises(Refused) as refused, transaction.atomic():
            act()
        assert refused.value.code == "released"


def test_address_for_a_time_that_is_over_is_not_made(item):
    with pytest.raises(Refused) as refused:
        force.make(item, for_whom="X", expires_at=APRIL_12, at=APRIL_12)

    assert refused.value.code == "past"
