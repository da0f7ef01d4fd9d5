import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from infolog.models import InformationRequest, Part, Response, Topic
from infolog.models import request as one_noun
from releases.models import Release
from releases.releasing import ReleaseRefused, release_items
from tests.conftest import release_reviewed

from .conftest import make_part, make_request, make_response

NOON = dt.datetime(2021, 4, 19, 11, 0, tzinfo=dt.UTC)


def _refusal(item: InformationRequest) -> ReleaseRefused:
    with pytest.raises(ReleaseRefused) as refused, transaction.atomic():
        release_items([item], election=item.election, title="A release", at=NOON)
    return refused.value


# --- references ------------------------------------------------------------------------------


def test_reference_is_given_when_there_is_none(election):
    item = make_request(election, "Officers")

    assert item.reference == item.slug.upper()
    assert item.reference.startswith("IR-")
    assert set(item.reference[3:]) <= set(one_noun.REFERENCE_ALPHABET)


def test_reference_given_by_hand_is_kept(election):
    assert make_request(election, "Officers", slug="ir-22222").reference == "IR-22222"


def test_reference_in_use_is_not_given_again(election, other_election, monkeypatch):
    make_request(other_election, "Taken", slug="ir-22222")
    coming = iter(["IR-22222", "IR-33333"])
    monkeypatch.setattr(one_noun, "new_reference", lambda: next(coming))

    assert make_request(election, "Officers").slug == "ir-33333"


# --- outcome in words ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ([], ""),
        (["answered"], "Answered"),
        (["not-held"], "Information not held"),
        (["answered", "answered"], "All 2 parts answered"),
        (
            ["answered", "declined", "partly", "answered"],
            "2 of 4 parts answered, 1 partly answered, 1 declined",
        ),
        (["referred", "not-held"], "1 of 2 parts not held, 1 referred elsewhere"),
        (["not-answered", "not-answered", "not-answered"], "All 3 parts not answered"),
    ],
)
def test_outcome_in_words(election, outcomes, words):
    item = make_request(election, "Officers", parts=0)
    for position, outcome in enumerate(outcomes, start=1):
        make_part(item, position=position, outcome=outcome)

    assert item.outcome_in_words == words


def test_every_outcome_has_an_explanation():
    explanations = [outcome.explanation for outcome in Part.Outcome]

    assert len(set(explanations)) == len(Part.Outcome)


def test_responders_are_named_once_in_the_order_they_spoke(election):
    item = make_request(election, "Schools", parts=0)
    part = make_part(item)
    for position, responder in enumerate(["Grace Strong", "Chief Constable", "Grace Strong"], 1):
        make_response(part, position=position, responder=responder)

    assert item.responders == ["Grace Strong", "Chief Constable"]


# --- what must be there before a release -----------------------------------------------------


def test_request_without_a_part_is_not_released(election):
    refusal = _refusal(make_request(election, "Officers", parts=0))

    assert refusal.code == "not_ready"
    assert refusal.sentence == (
        "“Officers” is not ready: It has no part yet. Add the question as a part."
    )


@pytest.mark.parametrize("outcome", ["answered", "partly"])
def test_answered_part_without_a_response_is_not_released(election, outcome):
    item = make_request(election, "Officers", parts=0)
    part = make_part(item, outcome=outcome)

    refusal = _refusal(item)

    assert refusal.code == "not_ready"
    assert refusal.sentence == (
        f"“Officers” is not ready: Part 1 is marked “{part.get_outcome_display()}” but has no "
        "response. Write the response or choose another outcome."
    )


@pytest.mark.parametrize("outcome", ["declined", "referred"])
def test_declined_part_without_a_reason_is_not_released(election, outcome):
    item = make_request(election, "Officers")
    part = make_part(item, position=2, outcome=outcome, outcome_note="  ")

    refusal = _refusal(item)

    assert refusal.code == "not_ready"
    assert refusal.sentence == (
        f"“Officers” is not ready: Part 2 is marked “{part.get_outcome_display()}” without a "
        "reason. Write it in the outcome note."
    )


