from collections.abc import Collection

from django.db import models
from django.db.models.functions import Lower

from elections.models import Election


class Subscriber(models.Model):
    """Somebody of the public who wants each public release of one election by mail.

    Nothing is mailed before ``confirmed_at``, except the question whether they meant it. Whoever
    ends it is deleted.
    """

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="subscribers")
    address = models.EmailField("e-mail address")
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    is_daily = models.BooleanField("one mail a day", default=False)
    # The addresses of the subjects they follow, with a space between; of everything if empty.
    subjects = models.TextField("only about", blank=True)
    # Their mail came back for good: nothing more is sent.
    bounced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        default_permissions = ("view", "delete")
        constraints = [
            models.UniqueConstraint(
                Lower("address"),
                "election",
                name="subscriber_once",
                violation_error_message="This address is subscribed already.",
            ),
        ]

    def __str__(self) -> str:
        return self.address

    def follows(self, subjects: Collection[str]) -> bool:
        """Whether they want to know of what is about ``subjects``."""
        return not self.subjects or not set(self.subjects.split()).isdisjoint(subjects)
