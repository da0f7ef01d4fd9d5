from django.db import models
from django.urls import reverse

from releases.models import ReleasableItem, ReleasedPart


class Event(ReleasableItem):
    """What is offered: a workshop, a one-to-one, a visit. It can be attended at its slots."""

    class Kind(models.TextChoices):
        WORKSHOP = "workshop", "Workshop"
        BRIEFING = "briefing", "Briefing"
        ONE_TO_ONE = "one-to-one", "One-to-one meeting"
        VISIT = "visit", "Visit"
        INDUCTION = "induction", "Induction"
        PUBLIC_EVENT = "public-event", "Public event"
        GOVERNANCE = "governance", "Governance meeting"

    class Format(models.TextChoices):
        ONLINE = "online", "Online"
        IN_PERSON = "in-person", "In person"
        HYBRID = "hybrid", "In person and online"
        TO_BE_CONFIRMED = "to-be-confirmed", "To be confirmed"

    class OpenTo(models.TextChoices):
        """Who may attend; who may read about it is ``audience``."""

        CANDIDATES = "candidates", "All candidates"
        NOMINATED = "nominated", "Nominated candidates"
        ELECTED = "elected", "The newly elected person only"
        PUBLIC = "public", "The public"
        PARTNERS = "partners", "Partner organisations"

    kind = models.CharField(max_length=15, choices=Kind)
    title = models.CharField(max_length=150)
    summary = models.TextField(help_text="What it is about and what to expect, in plain words.")
    format = models.CharField(max_length=15, choices=Format, default=Format.TO_BE_CONFIRMED)
    open_to = models.CharField(max_length=12, choices=OpenTo, default=OpenTo.CANDIDATES)
    by_appointment = models.BooleanField(
        default=False, help_text="No time is set: it is arranged with each person who wants it."
    )
    how_to_join = models.TextField(
        blank=True, help_text="How to take part. No joining link here: everyone reads this."
    )
    recording = models.URLField("link to a recording", blank=True)
    source_note = models.CharField(
        max_length=200, blank=True, help_text="Where an event from before the portal was announced."
    )

    class Meta(ReleasableItem.Meta):
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("workshops:event", args=[self.election.slug, self.slug])


class EventHost(ReleasedPart):
    """Who leads an event, in the public role they hold."""

    part_of = "event"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="hosts")
    position = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=100, help_text="A person, a team or an organisation.")
    role = models.CharField(max_length=100, blank=True, help_text="As in “Chief Executive”.")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}" if self.role else self.name


class AgendaItem(ReleasedPart):
    """One point of an event's agenda."""

    part_of = "event"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField(default=1)
    starts_at = models.TimeField("time", null=True, blank=True, help_text="UK time.")
    title = models.CharField(max_length=200)
    speaker = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title


class Slot(ReleasedPart):
    """One time an event can be attended."""

    part_of = "event"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="slots")
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
        ]

    def __str__(self) -> str:
        return f"{self.event} ({self.starts_at:%-d %B %Y})"
