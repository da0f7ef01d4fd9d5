"""Public releases by mail: asking for them, confirming it, ending it. GET changes nothing."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from elections.addresses import election_at
from elections.limits import allow, network_address

from .models import Subscriber
from .subscriptions import ask, confirm, names_of, stop, subjects_to_follow
from .update_forms import DAILY, SubscribeForm
from .update_links import CONFIRM_WITHIN, read_confirm, read_stop

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest, election_slug: str) -> HttpResponse:
    election, now = election_at(election_slug), timezone.now()
    form = SubscribeForm(
        request.POST if request.method == "POST" else None,
        subjects=subjects_to_follow(election, now),
        initial={"subjects": request.GET.getlist("topic")},
    )
    status = 200
    if form.is_bound and form.is_valid():
        if allow("subscribe", network_address(request), at_most=10, within=HOUR, at=now):
            address = form.cleaned_data["email"]
            who = f"{election.pk} {address.lower()}"
            # Whoever is asked too often is not told so: that would say that they are known.
            if allow("subscribe-address", who, at_most=3, within=DAY, at=now):
                is_daily = form.cleaned_data["often"] == DAILY
                subjects = " ".join(sorted(form.cleaned_data.get("subjects", [])))
                ask(
                    election=election,
                    address=address,
                    is_daily=is_daily,
                    subjects=subjects,
                    at=now,
                )
            return redirect("updates:received", election.slug)
        form.add_error(
            None,
            "Too many requests came from your network in the last hour. Wait an hour, or write "
            f"to {election.office.contact_email}.",
        )
        status = 429
    context = {"election": election, "form": form, "days": CONFIRM_WITHIN.days}
    return render(request, "releases/subscribe.html", context, status=status)


@require_safe
def received(request: HttpRequest, election_slug: str) -> HttpResponse:
    """The same for everyone: it does not tell who is known."""
    context = {"election": election_at(election_slug), "days": CONFIRM_WITHIN.days}
    return render(request, "releases/subscribe_received.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_subscription(request: HttpRequest, election_slug: str, token: str) -> HttpResponse:
    election = election_at(election_slug)
    asked = read_confirm(token)
    if asked is None:
        context = {"election": election}
        return render(request, "releases/subscribe_too_late.html", context, status=404)
    if request.method != "POST":
        about = names_of(asked.subjects, election, timezone.now())
        return render(
            request,
            "releases/subscribe_confirm.html",
            {"election": election, "asked": asked, "about": about},
        )
    if not confirm(asked, election=election, at=timezone.now()):
        context = {"election": election}
        return render(request, "releases/subscribe_too_late.html", context, status=404)
    return redirect("updates:confirmed", election.slug)


@require_safe
def confirmed(request: HttpRequest, election_slug: str) -> HttpResponse:
    context = {"election": election_at(election_slug)}
    return render(request, "releases/subscribe_confirmed.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_subscription(request: HttpRequest, token: str) -> HttpResponse:
    """A mail program ends it by one POST, without a session (RFC 8058); a person by the button."""
    pk = read_stop(token)
    if pk is None:
        return render(request, "releases/subscribe_too_late.html", status=404)
    reader = Subscriber.objects.filter(pk=pk).select_related("election__office").first()
    if request.method == "POST":
        stop(pk, at=timezone.now())
    is_over = reader is None or request.method == "POST"
    context = {"election": reader.election if reader else None, "is_over": is_over}
    return render(request, "releases/subscribe_stop.html", context)
