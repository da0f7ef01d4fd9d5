import datetime as dt

from django.conf import settings
from django.db import models

from pcc_portal.history import History

from .request import InformationRequest, Part


class ForceAddress(models.Model):
    """A one-off address at which somebody in the force writes a response without an account."""

    request = models.ForeignKey(
        InformationRequest, on_delete=models.CASCADE, related_name="force_addresses"
    )
    for_whom = models.CharField(
        "for whom", max_length=150, help_text="The post or unit it is sent to, as “Force Finance”."
    )
    made_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField("works until")
    used_at = models.DateTimeField("response came", null=True, editable=False)
    revoked_at = models.DateTimeField("taken back", null=True, editable=False)

    history = History()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = "address for the force"
        verbose_name_plural = "addresses for the force"

    def __str__(self) -> str:
        return f"{self.for_whom}: {self.request}"

    def state(self, at: dt.datetime) -> str:
        """In words, as it stands at the moment ``at``."""
        if self.used_at:
            return "A response came"
        if self.revoked_at:
            return "Taken back"
        return "Run out" if self.expires_at <= at else "Open"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def waiting(self) -> "ProposalQuerySet":
        """What no officer has decided about yet."""
        return self.filter(decided_at=None)


class Proposal(models.Model):
    """What somebody in the force would say to one part, until an officer takes it over."""

    address = models.ForeignKey(ForceAddress, on_delete=models.CASCADE, related_name="proposals")
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="proposals")
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=100)
    text = models.TextField(max_length=10_000)
    made_at = models.DateTimeField(editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_taken_over = models.BooleanField("taken over", default=False, editable=False)

    objects = ProposalQuerySet.as_manager()
    history = History()

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = "response proposed by the force"
        verbose_name_plural = "responses proposed by the force"

    def __str__(self) -> str:
        return f"{self.name}, {self.role}: {self.text[:60]}"
