import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from pcc_portal.history import History

from .election import Election


class StandingRequestQuerySet(models.QuerySet["StandingRequest"]):
    def undecided(self) -> "StandingRequestQuerySet":
        return self.filter(decided_at=None)

    def kept_long_enough(self, on: dt.date) -> "StandingRequestQuerySet":
        """Those the promise on the public form says are gone by the day ``on``."""
        return self.filter(
            election__poll_date__lt=on - dt.timedelta(days=StandingRequest.KEPT_DAYS)
        )


class StandingRequest(models.Model):
    """Somebody says on the public page that they mean to stand, and asks to be invited."""

    class Outcome(models.TextChoices):
        INVITED = "invited", "Invited"
        DECLINED = "declined", "Declined"

    # How long after polling day one is kept.
    KEPT_DAYS = 90

    election = models.ForeignKey(
        Election, on_delete=models.PROTECT, related_name="standing_requests"
    )
    name = models.CharField(max_length=150)
    email = models.EmailField("e-mail address")
    phone = models.CharField("telephone", max_length=30, blank=True)
    message = models.TextField(max_length=2000, blank=True)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    reason = models.CharField(
        max_length=500, blank=True, help_text="Why it was declined, for the office’s record."
    )

    objects = StandingRequestQuerySet.as_manager()
    history = History()
    history_personal = ("name", "email", "phone", "message", "reason")

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = "request to be invited"
        verbose_name_plural = "requests to be invited"
        constraints = [
            models.UniqueConstraint(
                "election",
                Lower("email"),
                condition=Q(decided_at=None),
                name="standing_request_once",
                violation_error_message="This person has asked already.",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, outcome="")
                | Q(decided_at__isnull=False, outcome="invited")
                | (Q(decided_at__isnull=False, outcome="declined") & ~Q(reason="")),
                name="standing_request_decided_whole",
                violation_error_message="Say why the request is declined.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.election}"
