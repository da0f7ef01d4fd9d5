"""Candidates and agents say that something reached them. What they read is recorded nowhere."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from elections.models import Candidate, User

from . import ledger
from .models import Delivery, LedgerEntry


def deliveries_of(user: User, candidate: Candidate) -> QuerySet[Delivery]:
    """What was written to ``user`` as ``candidate`` or as their agent, the newest first."""
    mine = Delivery.objects.filter(user=user.pk, candidate=candidate.pk)
    return mine.select_related("release", "catch_up").order_by("-pk")


def acknowledge(delivery: Delivery, *, at: dt.datetime) -> None:
    """Record that it reached whom it was for. The second time changes nothing."""
    with transaction.atomic():
        row = (
            Delivery.objects.select_for_update(of=("self",))
            .select_related("candidate__election")
            .get(pk=delivery.pk)
        )
        if row.acknowledged_at or row.candidate is None:
            return
        row.acknowledged_at = at
        row.save(update_fields=["acknowledged_at"])
        ledger.append(
            LedgerEntry.Kind.ACKNOWLEDGED,
            election=row.candidate.election,
            at=at,
            facts={
                "delivery": row.pk,
                "release": row.release_id,
                "catch_up": row.catch_up_id,
                "candidate": row.candidate_id,
            },
        )
