"""The report on equal offers: who was offered which meeting, visit or induction, and took it up.

It raises, in words, what one candidate had that others were not offered. A fixed number of queries,
however many candidates and offers there are.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from elections.models import Candidate, Election, StatusChange
from pcc_portal.templatetags.portal import day

from .models import Booking, Event, Meeting, NoThanks, Slot, start_of_day
from .no_thanks import OFFERED
from .own_bookings import slots_of
from .wording import at_time, time_of

State = Booking.State


class Answer(models.TextChoices):
    """What became of one offer to one candidate."""

    TOOK_UP = "took-up", "Took it up"
    WAITS = "waits", "Waits for a place"
    NOT_DRAWN = "not-drawn", "Asked, not drawn"
    FULL = "full", "Asked, no place came free"
    DID_NOT_COME = "did-not-come", "Had a place, did not come"
    LAPSED = "lapsed", "Was offered a place, did not answer"
    CANCELLED = "cancelled", "Cancelled"
    DECLINED = "declined", "Declined"
    NONE = "none", "Did not answer"
    NOT_OFFERED = "not-offered", "Was not open to them"


@dataclass(frozen=True)
class Offered:
    """One offer: the version in force, and when it was first released."""

    event: Event
    since: dt.datetime


@dataclass(frozen=True)
class Told:
    """One offer and one candidate. ``since`` is when they were first offered it, if ever."""

    offer: Offered
    since: dt.datetime | None
    answer: Answer
    bookings: list[tuple[Booking, Slot | None]]
    # Of an offer by appointment: the meetings they had.
    meetings: list[Meeting]
    # Somebody else was offered it before: this candidate joined, or was nominated, later.
    is_later: bool = False

    @property
    def when(self) -> str:
        """The slots they have, “Tuesday 20 April 2021, 10am to 10.30am; …”."""
        held = [slot for one, slot in self.bookings if one.state == State.BOOKED and slot]
        times = [time_of(slot) for slot in sorted(held, key=lambda slot: slot.starts_at)]
        return "; ".join([*times, *(day(meeting.held_on) for meeting in self.meetings)])


@dataclass(frozen=True)
class OfCandidate:
    candidate: Candidate
    status: str
    told: list[Told]


@dataclass(frozen=True)
class Report:
    election: Election
    at: dt.datetime
    offers: list[Offered]
    candidates: list[OfCandidate]
    raised: list[str]


def report(election: Election, *, at: dt.datetime) -> Report:
    offers = _offers(election, at)
    candidates = list(Candidate.objects.filter(election=election))
    statuses = _statuses(election)
    bookings = _bookings(election, at)
    appointments = _appointments(election)
    said_no = NoThanks.objects.filter(book__election=election)
    declined = set(said_no.values_list("candidate", "book__event_slug"))

    def told_of(offer: Offered) -> list[Told]:
        """The offer and each candidate, in their order."""
        since = [_since(offer, statuses[candidate.pk], at) for candidate in candidates]
        first = min(filter(None, since), default=None)
        keys = [(candidate.pk, offer.event.slug) for candidate in candidates]
        return [
            Told(
                offer,
                began,
                _answer(bookings[key], appointments[key], key in declined, began),
                bookings[key],
                appointments[key],
                is_later=began is not None and began != first,
            )
            for key, began in zip(keys, since, strict=True)
        ]

    by_offer = [told_of(offer) for offer in offers]
    today = timezone.localdate(at)
    rows = [
        OfCandidate(
            candidate,
            _status_in_words(statuses[candidate.pk], today),
            [of_offer[index] for of_offer in by_offer],
        )
        for index, candidate in enumerate(candidates)
    ]
    raised = [one for row in rows for told in row.told for one in _raised(row, told)]
    meetings = Meeting.objects.not_offered().filter(election=election).select_related("candidate")
    return Report(election, at, offers, rows, [*raised, *map(_unoffered, meetings)])


def _offers(election: Election, at: dt.datetime) -> list[Offered]:
    """In the order in which they were first released. Two queries."""
    released = Event.objects.released(at).filter(election=election, kind__in=OFFERED)
    released = released.filter(Q(takes_bookings=True) | Q(by_appointment=True))
    since: dict[str, dt.datetime] = {}
    for slug, moment in released.order_by("-version").values_list("slug", "release__released_at"):
        since[slug] = moment
    events = Event.objects.released(at).last_told(at).filter(election=election, slug__in=since)
    found = [Offered(event, since[event.slug]) for event in events]
    return sorted(found, key=lambda offer: (offer.since, offer.event.title))


def _statuses(election: Election) -> dict[int, list[tuple[dt.date, str]]]:
    """By candidate each status and the day it holds from, in order of days."""
    found: dict[int, dict[dt.date, str]] = defaultdict(dict)
    rows = StatusChange.objects.filter(candidate__election=election).order_by(
        "effective_from", "pk"
    )
    for candidate, since, status in rows.values_list("candidate", "effective_from", "status"):
        found[candidate][since] = status
    return defaultdict(list, {pk: list(days.items()) for pk, days in found.items()})


def _bookings(
    election: Election, at: dt.datetime
) -> dict[tuple[int, str], list[tuple[Booking, Slot | None]]]:
    rows = list(
        Booking.objects.filter(book__election=election)
        .exclude(state=State.MOVED)
        .with_attendance()
        .select_related("book", "candidate", "agent")
    )
    slots = slots_of(rows, at)
    found: dict[tuple[int, str], list[tuple[Booking, Slot | None]]] = defaultdict(list)
    for one in rows:
        found[one.candidate_id, one.book.event_slug].append((one, slots[one.pk]))
    return found


def _appointments(election: Election) -> dict[tuple[int, str], list[Meeting]]:
    found: dict[tuple[int, str], list[Meeting]] = defaultdict(list)
    rows = Meeting.objects.filter(election=election, struck_at=None).exclude(event_slug="")
    for meeting in rows.order_by("held_on", "pk"):
        found[meeting.candidate_id, meeting.event_slug].append(meeting)
    return found


def _since(
    offer: Offered, statuses: list[tuple[dt.date, str]], at: dt.datetime
) -> dt.datetime | None:
    """When somebody was first among those to whom it is open, from its release on."""
    ends_of = [*(begins for begins, _ in statuses[1:]), None]
    for (begins, status), ends in zip(statuses, ends_of, strict=False):  # there may be no status
        since = max(offer.since, start_of_day(begins))
        is_open = offer.event.open_to in Event.OpenTo.of_status(status)
        if is_open and since <= at and (ends is None or since < start_of_day(ends)):
            return since
    return None


def _answer(
    mine: list[tuple[Any, Slot | None]],
    meetings: list[Meeting],
    has_declined: bool,
    since: dt.datetime | None,
) -> Answer:
    """The strongest of what they did. ``mine`` come with their attendance."""
    places = [one for one, _ in mine if one.state == State.BOOKED]
    if meetings or any(one.came is not False for one in places):
        return Answer.TOOK_UP
    states = {State(one.state) for one, _ in mine}
    for state, answer in _ANSWERS:
        if state in states:
            return answer
        if state == State.DECLINED and has_declined:
            return Answer.DECLINED
    return Answer.NONE if since else Answer.NOT_OFFERED


# Of several, the first holds.
_ANSWERS = [
    (State.WAITING, Answer.WAITS),
    (State.OFFERED, Answer.WAITS),
    (State.BOOKED, Answer.DID_NOT_COME),
    (State.DECLINED, Answer.DECLINED),
    (State.CANCELLED, Answer.CANCELLED),
    (State.LAPSED, Answer.LAPSED),
    (State.CLOSED, Answer.FULL),
    (State.NOT_DRAWN, Answer.NOT_DRAWN),
]


def _status_in_words(statuses: list[tuple[dt.date, str]], today: dt.date) -> str:
    held = [status for begins, status in statuses if begins <= today]
    return str(Candidate.Status(held[-1]).label) if held else ""


# --- what one had and others were not offered ----------------------------------------------------


def _raised(row: OfCandidate, told: Told) -> Iterator[str]:
    event, name = told.offer.event, row.candidate
    for booking, slot in told.bookings:
        if booking.state != State.BOOKED or booking.booked_at is None:
            continue
        if told.since is None:
            yield f"{name} has a place at “{event}”, which was never open to them."
        if not _is_by_office(booking):
            continue
        if event.open_to != Event.OpenTo.CANDIDATES:
            groups = event.get_open_to_display().lower()
            yield f"The office booked {name} at “{event}”, which is not open to all: {groups}."
        if event.bookable_from and booking.booked_at < event.bookable_from:
            yield (
                f"The office booked {name} at “{event}” at {at_time(booking.booked_at)}, before "
                f"booking opened to the others at {at_time(event.bookable_from)}."
            )
        if slot and booking.booked_at >= slot.closes_at:
            yield (
                f"The office booked {name} at “{event}” at {at_time(booking.booked_at)}, after "
                f"booking had closed to the others at {at_time(slot.closes_at)}."
            )


def _is_by_office(booking: Booking) -> bool:
    """Whether neither the candidate nor their agent made it."""
    theirs = {booking.candidate.user_id, booking.agent.user_id if booking.agent else None}
    return booking.made_by_id is not None and booking.made_by_id not in theirs


def _unoffered(meeting: Meeting) -> str:
    return (
        f"{meeting.candidate} had a meeting with {meeting.officer} on {day(meeting.held_on)} "
        f"about “{meeting.subject}” that was no part of an offer: the others were not offered it."
    )


# --- as a file -------------------------------------------------------------------------------


def table(found: Report) -> Iterator[list[str]]:
    """Candidates by offers, one line each; then what is raised."""
    yield ["Equal offers", found.election.name]
    yield ["As on", _moment(found.at)]
    yield []
    yield [
        "Candidate",
        "Status",
        "Offer",
        "Kind",
        "Released (UK)",
        "Offered to them since (UK)",
        "Later than the others",
        "Answer",
        "When (UK)",
    ]
    for row in found.candidates:
        for told in row.told:
            event = told.offer.event
            yield [
                str(row.candidate),
                row.status,
                str(event),
                event.get_kind_display(),
                _moment(told.offer.since),
                _moment(told.since),
                "yes" if told.is_later else "no",
                told.answer.label,
                told.when,
            ]
    yield []
    yield ["What one had that others were not offered"]
    for sentence in found.raised or ["Nothing."]:
        yield [sentence]


def _moment(moment: dt.datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
