"""The times of events."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from releases.models import ReleasedPart

from .event import Event, EventQuerySet

LONGEST_SLOT = dt.timedelta(hours=24)
UNKNOWN_LENGTH = dt.timedelta(hours=1)


def start_of_day(day: dt.date) -> dt.datetime:
    """Midnight in the UK at the beginning of ``day``."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


class SlotQuerySet(models.QuerySet["Slot"]):
    def upcoming(self, on: dt.date) -> "SlotQuerySet":
        """Those that start on the UK day ``on`` or later, whatever the time of day."""
        return self.filter(starts_at__gte=start_of_day(on))

    def in_force(self, at: dt.datetime) -> "SlotQuerySet":
        """Those of the versions of released events that hold at the moment ``at``."""
        events = Event.objects.released(at).newest(at).exclude(change=Event.Change.WITHDRAWAL)
        return self.filter(event__in=events.order_by())


class Slot(ReleasedPart):
    """One time an event can be attended."""

    class Status(models.TextChoices):
        """What is called off stays on the programme, with its reason."""

        ON = "on", "As planned"
        CANCELLED = "cancelled", "Cancelled"
        POSTPONED = "postponed", "Postponed"

    part_of = "event"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="slots")
    # Tells calendars which slot it is, also in later versions of the event and at another time.
    number = models.PositiveSmallIntegerField(blank=True, editable=False)
    starts_at = models.DateTimeField("starts", help_text="UK time.")
    ends_at = models.DateTimeField(
        "ends", null=True, blank=True, help_text="Leave empty where no end was announced."
    )
    is_all_day = models.BooleanField(
        "only the day is known", default=False, help_text="Show the date without a time."
    )
    venue = models.CharField(max_length=150, blank=True, help_text="Empty for online events.")
    capacity = models.PositiveSmallIntegerField(
        "places", null=True, blank=True, help_text="Leave empty where places are not limited."
    )
    status = models.CharField(
        max_length=9,
        choices=Status,
        default=Status.ON,
        help_text="Postponed: leave the old time until the new one is known.",
    )
    why = models.CharField(
        "why it is called off",
        max_length=300,
        blank=True,
        help_text="Everyone reads it on the programme.",
    )

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")) | models.Q(ends_at=None),
                name="slot_ends_after_start",
                violation_error_message="A slot has to end after it starts.",
            ),
            models.UniqueConstraint(
                fields=["event", "starts_at"],
                name="slot_start_unique",
                violation_error_message="This event already has a slot at that time.",
            ),
            models.UniqueConstraint(
                fields=["event", "number"],
                name="slot_number_unique",
                violation_error_message="Two slots of this event have the same number.",
            ),
            models.CheckConstraint(
                condition=models.Q(is_all_day=False) | models.Q(ends_at=None),
                name="slot_day_only_has_no_end",
                violation_error_message="Where only the day is known, leave the end empty.",
            ),
            models.CheckConstraint(
                condition=models.Q(capacity__gte=1) | models.Q(capacity=None),
                name="slot_has_a_place",
                violation_error_message="A slot has at least one place. Leave it empty where "
                "places are not limited.",
            ),
            models.CheckConstraint(
                condition=models.Q(status="on", why="")
                | (~models.Q(status="on") & ~models.Q(why="")),
                name="slot_called_off_has_a_reason",
                violation_error_message="Say why it is cancelled or postponed, and only then: "
                "everyone reads it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} ({self.day:%-d %B %Y})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.number is None:
            self.number = self._new_number()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if self.event.by_appointment:
            raise ValidationError("An event by appointment has no slots.")
        if self.is_all_day and self.starts_at:
            self.starts_at = start_of_day(self.day)
        if self.starts_at and self.ends_at and self.ends_at - self.starts_at > LONGEST_SLOT:
            raise ValidationError(
                {"ends_at": "A slot lasts 24 hours at most. Add a slot for each day."}
            )

    @property
    def is_on(self) -> bool:
        """Whether it takes place at its time: it is neither cancelled nor postponed."""
        return self.status == self.Status.ON

    @property
    def facts(self) -> tuple[Any, ...]:
        """What somebody who comes relies on: a change of it needs a reason, and is told."""
        return (
            self.starts_at,
            self.ends_at,
            self.is_all_day,
            self.venue,
            self.event.format,
            self.status,
        )

    @property
    def closes_at(self) -> dt.datetime:
        """Until then it is booked, and its places are offered to the waiting list."""
        return self.starts_at - dt.timedelta(hours=self.event.book_until_hours)

    @property
    def changes_until(self) -> dt.datetime:
        """Until then a booking of it is moved to another slot."""
        return self.starts_at - dt.timedelta(hours=self.event.change_until_hours)

    @property
    def cancels_until(self) -> dt.datetime:
        return self.starts_at - dt.timedelta(hours=self.event.cancel_until_hours)

    @property
    def is_over_at(self) -> dt.datetime:
        """Its end; where none was announced, an hour after it starts, or the end of the day."""
        if self.is_all_day:
            return start_of_day(self.day + dt.timedelta(days=1))
        return self.ends_at or self.starts_at + UNKNOWN_LENGTH

    def overlaps(self, other: "Slot") -> bool:
        return self.starts_at < other.is_over_at and other.starts_at < self.is_over_at

    @property
    def day(self) -> dt.date:
        """The UK day it starts on."""
        return timezone.localdate(self.starts_at)

    def _new_number(self) -> int:
        """The number of the slot at this time in an earlier version, else the next one free."""
        known = Slot.objects.filter(
            event__election=self.event.election_id, event__slug=self.event.slug
        )
        same_time = known.filter(starts_at=self.starts_at).exclude(
            number__in=self.event.slots.values("number")
        )
        if earlier := same_time.order_by("-event__version").first():
            return earlier.number
        return (known.aggregate(last=models.Max("number"))["last"] or 0) + 1


def with_next_slot(events: EventQuerySet, on: dt.date) -> EventQuerySet:
    """Each with ``next_slot``, the start of its first slot on the UK day ``on`` or later.

    Where only its day is known, ``next_slot_is_all_day`` is true.
    """
    to_come = Slot.objects.upcoming(on).filter(event=models.OuterRef("pk")).order_by("starts_at")
    return events.annotate(
        next_slot=models.Subquery(to_come.values("starts_at")[:1]),
        next_slot_is_all_day=models.Subquery(to_come.values("is_all_day")[:1]),
    )
