"""Who takes part in what. These rows are no part of a release: they outlive every version.

A row is one attempt to take part in one slot, from joining to its end. It is never used again:
whoever comes back gets a new row, so the rows are the record of what was done, by whom and why.
"""

import datetime as dt
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from elections.acting import Actor
from elections.models import Agent, Candidate, Election

from .attendance import Attendance
from .slot import Slot

# When the mail server has neither taken nor refused a mail by then, nobody knows what became of it.
HEARD_OF_WITHIN = dt.timedelta(minutes=10)
# A mail about a booking goes out within a minute or two.
LATE = dt.timedelta(minutes=15)


Row = TypeVar("Row", bound=models.Model)


class EventBook(models.Model):
    """All bookings of one event, whatever its version. Whoever decides one locks this row first."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="event_books")
    event_slug = models.SlugField("event", max_length=80)

    class Meta:
        ordering = ["election", "event_slug"]
        verbose_name = "bookings of an event"
        verbose_name_plural = "bookings by event"
        constraints = [
            models.UniqueConstraint(fields=["election", "event_slug"], name="event_book_unique"),
        ]

    def __str__(self) -> str:
        return self.event_slug


class OfSlotQuerySet(models.QuerySet[Row]):
    """Rows that name a slot by book and number."""

    def with_slot(self) -> Self:
        """Each with ``slot_title``, ``_starts``, ``_ends`` and ``_status`` of the newest release.

        The end is the start where none was announced.
        """
        slots = Slot.objects.filter(
            event__election=OuterRef("book__election"),
            event__slug=OuterRef("book__event_slug"),
            number=OuterRef("slot_number"),
            event__release__released_at__isnull=False,
        ).order_by("-event__version")
        ends = Coalesce("ends_at", "starts_at")
        return self.annotate(
            slot_title=Subquery(slots.values("event__title")[:1]),
            slot_starts=Subquery(slots.values("starts_at")[:1]),
            slot_ends=Subquery(slots.annotate(end=ends).values("end")[:1]),
            slot_status=Subquery(slots.values("status")[:1]),
        )


class BookingQuerySet(OfSlotQuerySet["Booking"]):
    def live(self) -> "BookingQuerySet":
        """Those that hold a place or wait for one."""
        return self.filter(state__in=Booking.LIVE)

    def holding(self) -> "BookingQuerySet":
        """Those that take up places: booked, or kept while an offer is open."""
        return self.filter(state__in=Booking.HOLDING)

    def waiting(self) -> "BookingQuerySet":
        """The waiting list: whoever joined first comes first."""
        return self.filter(state=Booking.State.WAITING).order_by("made_at", "pk")

    def with_attendance(self) -> "BookingQuerySet":
        """Each with ``came``: what was said last, ``None`` where nothing was."""
        said = Attendance.objects.filter(booking=OuterRef("pk")).order_by("-pk")
        return self.annotate(came=Subquery(said.values("came")[:1]))

    def overdue(self, at: dt.datetime) -> "BookingQuerySet":
        """Offers nobody answered in time."""
        return self.filter(state=Booking.State.OFFERED, offered_until__lte=at)


class Booking(models.Model):
    """A candidate's place at one slot of an event, with those they bring, or the wait for it."""

    class State(models.TextChoices):
        BOOKED = "booked", "Booked"
        WAITING = "waiting", "On the waiting list"
        OFFERED = "offered", "Offered a place"
        MOVED = "moved", "Changed to another booking"
        CANCELLED = "cancelled", "Cancelled"
        DECLINED = "declined", "Offer declined"
        LAPSED = "lapsed", "Offer not answered in time"
        CLOSED = "closed", "No place came free"
        NOT_DRAWN = "not-drawn", "Not drawn"

    HOLDING = (State.BOOKED, State.OFFERED)
    LIVE = (*HOLDING, State.WAITING)

    book = models.ForeignKey(EventBook, on_delete=models.PROTECT, related_name="bookings")
    # The slot by its number, which is the same in every version of the event.
    slot_number = models.PositiveSmallIntegerField()
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="bookings")
    # Which of the bookings that each candidate may have of this event: the first, the second.
    turn = models.PositiveSmallIntegerField(default=1, editable=False)
    agents = models.PositiveSmallIntegerField("places for agents", default=0)
    guests = models.PositiveSmallIntegerField("places for guests", default=0)
    state = models.CharField(max_length=9, choices=State)
    moved_from = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="moved_to"
    )
    # The first of a chain of changes, in those after it: in a calendar they are one entry.
    began_as = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    # Of a wait: the booking that ends once a place is accepted, if whoever waits may not have both.
    instead_of = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    # Where whoever made it reads the portal: what a mail begins its links with.
    site = models.CharField(max_length=200, blank=True, editable=False)

    made_at = models.DateTimeField("asked for")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("why staff booked it", max_length=500, blank=True)
    booked_at = models.DateTimeField(null=True, blank=True)
    offered_at = models.DateTimeField(null=True, blank=True)
    offered_until = models.DateTimeField("offer held until", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+")
    ended_reason = models.CharField("why it ended", max_length=500, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["book", "slot_number", "state"], name="booking_of_slot"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "candidate", "turn"],
                condition=Q(state="booked"),
                name="booking_once_per_turn",
                violation_error_message="This candidate has a place at this event already.",
            ),
            models.UniqueConstraint(
                fields=["book", "slot_number", "candidate"],
                condition=Q(state__in=("booked", "waiting", "offered")),
                name="booking_once_per_slot",
                violation_error_message="This candidate is booked there, or waits for a place.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("booked", "waiting", "offered"), ended_at=None)
                | (~Q(state__in=("booked", "waiting", "offered")) & Q(ended_at__isnull=False)),
                name="booking_end_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offered_until__isnull=False),
                name="booking_offer_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state="booked") | Q(booked_at__isnull=False),
                name="booking_booked_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate}: {self.get_state_display()}"

    @property
    def places(self) -> int:
        return 1 + self.agents + self.guests

    @property
    def entry(self) -> int:
        """The number of the booking that this one began as: the same after every change."""
        return self.began_as_id or self.pk

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @property
    def made_as(self) -> str:
        """Who asked for it, as the office reads it: never shown in public."""
        return self._signed(self.made_by_id, self.agent)

    @property
    def ended_as(self) -> str:
        return self._signed(self.ended_by_id, self.ended_agent, ended=True)

    def _signed(self, user_id: int | None, agent: Agent | None, *, ended: bool = False) -> str:
        if agent or user_id == self.candidate.user_id is not None:
            return Actor(self.candidate, agent).stamp
        user = self.ended_by if ended else self.made_by
        return str(user) if user else "The portal"


class BookingNeeds(models.Model):
    """What those who come need. In a table of its own: it is deleted soon after the event."""

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="needs")
    access = models.TextField("what they need to take part", blank=True)
    diet = models.TextField("what they can eat", blank=True)

    class Meta:
        verbose_name = "access and dietary needs"
        verbose_name_plural = "access and dietary needs"

    def __str__(self) -> str:
        return f"Needs of booking {self.booking_id}"


