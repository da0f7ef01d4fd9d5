import json

from releases.models import LedgerEntry
from releases.offers import record_offer
from releases.verifying import verify
from tests.releases.ledger_cast import AT


def test_offer_stands_in_the_ledger_with_those_it_was_made_to(election, candidate):
    row = candidate.candidacies.get()

    record_offer(election, at=AT, what="One-to-one meeting", candidates=[row], event=7)

    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.at, entry.election) == ("offer", AT, election)
    assert json.loads(entry.facts) == {
        "candidates": [row.pk],
        "event": 7,
        "what": "One-to-one meeting",
    }
    assert verify().holds
