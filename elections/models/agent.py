from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from pcc_portal.history import History

from .candidate import Candidate


class AgentQuerySet(models.QuerySet["Agent"]):
    def active(self) -> "AgentQuerySet":
        return self.filter(revoked_at=None)


class Agent(models.Model):
    """Someone who reads, books and asks for one candidate, with a sign-in of their own."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="agents")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="agencies",
        verbose_name="signs in as",
    )
    name = models.CharField(max_length=150)
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AgentQuerySet.as_manager()
    history = History()
    history_personal = ("name",)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(revoked_at=None),
                name="agent_of_one_candidate",
                violation_error_message="This person acts for a candidate already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, agent for {self.candidate}"

    @property
    def is_active(self) -> bool:
        return self.revoked_at is None

    def clean(self) -> None:
        """Costs a query for an active agent."""
        super().clean()
        if not self.is_active:
            return
        if self.user.is_staff:
            raise ValidationError(
                {"user": ValidationError("An agent cannot be a member of staff.", "staff")}
            )
        stands = self.user.candidacies.filter(election=self.candidate.election_id)
        if stands.exists():
            sentence = "A candidate cannot be an agent in the same election."
            raise ValidationError({"user": ValidationError(sentence, "candidate")})
