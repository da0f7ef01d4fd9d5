"""What this room holds about one person (see ``pcc_portal/own_data.py``)."""

import datetime as dt
from typing import Any

from django.db.models import Q

from elections.models import User
from elections.own_data import WORK

from .models import Disclosure, Enquiry

OF_FORCE = (
    "Who wrote a response in the force, and their role: they have no account. Write to the office."
)
HELD = {
    "infolog.Disclosure.candidate": "told_outside_the_log",
    "infolog.Disclosure.told_to": "told_outside_the_log",
    "infolog.Enquiry.asked_by": "questions",
    "infolog.Enquiry.asker": "questions",
    "infolog.Enquiry.signed": "questions",
    "infolog.EnquiryPart.text": "questions",
    "infolog.Receipt.address": "questions",
}
LEFT_OUT = {
    "infolog.Topic.name": "",
    "infolog.Wording.name": "",
    "infolog.Enquiry.notes": "What the keeper of the log noted on a question, such as how to reach "
    "you: write to the office for it.",
    "infolog.Proposal.decided_by": WORK,
    "infolog.Proposal.name": OF_FORCE,
    "infolog.Wording.approved_by": WORK,
    "infolog.Work.officer": WORK,
    "infolog.ImportedRequest.decided_by": WORK,
    "infolog.LogImport.filename": "",
    "infolog.LogImport.made_by": WORK,
}


def held(user: User, *, at: dt.datetime) -> dict[str, Any]:
    """What was asked by ``user``, or by an agent for them; what they were told outside the log."""
    mine = (
        Enquiry.objects.filter(Q(asked_by=user) | Q(asker__user=user))
        .select_related("election", "receipt")
        .prefetch_related("parts")
    )
    asked = list(mine)
    records: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in asked}
    history: Any = Enquiry.history
    for record in history.filter(id__in=records).order_by("history_id"):
        records[record.id].append(_change(record))
    told = Disclosure.objects.filter(candidate__user=user).select_related("election")
    return {
        "questions": [_question(row, records[row.pk]) for row in asked],
        "told_outside_the_log": [_told(row) for row in told],
    }


def _change(record: Any) -> dict[str, Any]:
    return {
        "at": record.history_date,
        "change": record.get_history_type_display(),
        "from": record.signed,
    }


def _question(row: Enquiry, changes: list[dict[str, Any]]) -> dict[str, Any]:
    receipt = getattr(row, "receipt", None)
    return {
        "election": row.election.name,
        "reference": row.reference,
        "from": row.signed,
        "form": row.get_form_display(),
        "received_on": row.received_on,
        "asked": [part.text for part in row.parts.all()],
        "receipt_to": receipt.address if receipt else "",
        "taken_back_at": row.withdrawn_at,
        "changes": changes,
    }


def _told(row: Disclosure) -> dict[str, Any]:
    return {
        "election": row.election.name,
        "at": row.told_at,
        "how": row.get_how_display(),
        "by": row.told_by,
        "to": row.told_to,
        "what": row.what,
        "decision": row.get_decision_display(),
    }
