"""Candidates, and agents for them, book: choose, check, done. Strangers find nothing here."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .bookings import accept, book, cancel, decline, why_not
from .forms import ChooseSlotForm, ConfirmForm
from .joining import joining_of
from .models import Booking, BookingNeeds, Event, Slot
from .offers import Offer, offers_for, warnings
from .own_bookings import Own, bookings_of, ends_with, told
from .refusing import BookingRefused, Wish, full
from .visits import Visit
from .wishes import may_wish


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, election_slug: str, slug: str) -> HttpResponse:
    """Step 1: when, and with whom. What is posted is only looked at, and led on to step 2."""
    visit = Visit.of(request, election_slug)
    event = visit.event(slug)
    offers = _offers(visit, event)
    posted = request.POST if request.method == "POST" else None
    held = _held(visit, event)
    booked = _replaced(visit, event, held, (posted or request.GET).get("replaces"))
    if _has_to_choose(visit, event, held, booked):
        return visit.page("book_which", {"event": event, "held": told(held, visit.at)})
    can_be_chosen = [offer for offer in offers if offer.is_open]
    before = _chosen_before(request) | ({"replaces": booked.pk} if booked else {})
    form = ChooseSlotForm(event, can_be_chosen, posted, initial=before)
    if form.is_bound and form.is_valid():
        address = reverse("workshops:book-check", args=[election_slug, slug])
        said = {name: value for name, value in form.cleaned_data.items() if value is not None}
        return redirect(f"{address}?{urlencode(said)}")
    context = {
        "event": event,
        "form": form if can_be_chosen else None,
        "others": [offer for offer in offers if not offer.is_open],
        "booked": booked,
        "before": told([booked], visit.at)[0] if booked else None,
        "held": held,
        "may_wish": may_wish(event, visit.at),
    }
    return visit.page("book", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, election_slug: str, slug: str) -> HttpResponse:
    """Step 2: all of it once more, what to think of, and the button that books."""
    visit = Visit.of(request, election_slug)
    event = visit.event(slug)
    said = request.POST if request.method == "POST" else request.GET
    held = _held(visit, event)
    booked = _replaced(visit, event, held, said.get("replaces"))
    if request.method == "POST":
        form = ConfirmForm(event, request.POST)
        if form.is_valid():
            return _book(visit, event, form, booked)
    else:
        form = ConfirmForm(event, request.GET)
    if _has_to_choose(visit, event, held, booked):
        return redirect("workshops:book", election_slug, slug)
    offer = _offer(visit, event, form)
    asked = {name: form.cleaned_data.get(name) or 0 for name in ("agents", "guests")}
    if offer is None or not _can_be_asked(offer, asked):
        _say_why(visit, event, form, asked)
        return redirect("workshops:book", election_slug, slug)
    if request.method != "POST":
        waits = not offer.room.fit(1 + sum(asked.values()))
        initial = {"slot": offer.slot.number, "may_wait": waits, **asked, **_needs_of(booked)}
        if booked:
            initial["replaces"] = booked.pk
        form = ConfirmForm(event, initial=initial)
    return _check_page(visit, event, offer, form, asked, booked)


def _can_be_asked(offer: Offer, asked: dict[str, int]) -> bool:
    """Nobody waits for more places at the time they have: they keep it, or take another."""
    fits = offer.room.fit(1 + sum(asked.values()))
    is_theirs = offer.own is not None and offer.own.state == Booking.State.BOOKED
    return offer.is_open and (fits or not is_theirs)


def _say_why(visit: Visit, event: Event, form: ConfirmForm, asked: dict[str, int]) -> None:
    """Why what was asked for leads nowhere, where something was."""
    number = form.cleaned_data.get("slot")
    if not number:
        return
    wish = Wish(event.slug, number, agents=asked["agents"], guests=asked["guests"])
    refused = why_not(visit.actor.candidate, wish, by=visit.by, at=visit.at)
    if refused is None:
        offer = _offer(visit, event, form)
        refused = full(offer.room) if offer else None
    if refused:
        messages.warning(visit.request, refused.sentence)


def _needs_of(booked: Booking | None) -> dict[str, str]:
    """What was said for the booking to be changed: it goes along, and can be taken back."""
    needs = BookingNeeds.objects.filter(booking=booked).first() if booked else None
    return {"access": needs.access, "diet": needs.diet} if needs else {}


def _check_page(
    visit: Visit,
    event: Event,
    offer: Offer,
    form: ConfirmForm,
    asked: dict[str, int],
    booked: Booking | None,
    *,
    refused: BookingRefused | None = None,
) -> HttpResponse:
    waits = form.fields["may_wait"].to_python(form["may_wait"].value())
    replaces = bool(form["replaces"].value()) and booked is not None
    form.submit_label = (
        "Join the waiting list" if waits else "Change my booking" if replaces else "Book this place"
    )
    context = {
        "event": event,
        "offer": offer,
        "form": form,
        "places": 1 + sum(asked.values()),
        "asked": asked,
        "waits": waits,
        "is_first_window": event.is_first_window(visit.at),
        "before": told([booked], visit.at)[0] if booked else None,
        "replaces": replaces,
        "warnings": warnings(visit.actor.candidate, offer.slot, visit.at, booked),
        "free": [o for o in _offers(visit, event) if refused and o.slot in refused.free],
    }
    return visit.page("book_check", context, status=409 if refused else 200)


def _book(visit: Visit, event: Event, form: ConfirmForm, booked: Booking | None) -> HttpResponse:
    said = form.cleaned_data
    asked = {name: said.get(name) or 0 for name in ("agents", "guests")}
    wish = Wish(
        event.slug,
        said["slot"],
        **asked,
        access=said.get("access"),
        diet=said.get("diet"),
        may_wait=said["may_wait"],
        replaces=said["replaces"],
    )
    try:
        booking = book(visit.actor.candidate, wish, by=visit.by, at=visit.at)
    except BookingRefused as refused:
        offer = _offer(visit, event, form)
        if offer is None:
            messages.warning(visit.request, refused.sentence)
            return redirect("workshops:book", visit.election.slug, event.slug)
        if refused.code == "full" and event.has_waiting_list and not said["may_wait"]:
            # What was typed stays; the button now says what it would do.
            form.data = {**form.data.dict(), "may_wait": "on"}  # type: ignore[attr-defined]
            refused.sentence += " You can join the waiting list."
        form.add_error(None, ValidationError(refused.sentence, refused.code))
        return _check_page(visit, event, offer, form, asked, booked, refused=refused)
    messages.success(visit.request, _done(booking, visit.at))
    return redirect("workshops:booking", visit.election.slug, booking.pk)


def _done(booking: Booking, at: dt.datetime) -> str:
    if booking.made_at != at and booking.booked_at != at:
        return "This booking stands as it was. If you told us what you need, we have it."
    if booking.state == Booking.State.WAITING:
        return "You are on the waiting list. We have sent a mail about it."
    if booking.moved_from_id:
        return "Your booking is changed. We have sent a mail about it."
    return "Your place is booked. We have sent a mail about it."


@never_cache
@login_required
@require_safe
def bookings(request: HttpRequest, election_slug: str) -> HttpResponse:
    """My bookings: the same for the candidate and each agent."""
    visit = Visit.of(request, election_slug)
    own = bookings_of(visit.actor.candidate, visit.at)
    coming = [one for one in own if one.booking.is_live and not one.is_over(visit.at)]
    context = {"coming": coming, "ended": [one for one in own if one not in coming]}
    return visit.page("booking_list", context)


@never_cache
@login_required
@require_safe
def booking(request: HttpRequest, election_slug: str, pk: int) -> HttpResponse:
    visit = Visit.of(request, election_slug)
    found = visit.booking(pk)
    [own] = told([found], visit.at)
    slot, is_booked = own.slot, found.state == Booking.State.BOOKED
    context = {
        "own": own,
        "booking": found,
        "is_over": own.is_over(visit.at),
        "may_cancel": found.is_live
        and (not is_booked or slot is None or not slot.is_on or visit.at < slot.cancels_until),
        "may_change": is_booked
        and slot is not None
        and (not slot.is_on or visit.at < slot.changes_until),
        "joining": joining_of([found], visit.at).get(found.pk),
        "ends": (ends := ends_with(found, slot, visit.at)),
        "warnings": _warnings(visit, found, slot, ends),
        "moved_to": getattr(found, "moved_to", None),
        "is_drawn": hasattr(found, "drawn"),
    }
    return visit.page("booking_detail", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_page(request: HttpRequest, election_slug: str, pk: int) -> HttpResponse:
    """Asks first; the answer is a POST."""
    visit = Visit.of(request, election_slug)
    found = visit.booking(pk)
    if request.method == "POST":
        waited = found.state != Booking.State.BOOKED
        done = "You are off the waiting list." if waited else "Your booking is cancelled."
        return _act(visit, found, cancel, done, Booking.State.CANCELLED)
    if not found.is_live:
        return redirect("workshops:booking", election_slug, pk)
    [own] = told([found], visit.at)
    return visit.page("booking_cancel", {"own": own, "booking": found})


@login_required
@require_POST
def accept_offer(request: HttpRequest, election_slug: str, pk: int) -> HttpResponse:
    visit = Visit.of(request, election_slug)
    return _act(visit, visit.booking(pk), accept, "The place is yours.", Booking.State.BOOKED)


@login_required
@require_POST
def decline_offer(request: HttpRequest, election_slug: str, pk: int) -> HttpResponse:
    visit = Visit.of(request, election_slug)
    done = "You have declined. The place goes to the next."
    return _act(visit, visit.booking(pk), decline, done, Booking.State.DECLINED)


def _act(
    visit: Visit,
    found: Booking,
    verb: Callable[..., Booking],
    done: str,
    state: Booking.State,
) -> HttpResponse:
    """Do it, and say so only if ``state`` came of it: somebody else may have been quicker."""
    try:
        now = verb(found, by=visit.by, at=visit.at)
    except BookingRefused as refused:
        messages.warning(visit.request, refused.sentence)
    else:
        if now.state == state:
            messages.success(visit.request, done)
        else:
            messages.warning(visit.request, f"Nothing was changed: {_stands(now)}.")
    return redirect("workshops:booking", visit.election.slug, found.pk)


def _stands(booking: Booking) -> str:
    return {
        Booking.State.BOOKED: "you have this place. Cancel it if you cannot come",
        Booking.State.WAITING: "you are on the waiting list",
        Booking.State.OFFERED: "the place is offered to you",
    }.get(Booking.State(booking.state), "this is over")


def _warnings(visit: Visit, found: Booking, slot: Slot | None, ends: Own | None) -> list[str]:
    """What to think of before an offer is accepted."""
    if slot is None or found.state != Booking.State.OFFERED:
        return []
    return warnings(visit.actor.candidate, slot, visit.at, ends.booking if ends else None)


def _offers(visit: Visit, event: Event) -> list[Offer]:
    slots = [slot for slot in event.slots.all() if slot.is_on and visit.at < slot.starts_at]
    return list(offers_for(visit.actor.candidate, slots, visit.election, visit.at).values())


def _offer(visit: Visit, event: Event, form: ConfirmForm) -> Offer | None:
    """What was asked for, if there is such a slot for this candidate."""
    number = form.cleaned_data.get("slot") if form.is_valid() or form.cleaned_data else None
    return next((o for o in _offers(visit, event) if o.slot.number == number), None)


def _held(visit: Visit, event: Event) -> list[Booking]:
    """What the candidate has booked of this event, in the order of its times."""
    rows = Booking.objects.filter(
        candidate=visit.actor.candidate,
        book__election=visit.election,
        book__event_slug=event.slug,
        state=Booking.State.BOOKED,
    )
    return list(rows.select_related("book", "candidate", "agent").order_by("slot_number"))


def _replaced(visit: Visit, event: Event, held: list[Booking], asked: str | None) -> Booking | None:
    """The booking to be changed: the one asked for; the only one of who may have no more."""
    named = next((one for one in held if str(one.pk) == asked), None)
    only = held[0] if len(held) == 1 and event.entitlement_at(visit.at) == 1 else None
    return named or only


def _has_to_choose(visit: Visit, event: Event, held: list[Booking], booked: Booking | None) -> bool:
    """Whether they have several, may have no more, and did not say which is to be changed."""
    return booked is None and len(held) > 1 and len(held) >= event.entitlement_at(visit.at)


def _chosen_before(request: HttpRequest) -> dict[str, Any]:
    """What step 2 leads back with."""
    return {name: request.GET[name] for name in ("slot", "agents", "guests") if name in request.GET}
