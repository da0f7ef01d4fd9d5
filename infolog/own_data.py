"""What this room holds about one person (see ``pcc_portal/own_data.py``)."""

import datetime as dt
from typing import Any

HELD: dict[str, str] = {}
WORK = (
    "Which records of the office somebody made or changed, when it was their work: the office "
    "keeps it with those records. About yours, write to the office."
)
LEFT_OUT = {
    "infolog.ImportedRequest.decided_by": WORK,
    "infolog.LogImport.filename": "",
    "infolog.LogImport.made_by": WORK,
    "infolog.Topic.name": "",
}


def held(user: Any, *, at: dt.datetime) -> dict[str, Any]:
    return {}
