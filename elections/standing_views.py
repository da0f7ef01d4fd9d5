"""“Tell us you are standing”: the public page on which one asks to be invited."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from .addresses import election_at
from .forms import StandingForm
from .limits import allow, network_address
from .models import Election, StandingRequest
from .standing import ask, is_open

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def standing(request: HttpRequest, election_slug: str) -> HttpResponse:
    election = election_at(election_slug)
    now = timezone.now()
    context = {"election": election, "section": "candidates"}
    if not is_open(election, timezone.localdate(now)):
        return render(request, "elections/standing_closed.html", context)
    form = StandingForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid():
        if form.is_from_a_machine:
            return _received(election)
        if allow("standing", network_address(request), at_most=5, within=HOUR, at=now):
            _note(election, form, now)
            return _received(election)
        form.add_error(
            None,
            "Too many requests came from your network in the last hour. Wait an hour, or write "
            f"to {election.office.contact_email}.",
        )
        status = 429
    context |= {"form": form, "days": StandingRequest.KEPT_DAYS}
    return render(request, "elections/standing.html", context, status=status)


@require_safe
def standing_received(request: HttpRequest, election_slug: str) -> HttpResponse:
    """The same for everyone: it does not tell whom the office knows."""
    election = election_at(election_slug)
    context = {"election": election, "section": "candidates"}
    return render(request, "elections/standing_received.html", context)


def _note(election: Election, form: StandingForm, at: dt.datetime) -> None:
    email = form.cleaned_data["email"]
    if allow("standing-email", email.lower(), at_most=3, within=DAY, at=at):
        details = {name: form.cleaned_data[name] for name in ("name", "phone", "message")}
        ask(election=election, email=email, **details, at=at)


def _received(election: Election) -> HttpResponse:
    return redirect("elections:standing-received", election.slug)
