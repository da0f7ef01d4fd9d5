"""What came of an offer beside bookings: who said no, and which meetings were held."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from elections.models import Agent, Candidate, Election
from elections.naming import check_names
from pcc_portal.findings import Severity
from pcc_portal.proofreading import plain
from pcc_portal.public_frame import PublicFrame
from releases.models import Reader

from .booking import Booking, EventBook
from .event import Event
from .slot import Slot


class NoThanks(models.Model):
    """A candidate’s “no, thank you” to an offer. They may book it all the same."""

    book = models.ForeignKey(EventBook, on_delete=models.PROTECT, related_name="no_thanks")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="no_thanks")
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "no thanks"
        constraints = [
            models.UniqueConstraint(fields=["book", "candidate"], name="no_thanks_once"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate}: no, thank you"


def public_until(at: dt.datetime) -> dt.date:
    """The last day meetings of which are public at the moment ``at``: the same for all of them."""
    return timezone.localdate(at) - dt.timedelta(days=settings.MEETINGS_PUBLIC_AFTER_DAYS)


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: Reader, at: dt.datetime) -> "MeetingQuerySet":
        """What the register shows: the same to every reader, whoever they are."""
        return self.filter(held_on__lte=public_until(at))


class Meeting(PublicFrame):
    """A meeting that was held. Its day, officer and subject become public; with whom stays private.

    It is public a fixed number of days after, by itself. From then on nobody changes it: what is
    wrong is struck out, for a reason everyone reads.
    """

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="meetings")
    held_on = models.DateField("day")
    officer = models.CharField(
        max_length=100, help_text="Public, as on the programme: “Chief Executive”."
    )
    subject = models.CharField(
        max_length=200,
        help_text="Public. What it was about, in neutral words; no candidate and no party.",
    )
    candidate = models.ForeignKey(
        Candidate,
        on_delete=models.PROTECT,
        related_name="meetings",
        help_text="With whom: only staff who may know about candidates see it.",
    )
    booking = models.ForeignKey(
        Booking,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="meetings",
        help_text="The booking it came of.",
    )
    # An offer by appointment has no bookings: the meeting says itself which it was part of.
    event_slug = models.SlugField("offer by appointment", max_length=80, blank=True)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    struck_at = models.DateTimeField("struck out", null=True, editable=False)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    struck_reason = models.CharField("why struck out", max_length=300, blank=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "officer", "pk"]
        verbose_name = "meeting held"
        verbose_name_plural = "meetings held"
        constraints = [
            models.CheckConstraint(
                condition=Q(struck_at=None, struck_reason="")
                | (Q(struck_at__isnull=False) & ~Q(struck_reason="")),
                name="meeting_struck_for_a_reason",
                violation_error_message="Say why it is struck out.",
            ),
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(struck_at=None),
                name="meeting_once_of_a_booking",
                violation_error_message="The meeting this booking came to stands in the register "
                "already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer}, {self.held_on:%-d %B %Y}"

    @property
    def offer_slug(self) -> str:
        """The address of the event it was part of; nothing where it was part of none.

        Costs two queries where it was booked, unless that was selected with the row.
        """
        return self.booking.book.event_slug if self.booking else self.event_slug

    @property
    def public_on(self) -> dt.date:
        return self.held_on + dt.timedelta(days=settings.MEETINGS_PUBLIC_AFTER_DAYS)

    def is_public(self, at: dt.datetime) -> bool:
        return self.held_on <= public_until(at)

    @property
    def was_entered_late(self) -> bool:
        """It was not there on the day on which meetings of its day became public."""
        return timezone.localdate(self.recorded_at) > self.public_on

    @property
    def remark(self) -> str:
        """What readers are told beside it."""
        parts = []
        if self.was_entered_late:
            entered = timezone.localdate(self.recorded_at)
            parts.append(f"Entered late, on {entered:%-d %B %Y}.")
        if self.struck_at:
            struck = timezone.localdate(self.struck_at)
            parts.append(f"Struck out on {struck:%-d %B %Y}: {self.struck_reason}")
        return " ".join(parts)

    def clean(self) -> None:
        super().clean()
        if self.held_on and self.held_on > timezone.localdate():
            raise ValidationError({"held_on": "Enter it when the meeting has been held."})
        if self.candidate_id and self.candidate.election_id != self.election_id:
            raise ValidationError({"candidate": "This candidate stands in another election."})
        if self.booking and self.booking.candidate_id != self.candidate_id:
            raise ValidationError({"booking": "That booking is another candidate’s."})
        if self.booking and self.event_slug:
            raise ValidationError({"booking": "It was booked, or by appointment: choose one."})
        if self.booking:
            self._check_day_of(self.booking)
        if self.election_id:
            self._check_offer()
            self._refuse_names()

    def _check_day_of(self, booking: Booking) -> None:
        """Only what is offered to each alone is entered as held, and on the day it was booked for.

        A place at a workshop would hide a meeting that the others were not offered.
        """
        slots = Slot.objects.filter(
            event__election=booking.book.election_id,
            event__slug=booking.book.event_slug,
            number=booking.slot_number,
            event__release__released_at__isnull=False,
        )
        slot = slots.select_related("event").order_by("-event__version").first()
        if slot is None or slot.event.kind not in Event.OFFERED:
            raise ValidationError(
                {
                    "booking": "That is no booking of a one-to-one meeting, a visit or an "
                    "induction. Leave this empty."
                }
            )
        if self.held_on and self.held_on != slot.day:
            raise ValidationError(
                {
                    "held_on": f"It was booked for {slot.day:%-d %B %Y}. Enter that day, or leave "
                    "the booking empty."
                }
            )

    def _check_offer(self) -> None:
        offers = Event.objects.arranged().filter(election=self.election_id, slug=self.event_slug)
        if self.event_slug and not offers.exists():
            raise ValidationError(
                {"event_slug": "There is no such offer by appointment in this election."}
            )

    def _refuse_names(self) -> None:
        """The public text names nobody who stands, and no party: nobody else reads it before.

        An officer may share a surname with somebody who stands.
        """
        for field, is_strict in (("officer", False), ("subject", True)):
            if named := self.names_in(field, getattr(self, field), is_strict=is_strict):
                raise ValidationError({field: named})

    def names_in(self, field: str, text: str, *, is_strict: bool = True) -> str:
        """What is wrong with a text that everyone reads: nothing where it names nobody."""
        passage = plain(field.capitalize(), text, field=field)
        for found in check_names([passage], self.election, severity=lambda _: Severity.ERROR):
            if is_strict or found.severity == Severity.ERROR:
                return f"Everyone reads this. {found.sentence}"
        return ""
