"""Asking, and what became of it, for candidates and their agents; and the force's one-off page."""

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from elections.addresses import election_at
from elections.looking import StandIn
from elections.models import Election
from elections.refusals import Refused

from . import asking, force
from .ask_forms import AskForm, ForceForm
from .log import answers_in_short, requests_in
from .matching import much_the_same
from .models import Enquiry, ForceAddress, LogRules
from .standing import standings


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, election_slug: str) -> HttpResponse:
    """Three steps at one address: writing, checking, sending. Only the last one writes anything."""
    election, at = election_at(election_slug), timezone.now()
    try:
        _refuse(request, election, at)
    except Refused as refused:
        return _closed(request, election, refused)
    posted = request.POST if request.method == "POST" else None
    form = AskForm(posted, more=int("add" in request.POST))
    if posted is None or "add" in posted or "change" in posted:
        return _write(request, election, form, at)
    if not form.is_valid():
        return _write(request, election, form, at)
    if "send" in posted:
        try:
            return _send(request, election, form, at)
        except Refused as refused:
            form.add_error(None, ValidationError(refused.sentence, refused.code))
            return _write(request, election, form, at)
    return _check(request, election, form, at)


def _refuse(request: HttpRequest, election: Election, at: dt.datetime) -> None:
    """Staff who look as a candidate see the page as a candidate does; nothing can be sent then."""
    if isinstance(request.user, StandIn) and request.user.briefed_in == election.pk:
        asking.refuse_archived(election, at)
    else:
        asking.asker_in(election, request.user, at)  # type: ignore[arg-type]


def _closed(request: HttpRequest, election: Election, refused: Refused) -> HttpResponse:
    context = {"election": election, "section": "log", "refused": refused}
    if request.method == "POST":
        # Access may have ended while somebody wrote: what they wrote is theirs to take along.
        form = AskForm(request.POST)
        context["written"] = [text for name, text in form.data.items() if name.startswith("part_")]
    return render(request, "infolog/ask_closed.html", context, status=403)


def _write(
    request: HttpRequest, election: Election, form: AskForm, at: dt.datetime
) -> HttpResponse:
    is_only_turned = form.is_bound and ("add" in request.POST or "change" in request.POST)
    if is_only_turned:
        # The boxes come back as they were filled, without a word about what is missing in them.
        kept = AskForm(request.POST, more=int("add" in request.POST))
        form = AskForm(None, more=kept.boxes - 1)
        form.initial = {name: request.POST.get(name, "") for name in form.fields}
    rules = LogRules.of(election.pk)
    context = {
        "election": election,
        "section": "log",
        "form": form,
        "due": rules.due_on(timezone.localdate(at)),
        "days": rules.answer_within,
        "is_limit": "limit" in [e.code for e in form.non_field_errors().as_data()],
    }
    return render(request, "infolog/ask.html", context)


def _check(
    request: HttpRequest, election: Election, form: AskForm, at: dt.datetime
) -> HttpResponse:
    mine = requests_in(election, request.user, at)
    same = much_the_same(mine, " ".join(form.questions)).values_list("pk", flat=True)
    context = {
        "election": election,
        "section": "log",
        "form": form,
        "answers": answers_in_short(list(same)),
        "due": LogRules.of(election.pk).due_on(timezone.localdate(at)),
    }
    return render(request, "infolog/ask_check.html", context)


def _send(request: HttpRequest, election: Election, form: AskForm, at: dt.datetime) -> HttpResponse:
    enquiry = asking.ask(
        asking.asker_in(election, request.user, at),  # type: ignore[arg-type]
        user=request.user,  # type: ignore[arg-type]
        parts=form.questions,
        token=form.cleaned_data["token"],
        at=at,
    )
    messages.success(request, f"We have your question. Its reference is {enquiry.reference}.")
    return redirect(_page_of(election, enquiry))


def _page_of(election: Election, enquiry: Enquiry) -> str:
    return reverse("infolog:question", args=[election.slug, enquiry.reference.lower()])


def _own(request: HttpRequest, election: Election, reference: str) -> Enquiry:
    own = Enquiry.objects.none()
    if not isinstance(request.user, StandIn):
        own = Enquiry.objects.of(request.user)  # type: ignore[arg-type]
    return get_object_or_404(
        own.select_related("election__office", "request__release").prefetch_related("parts"),
        election=election,
        reference=reference.upper(),
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD"])
def question(request: HttpRequest, election_slug: str, reference: str) -> HttpResponse:
    """One's own question: the receipt, and later what became of it."""
    election = election_at(election_slug)
    enquiry = _own(request, election, reference)
    [standing] = standings([enquiry], user=request.user, at=timezone.now())
    context = {
        "election": election,
        "section": "log",
        "enquiry": enquiry,
        "standing": standing,
        "receipt": getattr(enquiry, "receipt", None),
    }
    return render(request, "infolog/question.html", context)


@never_cache
@login_required
@require_POST
def withdraw(request: HttpRequest, election_slug: str, reference: str) -> HttpResponse:
    election = election_at(election_slug)
    enquiry = _own(request, election, reference)
    try:
        asking.withdraw(enquiry, at=timezone.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"You have taken back the question {enquiry.reference}.")
    return redirect(_page_of(election, enquiry))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def respond(request: HttpRequest, election_slug: str, token: str) -> HttpResponse:
    """The one-off page of somebody in the force: the question, and a box for the response."""
    election, at = election_at(election_slug), timezone.now()
    context = {"election": election, "section": "log"}
    try:
        address = force.opened(token, election_slug=election_slug, at=at)
    except Refused as refused:
        return _over(request, context, refused)
    parts = list(address.request.parts.all())
    form = ForceForm(request.POST if request.method == "POST" else None, parts=parts)
    if form.is_bound and form.is_valid():
        try:
            _propose(address, form, at)
        except Refused as refused:
            return _over(request, context, refused, said=form.texts)
        return render(request, "infolog/force_sent.html", context)
    context |= {"form": form, "address": address, "item": address.request, "parts": parts}
    response = render(request, "infolog/force.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _propose(address: ForceAddress, form: ForceForm, at: dt.datetime) -> None:
    who = {name: form.cleaned_data[name] for name in ("name", "role")}
    force.propose(address, **who, texts=form.texts, at=at)


def _over(
    request: HttpRequest, context: dict, refused: Refused, said: dict[int, str] | None = None
) -> HttpResponse:
    written = list((said or {}).values())
    if request.method == "POST" and said is None:
        written = [text for name, text in request.POST.items() if name.startswith("part_")]
    context |= {"refused": refused, "written": list(filter(None, written))}
    return render(request, "infolog/force_over.html", context, status=410)
