"""Who somebody is in an election: the candidate, or an agent who acts for one."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from .models import Agent, Candidate, Election, User


@dataclass(frozen=True)
class Actor:
    """Whoever does something for ``candidate``; ``agent`` is ``None`` when it is the candidate."""

    candidate: Candidate
    agent: Agent | None = None

    @property
    def stamp(self) -> str:
        """How an act is signed where the office reads it, never in public."""
        return (
            f"{self.agent.name}, agent for {self.candidate}" if self.agent else f"{self.candidate}"
        )


def acting_for(user: User, election: Election, at: dt.datetime) -> Actor | None:
    """For whom ``user`` acts in ``election`` at the moment ``at``; ``None`` is a stranger.

    Only for candidates who are in the contest on that day. Two queries at most.
    """
    standing = Candidate.objects.filter(election=election).briefed(timezone.localdate(at))
    own = standing.filter(user=user.pk).first()
    if own:
        return Actor(own)
    agent = (
        Agent.objects.active()
        .filter(user=user.pk, candidate__in=standing.values("pk"))
        .select_related("candidate")
        .first()
    )
    return Actor(agent.candidate, agent) if agent else None


def own_candidacy(user: User, at: dt.datetime) -> Candidate | None:
    """What ``user`` stands in themselves: of several elections the one with the last poll."""
    return (
        Candidate.objects.briefed(timezone.localdate(at))
        .filter(user=user.pk)
        .select_related("election__office")
        .order_by(F("election__poll_date").desc(), "-pk")
        .first()
    )


def stamp_on(candidate: Candidate, user: User | None) -> str:
    """How an act of ``user`` about ``candidate`` is signed: as the candidate, or as staff."""
    if user is None:
        return "The portal"
    return Actor(candidate).stamp if user.pk == candidate.user_id else str(user)
