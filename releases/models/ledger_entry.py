from django.db import models

from elections.models import Election


class LedgerEntry(models.Model):
    """One line of the ledger: what was told to whom, and when. It is never changed or deleted.

    Each holds the SHA-256 of the one before. People stand in it by number only, never by name or
    address, so that nothing in it has to be forgotten. ``releases/ledger.py`` writes and checks it.
    """

    class Kind(models.TextChoices):
        RELEASE = "release", "Released"
        MINOR = "minor", "Changed in small things"
        CORRECTION = "correction", "Corrected"
        WITHDRAWAL = "withdrawal", "Withdrawn"
        DELIVERY = "delivery", "Mail"
        TOLD = "told", "Told in another way"
        CATCH_UP = "catch-up", "Caught up"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        OFFER = "offer", "Offered"
        WAIVER = "waiver", "Warning waived"
        OVERRIDE = "override", "Released without a second person"

    number = models.PositiveBigIntegerField(primary_key=True)
    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="ledger")
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=Kind)
    # Canonical JSON, see releases/ledger.py: exactly the text that was hashed.
    facts = models.TextField()
    # The item as it was released, in canonical JSON; empty where nothing was.
    content = models.TextField(blank=True)
    content_hash = models.CharField("SHA-256 of the content", max_length=64, blank=True)
    previous_hash = models.CharField("hash of the entry before", max_length=64)
    entry_hash = models.CharField("hash of this entry", max_length=64, unique=True)

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "ledger entries"
        default_permissions = ("view",)
        indexes = [models.Index(fields=["election", "kind", "number"], name="ledger_of_election")]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_kind_display()}"


class LedgerHead(models.Model):
    """The last entry's number and hash, in the one row that whoever writes an entry locks."""

    number = models.PositiveBigIntegerField(default=0)
    entry_hash = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="ledger_head_is_one_row"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.entry_hash}"
