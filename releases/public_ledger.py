"""The ledger as anyone may read it: what became known and when, and nothing about one person.

Entries about one person (``LedgerEntry.OF_PERSON``) are told in sums only. With fewer than ``FEW``
candidates even a sum would tell: of two, each knows of themselves and so learns of the other.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone

from elections.models import Election
from pcc_portal.templatetags.portal import UK

from .everything import is_briefed
from .ledger import GENESIS, facts_hash, seal_of, stamp
from .models import Delivery, LedgerEntry, Reader, ReleasableItem, releasable_models
from .told import facts_of

Kind = LedgerEntry.Kind
State = Delivery.State
FEW = 3
# A day’s last entry may be written a moment after midnight.
SETTLED = dt.timedelta(minutes=10)
CHAIN_AT_ONCE = 1000
Address = tuple[str, str, int]


@dataclass(frozen=True)
class Line:
    """One public entry. ``title`` names the item only to readers who may see it.

    ``content_hash`` is empty for others: who guesses what was said could try it.
    """

    entry: LedgerEntry
    title: str
    address: str
    content_hash: str
    told: str
    outcome: str

    @property
    def kind(self) -> str:
        return self.entry.get_kind_display()

    @property
    def facts_hash(self) -> str:
        return facts_hash(self.entry)

    @property
    def seal(self) -> str:
        return seal_of(self.entry)


@dataclass(frozen=True)
class DayHead:
    """The last entry of a day in the UK."""

    day: dt.date
    number: int
    at: dt.datetime
    entry_hash: str


def lines(
    entries: Iterable[LedgerEntry], election: Election, *, user: Reader, at: dt.datetime
) -> list[Line]:
    """``entries`` of ``election`` in words, for ``user``. One query a kind of item, and a few."""
    chosen = [(entry, facts_of(entry)) for entry in entries]
    items = _visible([facts for _, facts in chosen], election, user, at)
    outcomes = _outcomes({facts["release"] for _, facts in chosen if "release" in facts})
    may_know_offers = is_briefed(user, election, at)
    return [
        Line(
            entry,
            *_title(entry, facts, items.get(_address(facts)), may_know_offers),
            entry.content_hash if _is_public(facts) or _address(facts) in items else "",
            _told(entry, facts),
            _outcome(facts, outcomes) if entry.kind in LedgerEntry.OF_ITEM else "",
        )
        for entry, facts in chosen
    ]


def _is_public(facts: dict[str, Any]) -> bool:
    return facts.get("audience") == ReleasableItem.Audience.PUBLIC


def _address(facts: dict[str, Any]) -> Address:
    return facts.get("item", ""), facts.get("slug", ""), facts.get("version", 0)


def _visible(
    told: list[dict[str, Any]], election: Election, user: Reader, at: dt.datetime
) -> dict[Address, Any]:
    """Of the items told of, those that ``user`` may see, by kind, address and version."""
    found = {}
    for model in releasable_models():
        label = model._meta.label_lower
        slugs = {facts["slug"] for facts in told if facts.get("item") == label}
        if not slugs:
            continue
        rows = model._default_manager.visible_to(user, at).filter(election=election, slug__in=slugs)
        for row in rows:
            row.election = election
            found[label, row.slug, row.version] = row
    return found


def _title(
    entry: LedgerEntry, facts: dict[str, Any], item: Any, may_know_offers: bool
) -> tuple[str, str]:
    """What the entry is about, and the address of its page if there is one."""
    if item is not None:
        return str(item), _page(item)
    if entry.kind in LedgerEntry.OF_ITEM:
        what = "that has been withdrawn" if _is_public(facts) else "for candidates"
        return f"An item {what}", ""
    if entry.kind == Kind.CATCH_UP:
        return "Everything released before", ""
    if entry.kind == Kind.OFFER:
        return facts["what"] if may_know_offers else "An offer to candidates", ""
    return "An item that is not public", ""


def _page(item: Any) -> str:
    page: str = item.get_absolute_url()
    return page


def _told(entry: LedgerEntry, facts: dict[str, Any]) -> str:
    """To whom, as numbers that point at nobody."""
    if entry.kind == Kind.CATCH_UP:
        many = len(facts["releases"])
        return f"To somebody who joined later: {many} {_plural(many, 'release')}"
    if entry.kind == Kind.OFFER:
        return f"To {_candidates(len(facts['candidates']))}"
    if entry.kind not in LedgerEntry.OF_ITEM:
        return ""
    if not facts["candidates"] and not facts["subscribers"]:
        return "Told to nobody by mail: there was no candidate yet"
    told = [_candidates(facts["candidates"])] if facts["candidates"] else []
    if 0 < facts["candidates"] < FEW:
        told.append("their agents")
    elif facts["agents"]:
        told.append(f"their {facts['agents']} {_plural(facts['agents'], 'agent')}")
    if facts["subscribers"]:
        told.append(f"{facts['subscribers']} public {_plural(facts['subscribers'], 'subscriber')}")
    return f"Told to {_listed(told)}"


def _candidates(many: int) -> str:
    return "the one candidate" if many == 1 else f"all {many} candidates"


def _plural(many: int, noun: str) -> str:
    return noun if many == 1 else f"{noun}s"


def _listed(parts: list[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _outcomes(releases: set[int]) -> dict[int, Any]:
    """By release: how many mails to candidates and agents there are, and what became of them."""
    people = Delivery.objects.filter(release__in=releases, subscriber=None).exclude(
        role=Delivery.Role.SUBSCRIBER
    )
    rows = (
        people.order_by()
        .values("release")
        .annotate(
            mails=Count("pk"),
            accepted=Count("pk", filter=Q(state=State.ACCEPTED)),
            waiting=Count("pk", filter=Q(state__in=(State.QUEUED, State.SENDING))),
            otherwise=Count("pk", filter=~Q(state=State.ACCEPTED) & Q(told_at__isnull=False)),
            left=Count("pk", filter=Q(state=State.LEFT, told_at=None)),
        )
    )
    return {row["release"]: row for row in rows}


def _outcome(facts: dict[str, Any], outcomes: dict[int, Any]) -> str:
    if not facts["candidates"]:
        return ""
    if facts["candidates"] < FEW:
        return "What became of the mail is not published where so few were told"
    sums = outcomes.get(facts["release"])
    if sums is None:
        return ""
    told = [f"Accepted by the mail server: {sums['accepted']} of {sums['mails']}"]
    if sums["otherwise"]:
        told.append(f"told by telephone or in another way: {sums['otherwise']}")
    if sums["waiting"]:
        told.append(f"on their way: {sums['waiting']}")
    if sums["left"]:
        told.append(f"not for them any more: {sums['left']}")
    known = ("accepted", "otherwise", "waiting", "left")
    rest = sums["mails"] - sum(sums[name] for name in known)
    if rest:
        told.append(f"not told yet: {rest}")
    return "; ".join(told)


# --- the chain, for whoever wants to check it ------------------------------------------------


def day_heads(at: dt.datetime) -> list[DayHead]:
    """The head of each day that is over and has entries, the newest day first. Two queries."""
    today = timezone.localdate(at - SETTLED)
    days = dict(
        LedgerEntry.objects.order_by()
        .annotate(day=TruncDate("at", tzinfo=UK))
        .filter(day__lt=today)
        .values("day")
        .annotate(last=Max("number"))
        .values_list("day", "last")
    )
    entries = LedgerEntry.objects.defer("content", "facts").in_bulk(list(days.values()))
    heads = (
        DayHead(day, last, entries[last].at, entries[last].entry_hash) for day, last in days.items()
    )
    return sorted(heads, key=lambda head: head.day, reverse=True)


def chain(after: int) -> dict[str, Any]:
    """The entries after the number ``after``, as many as fit in one answer, ready for JSON.

    Every entry has what is needed to follow the chain; those that are public, what is needed to
    recompute their seal too. Facts and content stand in it as their hashes.
    """
    found = list(
        LedgerEntry.objects.filter(number__gt=after).order_by("number")[: CHAIN_AT_ONCE + 1]
    )
    entries = found[:CHAIN_AT_ONCE]
    rest = urlencode({"after": entries[-1].number}) if len(found) > CHAIN_AT_ONCE else ""
    return {
        "genesis": GENESIS,
        "entries": [_link(entry) for entry in entries],
        "next": f"{reverse('heads:chain')}?{rest}" if rest else None,
    }


def _link(entry: LedgerEntry) -> dict[str, Any]:
    link = {
        "number": entry.number,
        "seal": seal_of(entry),
        "previous": entry.previous_hash,
        "hash": entry.entry_hash,
    }
    is_private = entry.kind in LedgerEntry.OF_ITEM and not _is_public(facts_of(entry))
    if is_private or entry.kind in LedgerEntry.OF_PERSON:
        return link
    return link | {
        "election": entry.election_id,
        "at": stamp(entry.at),
        "kind": entry.kind,
        "facts": facts_hash(entry),
        "content": entry.content_hash,
    }
