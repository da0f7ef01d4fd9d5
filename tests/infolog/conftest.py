import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from model_bakery import baker

from infolog.models import InformationRequest, Part, Response, Topic

APRIL_18 = dt.date(2021, 4, 18)


def make_topic(election, name: str) -> Topic:
    slug = name.lower().replace(" ", "-")
    return Topic.objects.get_or_create(election=election, slug=slug, defaults={"name": name})[0]


def make_request(
    election, title: str, *, parts: int = 1, topics: tuple[str, ...] = (), **fields: Any
) -> InformationRequest:
    """A draft whose parts are answered by the Chief Constable."""
    item = InformationRequest.objects.create(
        **{
            "election": election,
            "title": title,
            "received_on": APRIL_18,
            "form": InformationRequest.Form.VERBAL,
            **fields,
        }
    )
    item.topics.set([make_topic(election, name) for name in topics])
    for position in range(1, parts + 1):
        part = make_part(item, position=position, question=f"{title}, question {position}?")
        make_response(part, text=f"{title}, answer {position}.")
    return item


def make_part(item: InformationRequest, **fields: Any) -> Part:
    return Part.objects.create(**{"request": item, "question": "Why?", **fields})


def make_response(part: Part, **fields: Any) -> Response:
    return Response.objects.create(
        **{"part": part, "responder": "Chief Constable", "text": "Because.", **fields}
    )


@pytest.fixture
def released(release_now) -> Callable[..., InformationRequest]:
    """Make a request and release it."""

    def _released(election, title: str, **fields: Any) -> InformationRequest:
        item = make_request(election, title, **fields)
        release_now(item)
        return item

    return _released


@pytest.fixture
def hidden(election, release_now) -> list[InformationRequest]:
    """A draft and a request for candidates: nothing of them may reach the public."""
    items = []
    for canary, audience in (("Draftcanary", "public"), ("Candidatecanary", "candidates")):
        item = InformationRequest.objects.create(
            election=election,
            title=f"{canary} title",
            slug=canary.lower(),
            received_on=APRIL_18,
            form="email",
            introduction=f"{canary} introduction",
            note=f"{canary} note",
            audience=audience,
        )
        item.topics.add(make_topic(election, f"{canary} topic"))
        part = make_part(item, question=f"{canary} question", outcome="referred")
        Part.objects.update(outcome_note=f"{canary} reason")
        make_response(part, responder=f"{canary} responder", text=f"{canary} text")
        items.append(item)
    release_now(items[1])
    return items


@pytest.fixture
def event(election):
    event = baker.make(
        "workshops.Event",
        election=election,
        slug="familiarisation",
        title="Familiarisation event",
        kind="briefing",
    )
    event.slots.create(starts_at=dt.datetime(2020, 1, 8, 10, 0, tzinfo=dt.UTC))
    return event
