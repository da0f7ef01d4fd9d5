from django.conf import settings
from django.db import models


class MailChoice(models.Model):
    """How often a candidate or an agent wants mail; without one, a mail for each release."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choice"
    )
    is_daily = models.BooleanField("one mail a day", default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "One mail a day" if self.is_daily else "A mail for each release"
