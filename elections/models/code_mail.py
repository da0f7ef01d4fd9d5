import datetime as dt

from django.conf import settings
from django.db import models


class CodeMail(models.Model):
    """A sign-in code that waits to be mailed; the row goes when the mail has gone.

    A request for an address nobody has makes a row without an address. Nothing is sent for it,
    but asking takes as long as for an address somebody has.
    """

    address = models.EmailField(blank=True)
    code = models.CharField(max_length=20)
    asked_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.address or "nobody"

    def is_worth_sending(self, at: dt.datetime) -> bool:
        lives = dt.timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
        return bool(self.address) and at < self.asked_at + lives
