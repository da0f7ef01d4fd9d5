from django.conf import settings
from django.db import models

from .user import User


class SignInRecordQuerySet(models.QuerySet["SignInRecord"]):
    def signed_in_from(self, network_address: str, user: User | None) -> "SignInRecordQuerySet":
        """Sign-ins of ``user`` that came from this network address."""
        return self.filter(
            what=SignInRecord.What.SIGNED_IN,
            user_id=user.pk if user else 0,
            network_address=network_address,
        )


class SignInRecord(models.Model):
    """One thing that happened at the door. It holds no code, query or unknown address."""

    class What(models.TextChoices):
        CODE_ASKED = "code_asked", "Asked for a code"
        SIGNED_IN = "signed_in", "Signed in"
        SECOND_FACTOR = "second_factor", "Passed the second factor"
        FACTOR_ADDED = "factor_added", "Added a second factor"
        FACTOR_REMOVED = "factor_removed", "Removed a second factor"
        REFUSED = "refused", "Refused"
        SIGNED_OUT = "signed_out", "Signed out"
        SESSION_ENDED = "session_ended", "Session ended"

    class Reason(models.TextChoices):
        UNKNOWN_ADDRESS = "unknown_address", "nobody with access has this address"
        WRONG_CODE = "wrong_code", "wrong code"
        WRONG_SECOND_FACTOR = "wrong_second_factor", "wrong second factor"
        TOO_MANY_TRIES = "too_many_tries", "too many tries"
        BY_THEMSELVES = "by_themselves", "by themselves, from another place"
        BY_THE_OFFICE = "by_the_office", "by the office"

    at = models.DateTimeField("when", db_index=True)
    what = models.CharField("what happened", max_length=20, choices=What.choices)
    reason = models.CharField("why", max_length=20, choices=Reason.choices, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sign_in_records",
        verbose_name="who",
    )
    network_address = models.GenericIPAddressField("network address", null=True, blank=True)

    objects = SignInRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        verbose_name = "sign-in record"
        indexes = [
            models.Index(
                fields=["user", "network_address", "what"], name="sign_in_record_from_where"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.user or 'somebody unknown'}"
