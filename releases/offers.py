"""What candidates are offered: one-to-one meetings, visits. The ledger says that all were."""

import datetime as dt
from collections.abc import Iterable

from elections.models import Candidate, Election

from . import ledger
from .models import LedgerEntry


def record_offer(
    election: Election,
    *,
    at: dt.datetime,
    what: str,
    candidates: Iterable[Candidate],
    **facts: int | str,
) -> LedgerEntry:
    """Enter that ``what`` was offered to ``candidates``, within the transaction of the offer.

    ``what`` is a few words without a name, as in “One-to-one meeting”. ``facts`` are numbers of
    rows and words of the portal’s own: no name, no address.
    """
    offered = sorted(candidate.pk for candidate in candidates)
    return ledger.append(
        LedgerEntry.Kind.OFFER,
        election=election,
        at=at,
        facts={**facts, "what": what, "candidates": offered},
    )
