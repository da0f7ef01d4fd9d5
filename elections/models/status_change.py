from django.conf import settings
from django.db import models
from django.db.models import Q

from pcc_portal.public_frame import PublicFrame

from .candidate import Candidate


class StatusChange(PublicFrame):
    """From which day a candidate has which status, and the notice it came from.

    Rows are added, never changed: a mistake is put right by another row for the same day, and of
    two rows for one day the later one counts.
    """

    candidate = models.ForeignKey(
        Candidate, on_delete=models.CASCADE, related_name="status_changes"
    )
    status = models.CharField(max_length=15, choices=Candidate.Status)
    effective_from = models.DateField(
        "from", help_text="Access and the public list change at the start of this day, UK time."
    )
    notice_title = models.CharField(
        "official notice",
        max_length=200,
        blank=True,
        help_text="The returning officer’s notice it came from, as in “Statement of persons "
        "nominated”. Needed from the nomination on.",
    )
    notice_url = models.URLField("link to the notice", blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["-effective_from", "-id"]
        verbose_name = "status"
        verbose_name_plural = "statuses"
        indexes = [
            models.Index(fields=["candidate", "effective_from", "id"], name="status_in_order"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(notice_title="")
                | Q(status__in=["interested", "declared", "withdrawn"]),
                name="status_change_has_notice",
                violation_error_code="no_notice",
                violation_error_message="Say which official notice this came from.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} from {self.effective_from:%-d %B %Y}"