def test_topic_of_another_election_is_not_released(election, other_election):
    item = make_request(election, "Officers")
    item.topics.add(Topic.objects.create(election=other_election, name="Race", slug="race"))

    assert _refusal(item).code == "not_ready"


def test_unfinished_request_can_be_saved_in_a_release_to_come(election):
    item = make_request(election, "Officers", parts=0)
    item.release = Release.objects.create(election=election, title="To come")

    item.full_clean()
    item.save()

    assert item.release.released_at is None


def test_finished_request_is_released(election):
    item = make_request(election, "Officers", parts=0)
    make_response(make_part(item, position=1, outcome="partly"))
    make_part(item, position=2, outcome="declined", outcome_note="It is about a manifesto.")
    make_part(item, position=3, outcome="not-answered")
    make_part(item, position=4, outcome="not-held")

    release_reviewed([item], election=election, title="A release", at=NOON)

    assert list(InformationRequest.objects.filter(release__released_at=NOON)) == [item]


# --- released rows never change --------------------------------------------------------------


def _changes(item: InformationRequest):
    part = item.parts.get()
    response = part.responses.get()
    topic = item.topics.get()
    return {
        "update request": lambda: InformationRequest.objects.update(title="Other"),
        "delete request": lambda: InformationRequest.objects.filter(pk=item.pk)._raw_delete(
            "default"
        ),
        "update part": lambda: Part.objects.update(outcome="declined"),
        "delete part": lambda: part.delete(),
        "insert part": lambda: make_part(item, position=2),
        "update response": lambda: Response.objects.update(text="Other"),
        "delete response": lambda: response.delete(),
        "insert response": lambda: make_response(part, position=2),
        "add topic": lambda: item.topics.add(
            Topic.objects.create(election=item.election, name="Race", slug="race")
        ),
        "take topic out": lambda: item.topics.remove(topic),
        "add see also": lambda: item.see_also.add(make_request(item.election, "New")),
    }


@pytest.mark.parametrize(
    "change",
    [
        "update request",
        "delete request",
        "update part",
        "delete part",
        "insert part",
        "update response",
        "delete response",
        "insert response",
        "add topic",
        "take topic out",
        "add see also",
    ],
)
def test_released_request_never_changes(released, election, change):
    item = released(election, "Officers", topics=("Budget",))

    with pytest.raises(IntegrityError, match="has been released"), transaction.atomic():
        _changes(item)[change]()

    item = InformationRequest.objects.get(pk=item.pk)
    part = item.parts.get()
    assert (item.title, part.outcome, part.responses.get().text, item.topics.get().name) == (
        "Officers",
        "answered",
        "Officers, answer 1.",
        "Budget",
    )


def test_part_of_a_draft_cannot_move_into_a_released_request(released, election):
    item = released(election, "Officers")
    part = make_request(election, "Draft").parts.get()

    with pytest.raises(IntegrityError, match="has been released"), transaction.atomic():
        Part.objects.filter(pk=part.pk).update(request=item, position=2)


# --- constraints -----------------------------------------------------------------------------


@pytest.mark.parametrize("position", [1, 0])
def test_parts_are_numbered_once_from_one(election, position):
    item = make_request(election, "Officers")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_part(item, position=position)


@pytest.mark.parametrize("position", [1, 0])
def test_responses_are_numbered_once_from_one(election, position):
    part = make_request(election, "Officers").parts.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_response(part, position=position)


def test_topic_is_once_in_an_election(election, other_election):
    Topic.objects.create(election=election, name="Race", slug="race")
    Topic.objects.create(election=other_election, name="Race", slug="race")

    with pytest.raises(IntegrityError), transaction.atomic():
        Topic.objects.create(election=election, name="Race again", slug="race")


def test_address_and_version_are_once_in_an_election(election):
    make_request(election, "Officers", slug="ir-22222")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_request(election, "Others", slug="ir-22222")
