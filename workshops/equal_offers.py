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

from .favours import favours, of_no_offer
from .models import Booking, Event, Meeting, NoThanks, Slot, start_of_day
from .own_bookings import slots_of
from .wording import time_of

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

    def favours(self, candidate: Candidate) -> list[str]:
        """What they had of it that others were not offered."""
        return favours(
            candidate,
            self.offer.event,
            since=self.since,
            bookings=self.bookings,
            meetings=self.meetings,
        )


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
    appointments, unoffered = _meetings(election, {offer.event.slug for offer in offers})
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
    raised = [one for row in rows for told in row.told for one in told.favours(row.candidate)]
    return Report(election, at, offers, rows, [*raised, *map(of_no_offer, unoffered)])


def _offers(election: Election, at: dt.datetime) -> list[Offered]:
    """In the order in which they were first released. Two queries."""
    released = Event.objects.released(at).filter(election=election, kind__in=Event.OFFERED)
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
        .with_attendance()
        .select_related("book", "candidate", "agent")
    )
    slots = slots_of(rows, at)
    found: dict[tuple[int, str], list[tuple[Booking, Slot | None]]] = defaultdict(list)
    for one in rows:
        found[one.candidate_id, one.book.event_slug].append((one, slots[one.pk]))
    return found


def _meetings(
    election: Election, slugs: set[str]
) -> tuple[dict[tuple[int, str], list[Meeting]], list[Meeting]]:
    """Those by appointment, by candidate and offer; and those of none of the offers ``slugs``.

    Those that were booked are told by their bookings.
    """
    found: dict[tuple[int, str], list[Meeting]] = defaultdict(list)
    unoffered = []
    rows = Meeting.objects.filter(election=election, struck_at=None)
    for meeting in rows.select_related("candidate", "booking__book").order_by("held_on", "pk"):
        if meeting.offer_slug not in slugs:
            unoffered.append(meeting)
        elif meeting.event_slug:
            found[meeting.candidate_id, meeting.event_slug].append(meeting)
    return found, unoffered


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
