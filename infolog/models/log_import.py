from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from elections.models import Election
from pcc_portal.history import History


class LogImport(models.Model):
    """One file of an existing log on its way to drafts. The original is served to few, see admin.

    Nothing of it is public: what becomes known of it goes the way of every request.
    """

    class State(models.TextChoices):
        MATCHING = "matching", "Columns are to be confirmed"
        READING = "reading", "Rows are being read"
        REVIEW = "review", "Waits for a person"
        APPLYING = "applying", "Drafts are being made"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped by a fault"

    WORKING = (State.READING, State.APPLYING)

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="log_imports")
    file = models.FileField(upload_to="log-imports/%Y/", blank=True, max_length=200)
    filename = models.CharField(max_length=200)
    format = models.CharField(max_length=10)
    sha256 = models.CharField("SHA-256 of the file", max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.MATCHING)
    # What each column is used for, by number; the number of the row that names them.
    uses = models.JSONField(default=list)
    headings = models.JSONField(default=list)
    header = models.PositiveIntegerField(default=0)
    # What stands in where the log does not tell.
    form = models.CharField("form of request where none is told", max_length=12, blank=True)
    responder = models.CharField("who answered where nobody is named", max_length=100, blank=True)
    notes = models.JSONField(default=list)
    # Rows that became part of no request: number, place, cells and what became of each.
    dropped = models.JSONField(default=list)
    rows_read = models.PositiveIntegerField(default=0)
    rows_used = models.PositiveIntegerField(default=0)
    rows_merged = models.PositiveIntegerField(default=0)
    # How far the work in hand is.
    work_done = models.PositiveIntegerField(default=0)
    work_total = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField("uploaded")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="uploaded by",
    )
    forgotten_at = models.DateTimeField("original deleted", null=True, blank=True)

    # Names can stand in the file’s name and cells: the record of changes keeps none of them.
    history = History(excluded_fields=["file", "filename", "headings", "dropped", "notes"])

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = "import of a log"
        verbose_name_plural = "imports of a log"

    def __str__(self) -> str:
        return f"{self.filename}, {self.made_at:%-d %B %Y}"

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def rows_dropped(self) -> int:
        return len(self.dropped)


class ImportedRequestQuerySet(models.QuerySet["ImportedRequest"]):
    def waiting(self) -> "ImportedRequestQuerySet":
        """Those a person has to decide about."""
        return self.filter(waits=True, decision=ImportedRequest.Decision.OPEN)

    def to_apply(self) -> "ImportedRequestQuerySet":
        """Those that are certain or accepted, and no draft yet."""
        decided = ImportedRequest.Decision
        return self.filter(
            Q(waits=False, decision=decided.OPEN) | Q(decision=decided.ACCEPTED), item=None
        )


class ImportedRequest(models.Model):
    """One request as read from the rows of an import, beside them, until it is a draft."""

    class Decision(models.TextChoices):
        OPEN = "open", "Not decided"
        ACCEPTED = "accepted", "Accepted"
        MERGED = "merged", "Merged with the one before"
        LEFT_OUT = "left-out", "Left out"

    log_import = models.ForeignKey(LogImport, on_delete=models.CASCADE, related_name="requests")
    position = models.PositiveIntegerField()
    # The reference its draft will have.
    slug = models.SlugField(max_length=80)
    # The original rows: number, place, cells. Who asked is not among the cells.
    rows = models.JSONField()
    date = models.DateField(null=True, blank=True)
    form = models.CharField(max_length=12, blank=True)
    topic = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=150, blank=True)
    introduction = models.TextField(blank=True)
    # Each with question, outcome, outcome_note and responses: responder, role, text.
    parts = models.JSONField(default=list)
    note = models.TextField(blank=True)
    # Each with code, sentence, row and waits.
    doubts = models.JSONField(default=list)
    waits = models.BooleanField(default=False)
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.OPEN)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    item = models.ForeignKey(
        "infolog.InformationRequest",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="imported_from",
    )

    objects = ImportedRequestQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["log_import", "position"], name="imported_request_position_unique"
            ),
            models.CheckConstraint(
                condition=~Q(decision="left-out", reason=""),
                name="imported_request_left_out_says_why",
                violation_error_message="Say why it is left out.",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"Request {self.position}"

    @property
    def is_waiting(self) -> bool:
        return self.waits and self.decision == self.Decision.OPEN

    @property
    def responses(self) -> list[dict[str, Any]]:
        """What was said, in order, over all parts."""
        return [response for part in self.parts for response in part["responses"]]
