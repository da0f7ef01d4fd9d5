"""Whether the ledger is what was written: entry by entry, and against the rows it tells of.

It reads in constant memory, so it can be run on any ledger, while the portal is at work.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Subquery

from elections.models import Election

from . import frozen
from .agreeing import Fault, told_and_there, unrecorded
from .content import sha256
from .ledger import GENESIS, hash_of
from .models import LedgerEntry, LedgerHead

# Entries hold whole newsletters: not too many at once.
AT_ONCE = 200


@dataclass(frozen=True)
class Verdict:
    """What was found: how many ``entries`` were read, the first ``fault``, and what to know."""

    entries: int
    fault: Fault | None
    remarks: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.fault is None


def verify(*, election: Election | None = None) -> Verdict:
    """Check the whole chain, and the rows of ``election``, or of every one.

    The first fault of the chain comes before every fault of a row that later entries tell of:
    where the chain is broken, what comes after it proves nothing.
    """
    entries = LedgerEntry.objects.count()
    fault = next(_along_the_chain(election), None)
    if fault is None:
        fault = _rows(election)
    return Verdict(entries, fault, tuple(unrecorded(election)))


def _rows(election: Election | None) -> Fault | None:
    """The fault with the lowest number, found again while nobody can write an entry."""
    if _first(told_and_there(election)) is None:
        return None
    with transaction.atomic():
        LedgerHead.objects.select_for_update().get(id=1)
        return _first(told_and_there(election))


def _first(faults: Iterator[Fault]) -> Fault | None:
    return min(faults, key=lambda fault: fault.order, default=None)


def _along_the_chain(election: Election | None) -> Iterator[Fault]:
    head = LedgerHead.objects.filter(id=1).first()
    number, previous = 0, GENESIS
    entries = LedgerEntry.objects.order_by("number").iterator(chunk_size=AT_ONCE)
    for entry in entries:
        number += 1
        if entry.number != number:
            yield Fault(number, "This entry is missing.")
            return
        sentence = _broken(entry, previous)
        if not sentence and (election is None or entry.election_id == election.pk):
            sentence = frozen.unlike(entry)
        if head and entry.number == head.number and entry.entry_hash != head.entry_hash:
            sentence = sentence or "It is another entry than the one that was written last."
        if sentence:
            yield Fault(number, sentence)
        previous = entry.entry_hash
    yield from _at_the_end(head, number)


def _broken(entry: LedgerEntry, previous: str) -> str:
    """How an entry does not fit itself or the one before, or nothing."""
    if entry.previous_hash != previous:
        return (
            "It does not follow the entry before: it was changed, or the entry before it was "
            "changed or put in."
        )
    if sha256(entry.content) != entry.content_hash if entry.content else entry.content_hash:
        return "The content it keeps is not what was released: that text was changed."
    if hash_of(entry) != entry.entry_hash:
        return "What it says was changed: it does not have its hash any more."
    return ""


def _at_the_end(head: LedgerHead | None, last: int) -> Iterator[Fault]:
    """``head`` was read before the entries: since then there can only be more."""
    if head is None:
        yield Fault(last + 1, "The row that remembers the last entry is gone.")
    elif head.number > last:
        yield Fault(last + 1, f"This entry is missing. The last one written was {head.number}.")
    else:
        # One statement, so that an entry written at this moment comes with its head.
        now = Subquery(LedgerHead.objects.filter(id=1).values("number"))
        beyond = LedgerEntry.objects.filter(number__gt=now).order_by("number").first()
        if beyond:
            yield Fault(beyond.number, "The portal did not write this entry: it was put in.")
