"""The run sheet of a slot: who comes, what they need, who came, and what the others were given."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Subquery
from django.utils import timezone

from elections.models import Candidate, User
from elections.refusals import Refused
from releases.models import CatchUp, Delivery

from .models import Attendance, Booking, Event, EventBook, EventQuerySet, Slot
from .own_bookings import told

STATES = (Booking.State.BOOKED, Booking.State.OFFERED, Booking.State.WAITING)


@dataclass(frozen=True)
class Row:
    """One booking of the slot as it is marked on the day; ``came`` is ``None`` until it is."""

    booking: Booking
    state: str
    came: bool | None = None

    @property
    def is_booked(self) -> bool:
        return self.booking.state == Booking.State.BOOKED

    @property
    def brings(self) -> str:
        """“1 agent, 2 guests”; nothing for somebody who comes alone."""
        agents, guests = self.booking.agents, self.booking.guests
        parts = [_many(agents, "agent")] * bool(agents) + [_many(guests, "guest")] * bool(guests)
        return ", ".join(parts)

    @property
    def access(self) -> str:
        needs = getattr(self.booking, "needs", None)
        return needs.access if needs else ""

    @property
    def diet(self) -> str:
        needs = getattr(self.booking, "needs", None)
        return needs.diet if needs else ""

    @property
    def came_in_words(self) -> str:
        return {True: "Came", False: "Did not come", None: ""}[self.came]


@dataclass(frozen=True)
class Given:
    """Somebody who was not there: whether what was released afterwards was sent to them too."""

    candidate: Candidate
    why: str
    how: str


@dataclass(frozen=True)
class Sheet:
    """``after`` is the first version released after the slot with something from it to give."""

    slot: Slot
    rows: list[Row]
    after: Event | None = None
    given: list[Given] = field(default_factory=list)

    @property
    def booked(self) -> list[Row]:
        return [row for row in self.rows if row.is_booked]

    @property
    def others(self) -> list[Row]:
        return [row for row in self.rows if not row.is_booked]

    @property
    def heads(self) -> int:
        return sum(row.booking.places for row in self.booked)

    @property
    def is_overbooked(self) -> bool:
        """A later version of the event gave it fewer places than were booked."""
        return self.slot.capacity is not None and self.heads > self.slot.capacity


def sheet(book: EventBook, slot: Slot, *, at: dt.datetime) -> Sheet:
    """The run sheet of ``slot``, which comes with its event. The same queries for many rows."""
    bookings = Booking.objects.filter(book=book, slot_number=slot.number, state__in=STATES)
    found = bookings.select_related("candidate", "agent", "needs", "book__election").order_by(
        "candidate__surname", "candidate__other_names", "pk"
    )
    came = dict(
        Attendance.objects.filter(booking__in=found.order_by().values("pk"))
        .order_by("pk")
        .values_list("booking", "came")
    )
    rows = [Row(own.booking, own.state, came.get(own.booking.pk)) for own in told(found, at)]
    after = _after(book, slot, at)
    given = list(_given(rows, slot, after, at)) if slot.is_over_at <= at else []
    return Sheet(slot, rows, after, given)


def mark(
    book: EventBook, slot: Slot, said: Mapping[int, bool], *, by: User, at: dt.datetime
) -> int:
    """Write down who came: ``said`` is by the number of the booking. Returns how many changed.

    Raises ``Refused``: ``early`` before the day of the slot; ``no_place`` for somebody who has
    no place at it (any more): then nothing is written.
    """
    if timezone.localdate(at) < slot.day:
        raise Refused("early", "Who came is marked on the day of the event, or later.")
    with transaction.atomic():
        EventBook.objects.select_for_update(of=("self",), no_key=True).get(pk=book.pk)
        booked = Booking.objects.filter(
            book=book, slot_number=slot.number, state=Booking.State.BOOKED
        )
        if set(said) - set(booked.values_list("pk", flat=True)):
            raise Refused(
                "no_place", "Somebody’s place was changed meanwhile. Look at the sheet again."
            )
        rows = Attendance.objects.filter(booking__in=list(said)).order_by("pk")
        known = dict(rows.values_list("booking", "came"))
        new = [
            Attendance(booking_id=pk, came=came, marked_at=at, marked_by=by)
            for pk, came in said.items()
            if known.get(pk) is not came
        ]
        Attendance.objects.bulk_create(new)
    return len(new)


def with_more_to_give(events: EventQuerySet, since: dt.datetime | OuterRef) -> EventQuerySet:
    """Each with ``gives_more``: whether it holds slides, a recording or its words of the event.

    What was there before the event says nothing of it: only what the version in force just before
    the moment ``since`` had not counts. A later version of a paper is that paper still.
    """
    before = Event.objects.filter(
        election=OuterRef("election"), slug=OuterRef("slug"), release__released_at__lt=since
    )
    had = Event.objects.filter(pk=OuterRef("before"))
    papers = Event.papers.through.objects.filter(event=OuterRef("pk"))  # type: ignore[attr-defined]
    papers_had = Event.papers.through.objects.filter(  # type: ignore[attr-defined]
        event=OuterRef(OuterRef("before")), document__slug=OuterRef("document__slug")
    )
    more = (
        (~Q(recording="") & ~Exists(had.filter(recording=OuterRef("recording"))))
        | (
            Q(transcript__isnull=False)
            & ~Exists(had.filter(transcript__slug=OuterRef("transcript__slug")))
        )
        | Exists(papers.filter(~Exists(papers_had)))
    )
    return events.annotate(before=Subquery(before.order_by("-version").values("pk")[:1])).annotate(
        gives_more=ExpressionWrapper(more, output_field=BooleanField())
    )


def _after(book: EventBook, slot: Slot, at: dt.datetime) -> Event | None:
    """The first version that was released after the slot and gives everyone something of it."""
    versions = Event.objects.released(at).filter(
        election=book.election_id,
        slug=book.event_slug,
        release__released_at__gte=slot.starts_at,
    )
    giving = with_more_to_give(versions, slot.starts_at).filter(gives_more=True)
    return giving.select_related("release").order_by("version").first()


def _given(rows: list[Row], slot: Slot, after: Event | None, at: dt.datetime) -> Iterator[Given]:
    """Everyone who stands now and was not there."""
    came = {row.booking.candidate_id for row in rows if row.came}
    booked = {row.booking.candidate_id: row.came for row in rows if row.is_booked}
    elsewhere = _at_another_time(slot)
    how = _told(after) if after else {}
    standing = Candidate.objects.filter(election=slot.event.election_id)
    for candidate in standing.briefed(timezone.localdate(at)).order_by("surname", "other_names"):
        if candidate.pk in came:
            continue
        if candidate.pk in booked:
            is_marked = booked[candidate.pk] is not None
            why = f"Had a place{' and did not come' if is_marked else '; not marked yet'}"
        else:
            why = elsewhere.get(candidate.pk, "Had no place")
        yield Given(candidate, why, how.get(candidate.pk, ""))


def _at_another_time(slot: Slot) -> dict[int, str]:
    """By candidate: that they have, or had, a place at another time of the same event."""
    event = slot.event
    others = Booking.objects.filter(
        book__election=event.election_id,
        book__event_slug=event.slug,
        state=Booking.State.BOOKED,
    )
    others = others.exclude(slot_number=slot.number).with_attendance().order_by("pk")
    words = {True: "Came at another time", False: "Did not come at another time"}
    return {one.candidate_id: words.get(one.came, "Has a place at another time") for one in others}


def _told(after: Event) -> dict[int, str]:
    """By candidate: how they were given what everyone was given."""
    caught_up = CatchUp.objects.filter(releases=after.release_id)
    found = dict.fromkeys(caught_up.values_list("candidate", flat=True), "By the catch-up")
    mails = Delivery.objects.filter(release=after.release_id, role=Delivery.Role.CANDIDATE)
    for mail in mails:
        told_too = " (told in another way)" if mail.told_at else ""
        found[mail.candidate_id or 0] = f"Mail: {mail.get_state_display().lower()}{told_too}"
    return found


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def table(found: Sheet) -> Iterator[list[str]]:
    """The run sheet as a file; it holds what people need, so it is for the organiser alone."""
    yield ["Candidate", "State", "Places", "Brings", "Access needs", "Dietary needs", "Came"]
    for row in found.rows:
        yield [
            str(row.booking.candidate),
            row.state,
            str(row.booking.places),
            row.brings,
            row.access,
            row.diet,
            row.came_in_words,
        ]
