"""Whether each entry of the ledger has the row it tells of, and each row its entry.

Both are read in the order of the rows' numbers, side by side, so no list of them is ever made.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import BigIntegerField, Count, JSONField, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from elections.models import Election

from .models import CatchUp, Delivery, LedgerEntry, Review, Waiver, releasable_models

Kind = LedgerEntry.Kind
State = Delivery.State
# A mail on its way may have an outcome behind it that was no end: it is tried again.
ON_ITS_WAY = (State.QUEUED, State.SENDING)
AN_END = (State.ACCEPTED, State.BOUNCED)


@dataclass(frozen=True)
class Fault:
    """The entry of that ``number`` does not fit; without a number, an entry was never written."""

    number: int | None
    sentence: str

    @property
    def order(self) -> tuple[bool, int]:
        return self.number is None, self.number or 0

    def __str__(self) -> str:
        return f"Entry {self.number}: {self.sentence}" if self.number else self.sentence


@dataclass(frozen=True)
class Told:
    """The last entry about the row numbered ``key``."""

    key: int
    number: int
    facts: dict[str, Any]


@dataclass(frozen=True)
class Tie:
    """What ties entries of a kind to rows: the fact that holds the row's number.

    ``rows`` is every row an entry may tell of. ``owed`` says whether it must have one; ``unlike``
    how it differs from what its last entry says, or nothing.
    """

    entries: QuerySet[LedgerEntry]
    key: str
    rows: QuerySet[Any]
    owed: Callable[[Any], bool]
    unlike: Callable[[Any, dict[str, Any]], str]

    def faults(self) -> Iterator[Fault]:
        what = self.rows.model._meta.verbose_name
        for told, row in _side_by_side(self._told(), self.rows.order_by("pk").iterator()):
            if told is None:
                if row and self.owed(row):
                    yield Fault(None, f"No entry tells of {what} {row.pk} as it stands.")
            elif row is None:
                yield Fault(told.number, f"The {what} {told.key} it tells of is gone.")
            elif sentence := self.unlike(row, told.facts):
                yield Fault(told.number, sentence)

    def _told(self) -> Iterator[Told]:
        key = KeyTextTransform(self.key, Cast("facts", JSONField()))
        told = (
            self.entries.annotate(key=Cast(key, BigIntegerField()))
            .filter(key__isnull=False)
            .order_by("key", "number")
            .values_list("key", "number", "facts")
        )
        for _, entries in groupby(told.iterator(), itemgetter(0)):
            *_, (row, number, facts) = entries
            yield Told(row, number, json.loads(facts))


def told_and_there(election: Election | None) -> Iterator[Fault]:
    """Every entry whose row is not as it says, and every row that lacks its entry."""
    for tie in (*_of_mail(election), *_of_acts(election), *_of_items(election)):
        yield from tie.faults()
    yield from _numbers_told(election)


def unrecorded(election: Election | None) -> Iterator[str]:
    """A sentence on what was released before the ledger began, and so stands in no entry."""
    first = LedgerEntry.objects.order_by("number").first()
    count = 0
    for model in releasable_models():
        rows = _in(model._default_manager.filter(release__released_at__isnull=False), election)
        count += (rows.filter(release__released_at__lt=first.at) if first else rows).count()
    if count:
        items, were = ("item", "was") if count == 1 else ("items", "were")
        yield f"{count} {items} {were} released before the ledger began, and no entry tells of it."


def _of_mail(election: Election | None) -> Iterator[Tie]:
    deliveries = _in(Delivery.objects.all(), election, "release__election", "catch_up__candidate")

    def tie(kind: Kind, owed: Callable[[Any], bool], unlike: Any) -> Tie:
        return Tie(_entries(election, kind), "delivery", deliveries, owed, unlike)

    yield tie(Kind.DELIVERY, _has_outcome, _other_outcome)
    yield tie(
        Kind.TOLD,
        lambda row: row.told_at is not None,
        lambda row, facts: "" if row.told_at else f"Mail {row.pk} does not say it was told.",
    )
    yield tie(
        Kind.ACKNOWLEDGED,
        lambda row: row.acknowledged_at is not None,
        lambda row, facts: "" if row.acknowledged_at else f"Mail {row.pk} is not acknowledged.",
    )


def _of_acts(election: Election | None) -> Iterator[Tie]:
    def always(row: Any) -> bool:
        return True

    def nothing(row: Any, facts: dict[str, Any]) -> str:
        return ""

    caught_up = _in(CatchUp.objects.all(), election, "candidate__election")
    yield Tie(_entries(election, Kind.CATCH_UP), "catch_up", caught_up, always, _other_catch_up)
    waivers = _in(Waiver.objects.all(), election)
    yield Tie(_entries(election, Kind.WAIVER), "waiver", waivers, always, nothing)
    overrides = _in(Review.objects.filter(step=Review.Step.OVERRIDDEN), election)
    yield Tie(_entries(election, Kind.OVERRIDE), "review", overrides, always, nothing)


def _of_items(election: Election | None) -> Iterator[Tie]:
    """Released items that lack their entry. Whether they fit it, the walk along the chain tells."""
    first = LedgerEntry.objects.order_by("number").first()
    for model in releasable_models():
        yield Tie(
            _entries(election, *LedgerEntry.OF_ITEM).filter(
                facts__contains=f'"item":"{model._meta.label_lower}"'
            ),
            "id",
            _in(model._default_manager.select_related("release"), election),
            lambda row: (
                row.is_released and first is not None and row.release.released_at >= first.at
            ),
            lambda row, facts: "",
        )


def _numbers_told(election: Election | None) -> Iterator[Fault]:
    """Entries that say another number of people told than there are deliveries."""
    of_release = Q(kind__in=LedgerEntry.OF_ITEM)
    counts: dict[int, tuple[int, int]] = {}
    for row in (
        _in(Delivery.objects.exclude(release=None), election, "release__election")
        .order_by()
        .values("release")
        .annotate(
            candidates=Count("pk", filter=Q(role=Delivery.Role.CANDIDATE)),
            agents=Count("pk", filter=Q(role=Delivery.Role.AGENT)),
        )
        .iterator()
    ):
        counts[row["release"]] = row["candidates"], row["agents"]
    readers = _readers(election)
    entries = _entries(election).filter(of_release).order_by("number")
    for number, text in entries.values_list("number", "facts").iterator():
        facts = json.loads(text)
        key = f"{facts['item']}:{facts['id']}"
        told = readers[facts["release"]] if facts["audience"] == "public" else []
        subscribers = sum(number for only, number in told if not only or key in only.split())
        people = (*counts.get(facts["release"], (0, 0)), subscribers)
        if people != (facts["candidates"], facts["agents"], facts["subscribers"]):
            yield Fault(
                number, "There is a delivery too many or too few for the people it says were told."
            )


def _readers(election: Election | None) -> dict[int, list[tuple[str, int]]]:
    """By release: of which of its items how many subscribers are told."""
    mails = Delivery.objects.filter(role=Delivery.Role.SUBSCRIBER)
    rows = _in(mails, election, "release__election").order_by().values("release", "only")
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in rows.annotate(number=Count("pk")).iterator():
        found[row["release"]].append((row["only"], row["number"]))
    return found


def _has_outcome(delivery: Delivery) -> bool:
    # Whoever had no address may have been without from the beginning: nothing became of it.
    return delivery.state not in (*ON_ITS_WAY, State.NO_ADDRESS)


def _other_outcome(delivery: Delivery, facts: dict[str, Any]) -> str:
    told = facts["state"]
    if delivery.state == told or (delivery.state in ON_ITS_WAY and told not in AN_END):
        return ""
    label = State(told).label if told in State.values else told
    return (
        f"It says “{label}” of mail {delivery.pk}, and the row of that mail says "
        f"“{delivery.get_state_display()}”."
    )


def _other_catch_up(catch_up: CatchUp, facts: dict[str, Any]) -> str:
    releases = sorted(catch_up.releases.values_list("pk", flat=True))
    if (catch_up.candidate_id, catch_up.user_id, releases) == (
        facts["candidate"],
        facts["user"],
        facts["releases"],
    ):
        return ""
    return f"Catch-up {catch_up.pk} is of other releases, or of somebody else, than it says."


def _entries(election: Election | None, *kinds: Kind) -> QuerySet[LedgerEntry]:
    entries = LedgerEntry.objects.all()
    entries = entries.filter(kind__in=kinds) if kinds else entries
    return entries.filter(election=election) if election else entries


def _in(rows: QuerySet[Any], election: Election | None, *paths: str) -> QuerySet[Any]:
    if election is None:
        return rows
    there = Q()
    for path in paths or ("election",):
        there |= Q(**{path if path.endswith("election") else f"{path}__election": election})
    return rows.filter(there)


def _side_by_side(
    told: Iterator[Told], rows: Iterator[Any]
) -> Iterator[tuple[Told | None, Any | None]]:
    """Entries and rows by their common number; either is ``None`` where the other is alone."""
    entry, row = next(told, None), next(rows, None)
    while entry or row:
        if row is None or (entry and entry.key < row.pk):
            yield entry, None
            entry = next(told, None)
        elif entry is None or row.pk < entry.key:
            yield None, row
            row = next(rows, None)
        else:
            yield entry, row
            entry, row = next(told, None), next(rows, None)
