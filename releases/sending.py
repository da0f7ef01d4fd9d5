"""What became of each mail: the one place that says so, in the row and in the ledger."""

import datetime as dt

from django.db import transaction

from elections.models import User

from . import ledger
from .models import Delivery, LedgerEntry


def record(delivery: Delivery, state: Delivery.State, *, at: dt.datetime, reply: str = "") -> None:
    """Say what became of ``delivery`` at the moment ``at``, in the words of the mail server."""
    with transaction.atomic():
        delivery.state, delivery.state_at, delivery.reply = state, at, reply
        delivery.save(update_fields=["state", "state_at", "reply"])
        _enter(LedgerEntry.Kind.DELIVERY, delivery, at, state=str(state))


def record_told(delivery: Delivery, *, how: str, by: User | None, at: dt.datetime) -> None:
    """Say that somebody whose mail had failed was told in another way."""
    with transaction.atomic():
        delivery.told_at, delivery.told_by, delivery.told_how = at, by, how
        delivery.save(update_fields=["told_at", "told_by", "told_how"])
        _enter(LedgerEntry.Kind.TOLD, delivery, at, by=by.pk if by else None)


def _enter(
    kind: LedgerEntry.Kind, delivery: Delivery, at: dt.datetime, **more: str | int | None
) -> None:
    act = "release" if delivery.release_id else "catch_up"
    election = (
        delivery.release.election if delivery.release else delivery.catch_up.candidate.election  # type: ignore[union-attr]
    )
    facts = {
        "delivery": delivery.pk,
        act: delivery.release_id or delivery.catch_up_id,
        "candidate": delivery.candidate_id,
        "role": str(delivery.role),
    }
    ledger.append(kind, election=election, at=at, facts=facts | more)
