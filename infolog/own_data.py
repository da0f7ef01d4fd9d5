"""What this room holds about one person (see ``pcc_portal/own_data.py``)."""

import datetime as dt
from typing import Any

HELD: dict[str, str] = {}
LEFT_OUT = {"infolog.Topic.name": ""}


def held(user: Any, *, at: dt.datetime) -> dict[str, Any]:
    return {}
