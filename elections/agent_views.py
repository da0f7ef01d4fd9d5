"""A candidate's agents: invited, seen and ended by the candidate, and by nobody else."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .acting import own_candidacy
from .addresses import sign_in_url
from .forms import AgentForm
from .invitations import invite_agent, revoke_agent, send_again
from .models import Agent, Candidate, Invitation
from .models.invitation import LIVES
from .refusals import Refused


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def agents(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    candidate = _own(request, now)
    form = AgentForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            invitation = invite_agent(
                candidate,
                **form.cleaned_data,
                sign_in_url=sign_in_url(request),
                by=request.user,
                at=now,
            )
        except Refused as refused:
            form.add_error(refused.field or None, ValidationError(refused.sentence, refused.code))
        else:
            _tell(request, invitation)
            return redirect("agents")
    return render(request, "elections/agent_list.html", _context(candidate, now) | {"form": form})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first; the answer is a POST."""
    now = timezone.now()
    candidate = _own(request, now)
    agent = get_object_or_404(candidate.agents.active().select_related("user"), pk=pk)
    if request.method == "POST":
        revoke_agent(agent, by=request.user, at=now)
        messages.success(request, f"The access of {agent.name} has ended.")
        return redirect("agents")
    context = {"agent": agent, "candidate": candidate, "election": candidate.election}
    return render(request, "elections/agent_end.html", context)


@login_required
@require_POST
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    candidate = _own(request, now)
    agent = get_object_or_404(candidate.agents.active(), pk=pk)
    invitation = agent.invitations.first()
    if invitation is None:
        raise Http404("Nobody invited this agent.")
    try:
        again = send_again(invitation, sign_in_url=sign_in_url(request), by=request.user, at=now)
    except Refused as refused:
        messages.warning(request, refused.sentence)
    else:
        _tell(request, again)
    return redirect("agents")


def _own(request: HttpRequest, at: dt.datetime) -> Candidate:
    candidate = own_candidacy(request.user, at)
    if candidate is None:
        raise Http404("Only a candidate has agents.")
    return candidate


def _tell(request: HttpRequest, invitation: Invitation) -> None:
    messages.success(
        request,
        f"{invitation.email} is invited. The mail says how to sign in, and by when. If it cannot "
        "be sent, this page says so.",
    )


def _context(candidate: Candidate, at: dt.datetime) -> dict[str, Any]:
    agents = list(
        Agent.objects.filter(candidate=candidate)
        .select_related("user")
        .prefetch_related("invitations")
    )
    for agent in agents:
        newest = next(iter(agent.invitations.all()), None)
        agent.told = newest.state(at) if newest else ""
        agent.can_be_invited_again = newest is not None and not any(
            invitation.taken_up_at for invitation in agent.invitations.all()
        )
    return {
        "candidate": candidate,
        "election": candidate.election,
        "active": [agent for agent in agents if agent.is_active],
        "ended": [agent for agent in agents if not agent.is_active],
        "days": LIVES.days,
    }