class Joining(models.Model):
    """How those who are booked join a slot: a link, a room, what to do there. Nobody else reads it.

    A row is never changed: a change is a new row, which holds from ``show_from`` on. It is deleted
    soon after the event.
    """

    book = models.ForeignKey(EventBook, on_delete=models.PROTECT, related_name="joinings")
    slot_number = models.PositiveSmallIntegerField()
    link = models.URLField("link to join", blank=True)
    room = models.CharField(
        "room", max_length=150, blank=True, help_text="Room, floor, whom to ask for at the door."
    )
    instructions = models.TextField(blank=True, help_text="Such as a passcode, or what to bring.")
    show_from = models.DateTimeField(
        "shown from", help_text="UK time. From then on everyone booked sees it, and is told."
    )
    # The start of the slot when this was written; unknown in old rows.
    was_to_start = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(
        "why it changed", max_length=300, blank=True, help_text="Everyone booked reads it."
    )
    made_at = models.DateTimeField("written")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfSlotQuerySet["Joining"].as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "joining details"
        verbose_name_plural = "joining details"

    def __str__(self) -> str:
        return f"How to join {self.book}, time {self.slot_number}"

    def shown_from(self, starts_at: dt.datetime) -> dt.datetime:
        """When those booked may read it, with the slot now at ``starts_at``.

        As long before its start as was meant when this was written, at the latest: else nobody
        could join a slot that was moved forward.
        """
        if self.was_to_start is None:
            return self.show_from
        return min(self.show_from, starts_at - (self.was_to_start - self.show_from))

    def known_since(self, starts_at: dt.datetime) -> dt.datetime:
        return max(self.made_at, self.shown_from(starts_at))


