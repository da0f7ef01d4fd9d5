"""Whether a released item still is what the ledger keeps of it."""

import json
from typing import Any

from .content import content_of
from .models import LedgerEntry, releasable_models


def unlike(entry: LedgerEntry) -> str:
    """How the item that ``entry`` tells of differs from the content it keeps, or nothing.

    Some queries for an entry of an item, none for others.
    """
    if entry.kind not in LedgerEntry.OF_ITEM:
        return ""
    facts = json.loads(entry.facts)
    name = f"“{facts['title']}” ({facts['item']} {facts['id']})"
    models = {model._meta.label_lower: model for model in releasable_models()}
    model = models.get(facts["item"])
    rows: Any = model._default_manager.select_related("release") if model else None
    row = rows.filter(pk=facts["id"]).first() if model else None
    if row is None:
        return f"The item it tells of is gone: {name}."
    if row.release_id != facts["release"] or row.release.released_at != entry.at:
        return f"{name} is not released as it says: at another time, or not at all."
    try:
        now = json.loads(content_of(row))
    except FileNotFoundError:
        return f"The file of {name} is gone."
    where = difference(json.loads(entry.content), now)
    return f"{name} was changed after its release: {where}." if where else ""


def difference(kept: dict[str, Any], now: dict[str, Any]) -> str:
    """Where an item as it is differs from what was kept of it, or nothing.

    Fields that came with a later version of the portal are no difference.
    """
    name = kept["kind"].partition(".")[2]
    if kept["kind"] != now["kind"]:
        return f"a part is a {now['kind']} and was a {kept['kind']}"
    for field, value in kept["fields"].items():
        if field not in now["fields"]:
            return f"the field “{field}” of its {name} is gone"
        if now["fields"][field] != value:
            return f"the field “{field}” of its {name}"
    if len(kept["parts"]) != len(now["parts"]):
        return f"its {name} had {len(kept['parts'])} parts and has {len(now['parts'])}"
    pairs = zip(kept["parts"], now["parts"], strict=True)
    return next((found for pair in pairs if (found := difference(*pair))), "")
