from django.conf import settings
from django.db import models

from elections.models import Candidate

from .release import Release


class CatchUp(models.Model):
    """What somebody who joined late was given at once: every release they had not been part of."""

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="catch_ups")
    # The candidate's own sign-in, or that of an agent.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="catch_ups"
    )
    at = models.DateTimeField()
    releases = models.ManyToManyField(Release, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.candidate}, {self.at:%-d %B %Y}"
