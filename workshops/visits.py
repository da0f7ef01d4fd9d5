"""Who visits the pages on which candidates, and agents for them, book."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from elections.acting import Actor, acting_for
from elections.addresses import election_at
from elections.models import Election

from .models import Booking, Event
from .refusing import By


@dataclass(frozen=True)
class Visit:
    """Who is here, for which candidate, in which election, and when."""

    request: HttpRequest
    election: Election
    actor: Actor
    at: dt.datetime

    @classmethod
    def of(cls, request: HttpRequest, election_slug: str) -> "Visit":
        """Raises ``Http404`` for whoever is neither a candidate in the contest nor their agent."""
        election, at = election_at(election_slug), timezone.now()
        actor = acting_for(request.user, election, at)  # type: ignore[arg-type]
        if actor is None:
            raise Http404("Only candidates and their agents book.")
        actor.candidate.election = election
        return cls(request, election, actor, at)

    @property
    def by(self) -> By:
        site = self.request.build_absolute_uri("/").rstrip("/")
        return By(self.request.user, self.actor.agent, site=site)  # type: ignore[arg-type]

    def event(self, slug: str) -> Event:
        events = Event.objects.visible_to(self.request.user, self.at).newest(self.at)
        events = events.filter(election=self.election, takes_bookings=True)
        events = events.exclude(change=Event.Change.WITHDRAWAL)
        event: Event = get_object_or_404(events.prefetch_related("slots"), slug=slug)
        event.election = self.election
        return event

    def booking(self, pk: int) -> Booking:
        rows = Booking.objects.filter(candidate=self.actor.candidate)
        return get_object_or_404(
            rows.select_related("book__election", "candidate", "agent", "ended_agent"), pk=pk
        )

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        frame = {"election": self.election, "section": "programme", "actor": self.actor}
        return render(self.request, f"workshops/{template}.html", frame | context, status=status)
