import datetime as dt
import re
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse

from elections.models import Candidate
from pcc_portal.findings import Finding, Severity
from pcc_portal.proofreading import Passage, plain
from releases.models import ReleasableItem, ReleasableQuerySet, ReleasedPart
from workshops.checks import check_lengths, check_places

# Last parts of addresses that the programme uses itself.
RESERVED_SLUGS = frozenset({"by-day", "meetings", "print"})
WEB_ADDRESS = re.compile(r"https?://|\bwww\.", re.IGNORECASE)


class EventQuerySet(ReleasableQuerySet):
    def last_written(self) -> Self:
        """The version of each that staff work on: the last one, released or not."""
        later = self.model.objects.filter(
            election=models.OuterRef("election"),
            slug=models.OuterRef("slug"),
            version__gt=models.OuterRef("version"),
        )
        return self.filter(~models.Exists(later))

    def arranged(self) -> Self:
        """Offers by appointment that have been released, in each such version."""
        return self.filter(
            by_appointment=True, kind__in=Event.OFFERED, release__released_at__isnull=False
        )


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

    # What each candidate is offered for themselves: who had it can differ, and has to be shown.
    OFFERED = (Kind.ONE_TO_ONE, Kind.VISIT, Kind.INDUCTION)

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

        @classmethod
        def of_status(cls, status: str | None) -> list[str]:
            """What a candidate with this status may attend as a candidate."""
            groups = [cls.CANDIDATES] if status in Candidate.BRIEFED else []
            groups += [cls.NOMINATED] if status in Candidate.LISTED else []
            groups += [cls.ELECTED] if status == Candidate.Status.ELECTED else []
            return [str(group) for group in groups]

    kind = models.CharField(max_length=15, choices=Kind)
    title = models.CharField(max_length=150)
    summary = models.TextField(help_text="What it is about and what to expect, in plain words.")
    format = models.CharField(max_length=15, choices=Format, default=Format.TO_BE_CONFIRMED)
    open_to = models.CharField(
        "who may attend", max_length=12, choices=OpenTo, default=OpenTo.CANDIDATES
    )
    by_appointment = models.BooleanField(
        default=False, help_text="No time is set: it is arranged with each person who wants it."
    )
    how_to_join = models.TextField(
        blank=True, help_text="How to take part. No joining link here: everyone reads this."
    )
    takes_bookings = models.BooleanField(
        "booked on the portal",
        default=False,
        help_text="Candidates, or their agents for them, book a place themselves.",
    )
    bookable_from = models.DateTimeField(
        "booking opens",
        null=True,
        blank=True,
        help_text="UK time. Leave empty to open it with the release.",
    )
    takes_wishes = models.BooleanField(
        "ask for wishes before booking opens",
        default=False,
        help_text="Candidates say which slots they would like. When booking opens, lots are drawn "
        "and each gets the first of their wishes that is left.",
    )
    entitlement = models.PositiveSmallIntegerField(
        "bookings of each candidate",
        default=1,
        validators=[MinValueValidator(1)],
        help_text="How many slots of this event each candidate may have: the same for all.",
    )
    first_window_until = models.DateTimeField(
        "first those without one, until",
        null=True,
        blank=True,
        help_text="UK time. Until then nobody gets a second slot. Leave empty to do without.",
    )
    book_until_hours = models.PositiveSmallIntegerField(
        "booking closes, hours before",
        default=24,
        help_text="Before the start of each slot. No place is offered to the waiting list later.",
    )
    change_until_hours = models.PositiveSmallIntegerField(
        "changing closes, hours before",
        default=24,
        help_text="Until then a booking can be moved to another slot.",
    )
    cancel_until_hours = models.PositiveSmallIntegerField(
        "cancelling closes, hours before",
        default=0,
        help_text="Afterwards people have to ring. 0 is until the slot starts.",
    )
    agent_places = models.PositiveSmallIntegerField(
        "places for agents",
        default=0,
        help_text="How many agents each candidate may bring. They count against the places.",
    )
    guest_places = models.PositiveSmallIntegerField(
        "places for guests",
        default=0,
        help_text="How many guests each candidate may bring. They count against the places.",
    )
    asks_access = models.BooleanField(
        "ask what people need to take part",
        default=False,
        help_text="Such as step-free access, a hearing loop, an interpreter.",
    )
    asks_diet = models.BooleanField(
        "ask what people can eat", default=False, help_text="Only where there is food."
    )
    has_waiting_list = models.BooleanField("keeps a waiting list", default=True)
    offer_hours = models.PositiveSmallIntegerField(
        "an offer holds, office hours",
        default=8,
        validators=[MinValueValidator(1)],
        help_text="How long a freed place is kept for the next on the waiting list: 9am to 5pm on "
        "working days. 8 is until the same time on the next working day.",
    )
    papers = models.ManyToManyField(
        "briefings.Document",
        blank=True,
        related_name="+",
        verbose_name="slides and papers",
        help_text="What was shown or handed out. Whoever could not come is given the same.",
    )
    recording = models.URLField("link to a recording", blank=True)
    transcript = models.ForeignKey(
        "briefings.Document",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="the recording in words",
        help_text="A paper with all that is said, for those who cannot hear it.",
    )
    source_note = models.CharField(
        max_length=200, blank=True, help_text="Where an event from before the portal was announced."
    )

    objects = EventQuerySet.as_manager()

    class Meta(ReleasableItem.Meta):
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_for_one(self) -> bool:
        """Whether one candidate at a time is there: to name it would tell who it was."""
        return self.by_appointment or self.kind == self.Kind.ONE_TO_ONE

    def get_absolute_url(self) -> str:
        return reverse("workshops:event", args=[self.election.slug, self.slug])

    def clean(self) -> None:
        super().clean()
        if self.slug in RESERVED_SLUGS:
            raise ValidationError(
                {"slug": f"The programme uses the address “{self.slug}” itself. Choose another."}
            )
        if self.open_to != self.OpenTo.PUBLIC and WEB_ADDRESS.search(self.how_to_join):
            raise ValidationError(
                {
                    "how_to_join": "Take out the web address. Everyone reads this page, and a "
                    "joining link is only for those who attend."
                }
            )
        self._check_bookings()
        if self.pk and not self.is_withdrawal:
            self._check_slots()

    def _check_bookings(self) -> None:
        if not self.takes_bookings:
            return
        if self.by_appointment:
            raise ValidationError(
                {"takes_bookings": "An event by appointment has no slots that could be booked."}
            )
        if self.open_to in (self.OpenTo.PUBLIC, self.OpenTo.PARTNERS):
            raise ValidationError(
                {"takes_bookings": "Only candidates book on the portal. Choose who may attend."}
            )
        if self.takes_wishes and self.bookable_from is None:
            raise ValidationError(
                {"bookable_from": "Say when booking opens: until then candidates say their wishes."}
            )
        if self.first_window_until and self.entitlement == 1:
            raise ValidationError(
                {
                    "first_window_until": "Nobody can book a second slot of this event anyway. "
                    "Raise the bookings of each candidate, or leave this empty."
                }
            )

    def entitlement_at(self, at: dt.datetime) -> int:
        """How many slots each candidate may have at the moment ``at``: one in the first window."""
        return 1 if self.is_first_window(at) else self.entitlement

    def is_first_window(self, at: dt.datetime) -> bool:
        """Whether those without a slot come first at the moment ``at``."""
        return self.first_window_until is not None and at < self.first_window_until

    def passages(self) -> list[Passage]:
        """Costs three queries."""
        leads = [*self.hosts.all()]
        slots = [*self.slots.all()]
        points = [*self.agenda.all()]
        people = "\n\n".join([str(host) for host in leads] + [point.speaker for point in points])
        agenda = "\n\n".join(point.title for point in points)
        return [
            plain("Title", self.title, field="title", is_label=True),
            plain("Summary", self.summary, field="summary", year=self.title),
            plain("How to join", self.how_to_join, field="how_to_join"),
            plain("Link to a recording", self.recording, field="recording", is_label=True),
            plain("Source note", self.source_note, field="source_note", is_label=True),
            plain("Why it is called off", "\n\n".join(slot.why for slot in slots)),
            plain("Where", "\n\n".join(slot.venue for slot in slots), is_label=True),
            plain("Who leads it", people, is_label=True),
            plain("Agenda", agenda, is_label=True),
        ]

    def check_ready(self) -> None:
        """What people may rely on is not changed without a reason, and no time just disappears."""
        super().check_ready()
        before = self._earlier_versions().order_by("-version").first()
        if before is None or before.is_withdrawal or self.is_withdrawal:
            return
        slots = {slot.number: slot for slot in self.slots.all()}
        # A time nobody took may be offered no longer; whoever took it is told that it is off.
        may_drop = self.by_appointment or self.kind == self.Kind.ONE_TO_ONE
        for old in before.slots.select_related("event"):
            new = slots.get(old.number)
            if new is None and not may_drop:
                raise ValidationError(
                    f"The slot of {old.day:%-d %B %Y} is missing. Put it in again at its old "
                    "time and mark it as cancelled or postponed: it stays on the programme with "
                    "the reason."
                )
            if (new is None or new.facts != old.facts) and not self.change_note.strip():
                raise ValidationError(
                    {
                        "change_note": "Say what changed, and why: a time, a place, the format or "
                        "whether it takes place is not what it was, and everyone booked is told."
                    }
                )

    def findings(self) -> list[Finding]:
        found = super().findings()
        if self.recording and not self.transcript_id:
            sentence = (
                "The recording has no transcript: whoever cannot hear it is told nothing. Attach a "
                "paper with all that is said, or take the link out."
            )
            # Of one from before the portal nobody may be able to write it any more.
            severity = Severity.WARNING if self.source_note else Severity.ERROR
            found.append(Finding("recording-words", severity, sentence, "transcript"))
        slots = list(self.slots.all())
        if self.kind == self.Kind.ONE_TO_ONE:
            found += check_lengths(slots)
        return [*found, *check_places(slots, self._taken())]

    def _taken(self) -> dict[int, int]:
        """How many places are taken, by number of the slot and in whatever version."""
        book = self.election.event_books.filter(event_slug=self.slug).first()
        if book is None:
            return {}
        held = book.bookings.holding().order_by().values_list("slot_number")
        return dict(held.annotate(taken=models.Sum(1 + models.F("agents") + models.F("guests"))))

    def _check_slots(self) -> None:
        has_slots = self.slots.exists()
        if self.by_appointment and has_slots:
            raise ValidationError(
                "This event is by appointment, and it has slots. Take out its slots and save it "
                "first, or clear “by appointment”."
            )
        if self.release_id and not self.by_appointment and not has_slots:
            raise ValidationError(
                "Nobody could tell when this event is. Give it a slot and save it before it goes "
                "into a release, or mark it as by appointment."
            )


class EventHost(ReleasedPart):
    """Who leads an event, in the public role they hold."""

    part_of = "event"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="hosts")
    position = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=100, help_text="A person, a team or an organisation.")
    role = models.CharField(max_length=100, blank=True, help_text="As in “Chief Executive”.")

    class Meta:
        ordering = ["position", "id"]
        verbose_name = "person or body who leads it"
        verbose_name_plural = "who leads it"

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
        ordering = ["position", "id"]
        verbose_name = "agenda item"
        verbose_name_plural = "agenda"

    def __str__(self) -> str:
        return self.title
