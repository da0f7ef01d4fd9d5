from django.db import models


class PublicRevision(models.Model):
    """One row that counts every change of what the public sees. See ``releases/revision.py``."""

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="public_revision_is_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.number)
