import datetime as dt

from django.conf import settings
from django.db import models

from elections.models import Election
from pcc_portal.history import History


class ReleaseQuerySet(models.QuerySet["Release"]):
    def released(self, at: dt.datetime) -> "ReleaseQuerySet":
        return self.filter(released_at__lte=at)

    def due(self, at: dt.datetime) -> "ReleaseQuerySet":
        """Set for a time that has come, and not released yet."""
        return self.filter(released_at=None, due_at__lte=at)


class Release(models.Model):
    """The one act by which anything becomes known: every item in it, in the same moment."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="releases")
    title = models.CharField(max_length=200, help_text="What is released, for the office's record.")
    due_at = models.DateTimeField(
        "release at",
        null=True,
        blank=True,
        help_text="UK time (GMT in winter, BST in summer). Leave empty to release by hand.",
    )
    released_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = History()
    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = [models.F("released_at").desc(nulls_first=True), "-id"]
        permissions = [("release_items", "Can make items known, now or at a set time")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_released(self) -> bool:
        return self.released_at is not None
