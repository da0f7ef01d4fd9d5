"""What this room holds about one person (see ``pcc_portal/own_data.py``)."""

import datetime as dt
from typing import Any

HELD: dict[str, str] = {}
LEFT_OUT = {
    "workshops.EventHost.name": "What the portal publishes about the office and its events: it is "
    "on the public pages.",
}


def held(user: Any, *, at: dt.datetime) -> dict[str, Any]:
    return {}
