"""What an entry of the ledger says, read back."""

import json
from typing import Any

from .models import LedgerEntry


def facts_of(entry: LedgerEntry) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(entry.facts)
    return facts
