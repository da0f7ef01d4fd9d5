"""Whoever joins late is given, at once, every release they had no part in."""

import datetime as dt
import logging
from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from elections.models import Agent, Candidate, User

from . import ledger
from .models import CatchUp, Delivery, LedgerEntry, Release
from .releasing import addressed_to

logger = logging.getLogger(__name__)


def catch_up_all(*, at: dt.datetime) -> list[CatchUp]:
    """Give everyone who is briefed at the moment ``at`` what they lack. Calling it twice gives it
    once: who lacks nothing costs no lock and writes nothing.
    """
    made = []
    for candidate in _briefed(at).order_by("pk"):
        if any(_lacking(candidate, user, at).exists() for user, _ in _people(candidate, at)):
            made += catch_up(candidate, at=at)
    return made


def catch_up(candidate: Candidate, *, at: dt.datetime) -> list[CatchUp]:
    """Give ``candidate`` and each of their agents what they lack of the election’s releases.

    One catch-up, one mail and one entry of the ledger for each person. Nobody who has left the
    contest, and nobody who cannot sign in, gets any. Whoever is told by a release that is being
    made at this moment is not told by a catch-up too: a release is seen here only when it is
    finished, and its deliveries with it.
    """
    with transaction.atomic():
        # Two workers at once: the second finds nothing left to do.
        Candidate.objects.select_for_update(of=("self",)).get(pk=candidate.pk)
        row = _briefed(at).filter(pk=candidate.pk).first()
        if row is None:
            return []
        made = [_give(row, user, agent, at) for user, agent in _people(row, at)]
        return [catch_up for catch_up in made if catch_up]


def _give(row: Candidate, user: User, agent: Agent | None, at: dt.datetime) -> CatchUp | None:
    releases = list(_lacking(row, user, at))
    if not releases:
        return None
    made = CatchUp.objects.create(candidate=row, user=user, at=at)
    made.releases.set(releases)
    role = Delivery.Role.AGENT if agent else Delivery.Role.CANDIDATE
    delivery = addressed_to(user, row, role, at)
    delivery.catch_up = made
    delivery.save()
    ledger.append(
        LedgerEntry.Kind.CATCH_UP,
        election=row.election,
        at=at,
        facts={
            "catch_up": made.pk,
            "delivery": delivery.pk,
            "candidate": row.pk,
            "user": user.pk,
            "agent": agent.pk if agent else None,
            "releases": sorted(release.pk for release in releases),
        },
    )
    logger.info("catch-up %s: %s releases", made.pk, len(releases))
    return made


def _briefed(at: dt.datetime) -> QuerySet[Candidate]:
    return Candidate.objects.briefed(timezone.localdate(at)).select_related("election", "user")


def _people(candidate: Candidate, at: dt.datetime) -> Iterator[tuple[User, Agent | None]]:
    """The candidate and their agents at the moment ``at``, those of them who can sign in."""
    if candidate.user:
        yield candidate.user, None
    agents = Agent.objects.active().filter(candidate=candidate.pk, invited_at__lte=at)
    for agent in agents.filter(user__is_active=True).select_related("user").order_by("pk"):
        yield agent.user, agent


def _lacking(candidate: Candidate, user: User, at: dt.datetime) -> QuerySet[Release]:
    """The finished releases nothing was written to ``user`` of, as ``candidate`` or their agent."""
    if not user.is_active:
        return Release.objects.none()
    first = LedgerEntry.objects.order_by("number").first()
    if first is None:
        return Release.objects.none()
    mine = {"candidate": candidate.pk, "user": user.pk}
    of_release = Delivery.objects.filter(**mine).exclude(release=None)
    # What was released before there were deliveries is nobody’s to be caught up with.
    return (
        Release.objects.released(at)
        .filter(election=candidate.election_id, released_at__gte=first.at)
        .exclude(pk__in=of_release.values("release"))
        .exclude(pk__in=CatchUp.objects.filter(**mine).values("releases"))
        .order_by("released_at", "pk")
    )
