import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from pcc_portal.public_frame import PublicFrame

from .election import Election


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def publicly_listed(self, on: dt.date) -> "CandidateQuerySet":
        """Who stands, as the statement of persons nominated has it; nobody before it is out."""
        return self.filter(
            status__in=Candidate.LISTED, election__nominations_published_on__lte=on
        ).order_by(Lower("surname"), Lower("other_names"), "pk")

    def briefed(self) -> "CandidateQuerySet":
        """Everyone who has not left the contest."""
        return self.filter(status__in=Candidate.BRIEFED)


class Candidate(PublicFrame):
    """Someone who stands, or may stand, in one election. No home address is kept anywhere."""

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
        help_text="Who is briefed for this candidate. Add them under “Users” first.",
    )
    surname = models.CharField(max_length=100)
    other_names = models.CharField(max_length=100)
    ballot_description = models.CharField(
        max_length=100,
        blank=True,
        help_text="Exactly as on the statement of persons nominated; empty before it is published.",
    )
    status = models.CharField(max_length=15, choices=Status, default=Status.INTERESTED)

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
                condition=models.Q(ballot_description="")
                | models.Q(status__in=["nominated", "elected", "not-elected"]),
                name="candidate_description_once_nominated",
                violation_error_message="A party or description is recorded only once the person "
                "is nominated: before that it would be a record of political opinion.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.other_names} {self.surname}"

    def clean(self) -> None:
        super().clean()
        published = self.election_id and self.election.nominations_published_on
        if self.ballot_description and not published:
            sentence = (
                "Record it only once the statement of persons nominated is published: enter that "
                "date on the election first."
            )
            raise ValidationError({"ballot_description": ValidationError(sentence, "too_early")})
        if self.user and self.user.is_staff and self.status in self.BRIEFED:
            sentence = "A candidate cannot sign in as a member of the office’s staff."
            raise ValidationError({"user": ValidationError(sentence, "staff")})
