"""The log as one reader may see it at one moment: its requests, its table, what to filter by."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Prefetch
from django.utils.safestring import SafeString

from elections.models import Election
from releases.kept import fragments, kept
from releases.models import Reader
from releases.versions import current

from .models import InformationRequest, InformationRequestQuerySet, Part

T = TypeVar("T")
# As it stands in an address, and in words.
Choice = tuple[str, str]
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


def known_in(election: Election, user: Reader, at: dt.datetime) -> tuple[list[int], bool]:
    """The ids of ``requests_in`` in their order, and whether any was withdrawn. One query."""
    told = requests_of(election, user, at).last_told(at).values_list("pk", "change")
    ids = [pk for pk, change in told if change != InformationRequest.Change.WITHDRAWAL]
    return ids, len(ids) < len(told)


@dataclass(frozen=True)
class _Lent:
    """What the released requests of an election can be filtered by: in order, each with the
    requests that lend it to the choices.
    """

    topics: dict[Choice, set[int]]
    responders: dict[str, set[int]]
    events: dict[int, set[int]]

    @classmethod
    def by(cls, requests: InformationRequestQuerySet) -> "_Lent":
        """Three queries. The database puts them in order: its alphabet is not Python’s."""
        lent = cls(defaultdict(set), defaultdict(set), defaultdict(set))
        topics = requests.filter(topics__isnull=False).order_by("topics__name")
        for slug, name, pk in topics.values_list("topics__slug", "topics__name", "pk"):
            lent.topics[slug, name].add(pk)
        spoken = requests.filter(parts__responses__isnull=False)
        responders = spoken.order_by("parts__responses__responder")
        for responder, pk in responders.values_list("parts__responses__responder", "pk"):
            lent.responders[responder].add(pk)
        events = requests.filter(event__isnull=False).order_by()
        for event, pk in events.values_list("event", "pk"):
            lent.events[event].add(pk)
        return lent


@dataclass(frozen=True)
class Choices:
    """The topics, responders and events of a reader's requests: a hidden request lends none."""

    topics: list[Choice]
    responders: list[str]
    # Those the reader may see.
    events: list[Choice]

    @classmethod
    def of(
        cls, election: Election, ids: Iterable[int], reader: Reader, at: dt.datetime
    ) -> "Choices":
        """Those of the requests ``ids``, which ``reader`` may see. One query, and one more where
        some were asked at an event; three where nothing is kept.
        """
        lent, seen = _lent_in(election), set(ids)
        asked_at = _of(seen, lent.events)
        return cls(
            topics=_of(seen, lent.topics),
            responders=_of(seen, lent.responders),
            events=_events(asked_at, reader, at) if asked_at else [],
        )


def _events(pks: list[int], reader: Reader, at: dt.datetime) -> list[Choice]:
    events: Any = InformationRequest._meta.get_field("event").related_model
    visible = current(events.objects.filter(pk__in=pks), reader, at)
    return list(visible.values_list("slug", "title"))


def _lent_in(election: Election) -> _Lent:
    """The same for all: whatever is shown of it is chosen by what a reader may see."""

    def read(_: list[int]) -> dict[int, _Lent]:
        released = InformationRequest.objects.filter(
            election=election, release__released_at__isnull=False
        )
        return {election.pk: _Lent.by(released)}

    return kept("infolog choices", [election.pk], read)[election.pk]


def _of(seen: set[int], lent: dict[T, set[int]]) -> list[T]:
    return [choice for choice, lenders in lent.items() if not lenders.isdisjoint(seen)]


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
