from django.conf import settings
from django.db import models
from django.utils import timezone


class ImpartialityDeclaration(models.Model):
    """What a member of staff confirmed before their first staff page, in the words they saw.

    Rows are only added: the database refuses to change or delete one.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="declarations"
    )
    version = models.PositiveSmallIntegerField("version of the wording")
    wording = models.TextField("wording as shown")
    confirmed_at = models.DateTimeField("confirmed", default=timezone.now, editable=False)

    class Meta:
        ordering = ["-confirmed_at"]
        verbose_name = "declaration of impartiality"
        verbose_name_plural = "declarations of impartiality"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "version"], name="declaration_once_per_wording"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {timezone.localtime(self.confirmed_at):%-d %B %Y}"
