"""The log as one reader may see it at one moment: its requests, its table, what to filter by."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.safestring import SafeString

from elections.models import Election
from releases.kept import fragments
from releases.models import Reader
from releases.versions import current

from .models import InformationRequest, InformationRequestQuerySet, Part, Response, Topic

# The office's own columns, in its order.
COLUMNS = ("Date of request", "Form of request", "Information requested", "Response")


def requests_in(election: Election, user: Reader, at: dt.datetime) -> InformationRequestQuerySet:
    """Every request of the election that ``user`` may see, in the version in force."""
    return requests_of(election, user, at).newest(at)


def requests_of(election: Election, user: Reader, at: dt.datetime) -> InformationRequestQuerySet:
    """Every version of every request of the election that ``user`` may see."""
    return election.informationrequests.visible_to(user, at).select_related("release")


def with_answers(requests: InformationRequestQuerySet) -> InformationRequestQuerySet:
    """Fetches parts, responses and topics too: three queries, however many requests."""
    parts = Part.objects.prefetch_related("responses")
    return requests.prefetch_related("topics", Prefetch("parts", parts))


def entries(ids: Iterable[int]) -> list[SafeString]:
    """The released requests ``ids`` as entries of the log, in their order."""
    requests = with_answers(InformationRequest.objects.select_related("election"))
    return list(fragments("infolog/_entry.html", "item", ids, requests).values())


def answers_in_short(ids: Iterable[int]) -> list[SafeString]:
    """The released requests ``ids`` in a line or two each, in their order."""
    requests = InformationRequest.objects.select_related("election", "release")
    return list(fragments("infolog/_answer.html", "item", ids, requests).values())


@dataclass(frozen=True)
class Choices:
    """The topics, responders and events of a reader's requests: a hidden request lends none."""

    topics: list[Topic]
    responders: list[str]
    # Those the reader may see.
    events: list[Any]

    @classmethod
    def of(cls, requests: InformationRequestQuerySet, reader: Reader, at: dt.datetime) -> "Choices":
        """Three queries."""
        ids = requests.order_by().values("pk")
        events: Any = InformationRequest._meta.get_field("event").related_model
        asked_at = InformationRequest.objects.filter(pk__in=ids).order_by().values("event")
        responders = Response.objects.filter(part__request__in=ids).order_by("responder")
        return cls(
            topics=list(Topic.objects.filter(requests__in=ids).distinct()),
            responders=list(responders.values_list("responder", flat=True).distinct()),
            events=list(current(events.objects.filter(pk__in=asked_at), reader, at)),
        )


@dataclass(frozen=True)
class Row:
    """One request as a row of the office's table, its parts and responses merged in order."""

    request: InformationRequest
    asked: list[str]
    answered: list[str]


def rows(requests: InformationRequestQuerySet) -> list[Row]:
    return [
        Row(request, list(_asked(request)), list(_answered(request)))
        for request in with_answers(requests)
    ]


def _asked(request: InformationRequest) -> Iterator[str]:
    if request.introduction:
        yield request.introduction
    parts = request.parts.all()
    for part in parts:
        yield _number(part, len(parts)) + part.question


def _answered(request: InformationRequest) -> Iterator[str]:
    parts = request.parts.all()
    for part in parts:
        first, *more = [*_said(part), ""]
        yield _number(part, len(parts)) + first
        yield from filter(None, more)
    if request.note:
        yield f"Note: {request.note}"


def _number(part: Part, of: int) -> str:
    return f"{part.position}. " if of > 1 else ""


def _said(part: Part) -> Iterator[str]:
    for response in part.responses.all():
        yield f"{response.speaker}: {response.text}"
    if part.outcome != Part.Outcome.ANSWERED or part.outcome_note:
        yield f"{part.get_outcome_display()}. {part.outcome_note}".strip()
