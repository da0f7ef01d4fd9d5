"""Candidates, and agents for them, answer an offer: what they would like, or “no, thank you”."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from .forms import WishForm
from .models import Event, WishList
from .no_thanks import say_no_thanks
from .offers import warnings_of
from .refusing import BookingRefused
from .visits import Visit
from .wishes import may_wish, opened, take_wishes


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest, election_slug: str, slug: str) -> HttpResponse:
    visit = Visit.of(request, election_slug)
    event = visit.event(slug)
    if not may_wish(event, visit.at):
        if event.takes_wishes and event.bookable_from:
            messages.warning(request, opened(event).sentence)
        return redirect("workshops:book", election_slug, slug)
    slots = [slot for slot in event.slots.all() if slot.is_on and visit.at < slot.starts_at]
    kept = WishList.objects.filter(
        candidate=visit.actor.candidate, book__event_slug=slug, book__election=visit.election
    ).first()
    before = dict(zip(WishForm.names, map(str, kept.slot_numbers), strict=False)) if kept else {}
    form = WishForm(slots, request.POST if request.method == "POST" else None, initial=before)
    if form.is_bound and form.is_valid() and _take(visit, event, form):
        return redirect("workshops:wishes", election_slug, slug)
    context = {
        "event": event,
        "form": form,
        "kept": kept,
        "warnings": warnings_of(visit.actor.candidate, slots, visit.at),
    }
    return visit.page("wishes", context)


def _take(visit: Visit, event: Event, form: WishForm) -> bool:
    try:
        kept = take_wishes(
            visit.actor.candidate, event.slug, form.numbers, by=visit.by, at=visit.at
        )
    except BookingRefused as refused:
        form.add_error(None, ValidationError(refused.sentence, refused.code))
        return False
    done = "Your wishes are kept." if kept else "You ask for no slot now."
    messages.success(visit.request, done)
    return True


@login_required
@require_POST
def no_thanks(request: HttpRequest, election_slug: str, slug: str) -> HttpResponse:
    visit = Visit.of(request, election_slug)
    events = Event.objects.visible_to(request.user, visit.at).newest(visit.at)
    event = get_object_or_404(events.filter(election=visit.election), slug=slug)
    try:
        say_no_thanks(visit.actor.candidate, event.slug, by=visit.by, at=visit.at)
    except BookingRefused as refused:
        messages.warning(request, refused.sentence)
    else:
        messages.success(
            request, "The office knows that you do not want this. You can change your mind."
        )
    return redirect(event.get_absolute_url())