class BookingMailQuerySet(models.QuerySet["BookingMail"]):
    def in_doubt(self, at: dt.datetime) -> "BookingMailQuerySet":
        """Those nobody can say of that they arrived, and whom nobody has told in another way."""
        return self.filter(
            Q(failed_at__isnull=False)
            | Q(missed_at__isnull=False)
            | Q(came_back_at__isnull=False)
            | Q(begun_at__lt=at - HEARD_OF_WITHIN, accepted_at=None)
            | Q(begun_at=None, missed_at=None, void_at=None, queued_at__lt=at - LATE),
            told_at=None,
        )


class BookingMail(models.Model):
    """One mail about a booking to one person: a row before it is a message, and sent once."""

    class What(models.TextChoices):
        BOOKED = "booked", "The place is booked"
        WAITING = "waiting", "On the waiting list"
        OFFERED = "offered", "A place is offered"
        CANCELLED = "cancelled", "Cancelled"
        DECLINED = "declined", "Offer declined"
        LAPSED = "lapsed", "Offer not answered in time"
        CLOSED = "closed", "No place came free"
        CHANGED = "changed", "The time, place or status changed"
        REMINDER = "reminder", "Reminder"
        NOT_DRAWN = "not-drawn", "Not drawn"

    # Those that say when and where it is: the last of them is what somebody was last told.
    TELL_FACTS = (What.BOOKED, What.WAITING, What.OFFERED, What.CHANGED)

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="mails")
    what = models.CharField(max_length=9, choices=What)
    # Of several mails of one kind: which change, which reminder of which time.
    about = models.CharField(max_length=40, blank=True)
    # What it tells. Of a change that is fixed with the row, of others when it is sent.
    slot = models.ForeignKey(Slot, null=True, on_delete=models.PROTECT, related_name="+")
    joining = models.ForeignKey(Joining, null=True, on_delete=models.SET_NULL, related_name="+")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="booking_mails"
    )
    queued_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    # Not sent, because it came too late to be of use.
    missed_at = models.DateTimeField(null=True)
    # Not sent, because it was not for them any more, or not so any more.
    void_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    # The mail server took it, and later said that it did not arrive.
    came_back_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)
    told_at = models.DateTimeField("told in another way", null=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    told_how = models.CharField("how they were told", max_length=200, blank=True)

    objects = BookingMailQuerySet.as_manager()

    class Meta:
        ordering = ["queued_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "what", "recipient", "about"], name="booking_mail_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}, to {self.recipient}"

    def state(self, at: dt.datetime) -> str:
        """What staff may say of it. “Accepted” does not claim that it arrived."""
        told = f"; told in another way: {self.told_how}" if self.told_at else ""
        return self._became(at) + told

    def _became(self, at: dt.datetime) -> str:
        if self.void_at:
            return "not sent: it was not for them, or not so, any more"
        if self.missed_at:
            return "not sent: it would have come too late"
        if self.came_back_at:
            return "came back: it did not arrive"
        if self.accepted_at:
            return "accepted by the mail server"
        if self.failed_at:
            return "refused by the mail server"
        if self.begun_at and at > self.begun_at + HEARD_OF_WITHIN:
            return "uncertain: sending it began, and nobody knows what became of it"
        return "about to be sent"
