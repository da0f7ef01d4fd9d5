import secrets

from django.conf import settings
from django.db import models


def new_key() -> str:
    """Too long to be guessed: 192 bits."""
    return secrets.token_urlsafe(24)


class CalendarAddress(models.Model):
    """Where a calendar program reads one person’s dates, without signing in: ``key`` is the secret.

    It is kept as it is, not as a digest, because the person has to be shown it again.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_address"
    )
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Calendar address of {self.user}"
