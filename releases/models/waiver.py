from django.conf import settings
from django.db import models
from django.db.models import Q

from elections.models import Election


class Waiver(models.Model):
    """Why a warning about an item may stand. It holds as long as the same warning is given."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="waivers")
    # The label of the model, as in briefings.newsletter: all versions at one address.
    kind = models.CharField(max_length=60)
    slug = models.SlugField("address", max_length=80)
    code = models.CharField(max_length=40)
    sentence = models.TextField("the warning")
    reason = models.TextField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["election", "kind", "slug", "code", "sentence"],
                name="waiver_once",
                violation_error_message="This warning has been waived already.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="waiver_says_why",
                violation_error_message="Say why the warning may stand.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug}: {self.sentence}"
