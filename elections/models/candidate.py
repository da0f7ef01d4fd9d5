import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils import timezone

from pcc_portal.conditions import Question
from pcc_portal.public_frame import PublicFrame

from .election import Election

# The one place that says what somebody's status is.
STATUS_ON = (
    "(SELECT held.status FROM elections_statuschange held "
    "WHERE held.candidate_id = {candidate} AND held.effective_from <= {day} "
    "ORDER BY held.effective_from DESC, held.id DESC LIMIT 1)"
)


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def with_status(self, on: dt.date) -> "CandidateQuerySet":
        """Each with its ``status`` on the day ``on``; ``None`` before the first one."""
        day = Value(on, output_field=models.DateField())
        return self.annotate(
            status=Question(
                STATUS_ON.format(candidate="{row}.id", day="{}"),
                day,
                output_field=models.CharField(),
            )
        )

    def holding(self, status: str, on: dt.date) -> "CandidateQuerySet":
        """Everyone whose status is ``status`` on the day ``on``."""
        return self.with_status(on).filter(Q(status=status))

    def publicly_listed(self, on: dt.date) -> "CandidateQuerySet":
        """Who stands, as the statement of persons nominated has it; nobody before it is out."""
        return (
            self.with_status(on)
            .filter(Q(status__in=Candidate.LISTED), election__nominations_published_on__lte=on)
            .order_by(Lower("surname"), Lower("other_names"), "pk")
        )

    def briefed(self, on: dt.date) -> "CandidateQuerySet":
        """Everyone in the contest on the day ``on``."""
        return self.with_status(on).filter(Q(status__in=Candidate.BRIEFED))

    def briefed_from(self, on: dt.date) -> "CandidateQuerySet":
        """Everyone in the contest on the day ``on``, or who is to be on a later one."""
        return self.with_status(on).filter(
            Q(status__in=Candidate.BRIEFED)
            | Q(
                pk__in=self.model.objects.filter(
                    status_changes__effective_from__gt=on,
                    status_changes__status__in=Candidate.BRIEFED,
                ).values("pk")
            )
        )


class Candidate(PublicFrame):
    """Someone who stands, or may stand, in one election. No home address is kept anywhere.

    The status is not a column: it follows by date from ``status_changes``, which only
    ``elections/candidacies.py`` writes.
    """

    class Status(models.TextChoices):
        INTERESTED = "interested", "Interested"
        DECLARED = "declared", "Declared"
        NOMINATED = "nominated", "Nominated"
        WITHDRAWN = "withdrawn", "Withdrawn"
        NOT_NOMINATED = "not-nominated", "Not nominated"
        ELECTED = "elected", "Elected"
        NOT_ELECTED = "not-elected", "Not elected"

    # Those the statement of persons nominated names as standing.
    LISTED = (Status.NOMINATED, Status.ELECTED, Status.NOT_ELECTED)
    # Those who are briefed: everyone who has not left the contest.
    BRIEFED = (Status.INTERESTED, Status.DECLARED, *LISTED)

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="candidates")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="candidacies",
        verbose_name="signs in as",
    )
    surname = models.CharField(max_length=100)
    other_names = models.CharField(max_length=100)
    ballot_description = models.CharField(
        max_length=100,
        blank=True,
        help_text="Exactly as on the statement of persons nominated; empty before it is published.",
    )
    nominated_on = models.DateField("nominated from", null=True, editable=False)

    history_personal = ("surname", "other_names")
    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering = ["surname", "other_names"]
        constraints = [
            models.UniqueConstraint(
                fields=["election", "user"],
                name="candidate_once_per_election",
                violation_error_message="This person is already a candidate in this election.",
            ),
            models.CheckConstraint(
                condition=Q(ballot_description="") | Q(nominated_on__isnull=False),
                name="candidate_description_once_nominated",
                violation_error_message="A party or description is recorded only once the person "
                "is nominated: before that it would be a record of political opinion.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.other_names} {self.surname}"

    def status_on(self, on: dt.date) -> "Candidate.Status | None":
        """The status on the day ``on``. Costs one query."""
        row = type(self).objects.filter(pk=self.pk).with_status(on).first()
        held = getattr(row, "status", None)
        return self.Status(held) if held else None

    def clean(self) -> None:
        super().clean()
        if self.ballot_description:
            self._refuse_early_description()
        if self.user and self.user.is_staff and self._may_be_briefed():
            sentence = "A candidate cannot sign in as a member of the office’s staff."
            raise ValidationError({"user": ValidationError(sentence, "staff")})

    def _refuse_early_description(self) -> None:
        published_on = self.election.nominations_published_on if self.election_id else None
        if published_on is None or published_on > timezone.localdate():
            sentence = (
                "Record it only once the statement of persons nominated is published, and that "
                "date is entered on the election."
            )
            raise ValidationError({"ballot_description": ValidationError(sentence, "too_early")})
        if self.nominated_on is None:
            sentence = (
                "Record it only of someone who is nominated: record the nomination first, then "
                "the description."
            )
            raise ValidationError(
                {"ballot_description": ValidationError(sentence, "not_nominated")}
            )

    def _may_be_briefed(self) -> bool:
        today = timezone.localdate()
        mine = type(self).objects.filter(pk=self.pk)
        return self.pk is None or mine.briefed_from(today).exists()
