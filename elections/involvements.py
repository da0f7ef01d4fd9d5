"""In which elections somebody is involved, as a candidate or as an agent, and what that gives."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from .acting import Actor
from .candidacies import History
from .models import Agent, Candidate, Election, StatusChange, User


@dataclass(frozen=True)
class Involvement:
    """One candidacy on the day ``today``, as the candidate or an agent of theirs may see it."""

    actor: Actor
    today: dt.date

    @property
    def candidate(self) -> Candidate:
        return self.actor.candidate

    @property
    def election(self) -> Election:
        return self.candidate.election

    @property
    def agent(self) -> Agent | None:
        return self.actor.agent

    @property
    def history(self) -> History:
        """No query: the statuses came with the candidate."""
        return History.of(self.candidate.status_changes.all())

    @property
    def change(self) -> StatusChange | None:
        """What the status of today came from. Of two for one day the later one counts."""
        return self._newest(lambda day: day <= self.today)

    @property
    def coming(self) -> StatusChange | None:
        """What is recorded to come next."""
        later = self.history.after(self.today)
        return self._newest(lambda day: day == later[0]) if later else None

    @property
    def has_access(self) -> bool:
        return self.change is not None and self.change.status in Candidate.BRIEFED

    @property
    def access_since(self) -> dt.date | None:
        """First day of the unbroken stretch in which there is access; nothing without access."""
        since = None
        for day, status in self.history.days:
            if day <= self.today:
                since = (since or day) if status in Candidate.BRIEFED else None
        if since and self.agent:
            since = max(since, timezone.localdate(self.agent.invited_at))
        return since

    def _newest(self, fits: Callable[[dt.date], bool]) -> StatusChange | None:
        changes = self.candidate.status_changes.all()
        fitting = [change for change in changes if fits(change.effective_from)]
        return max(fitting, key=lambda change: (change.effective_from, change.pk), default=None)


def involvements(user: User, at: dt.datetime) -> list[Involvement]:
    """Every candidacy of ``user`` or that they act for now, last poll first.

    Withdrawn ones too: what became of it is theirs to know. Four queries at most.
    """
    candidates = Candidate.objects.select_related("election__office")
    actors = [Actor(candidate) for candidate in candidates.filter(user=user.pk)]
    agents = Agent.objects.active().filter(user=user.pk)
    actors += [
        Actor(agent.candidate, agent)
        for agent in agents.prefetch_related(Prefetch("candidate", candidates))
    ]
    prefetch_related_objects([actor.candidate for actor in actors], "status_changes")
    today = timezone.localdate(at)
    actors.sort(key=lambda a: (a.candidate.election.poll_date, a.candidate.pk), reverse=True)
    return [Involvement(actor, today) for actor in actors]
