from django.conf import settings
from django.db import models

from pcc_portal.history import History


class WordingQuerySet(models.QuerySet["Wording"]):
    def approved(self) -> "WordingQuerySet":
        return self.exclude(approved_at=None)


class Wording(models.Model):
    """Words that are used again and again, approved once: a ground, or a standard paragraph."""

    class Kind(models.TextChoices):
        GROUND = "ground", "Ground for not answering"
        PARAGRAPH = "paragraph", "Standard paragraph of an answer"

    kind = models.CharField(max_length=9, choices=Kind)
    name = models.CharField(max_length=100, unique=True)
    text = models.TextField(help_text="As readers get it.")
    next_step = models.TextField(
        "what can be done next",
        blank=True,
        help_text="For a ground: what we can tell instead, or who can be asked. Readers get it "
        "after the ground.",
    )
    approved_at = models.DateTimeField("approved", null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = WordingQuerySet.as_manager()
    history = History()

    class Meta:
        ordering = ["kind", "name"]
        verbose_name = "approved wording"
        permissions = [("approve_wording", "Can approve wording for answers")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="ground", next_step=""),
                name="wording_ground_says_what_next",
                violation_error_message="A ground says what can be done next.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def whole(self) -> str:
        """What is put into an answer."""
        return "\n\n".join(filter(None, (self.text.strip(), self.next_step.strip())))


def put_in(text: str, wording: Wording | None) -> str:
    """``text`` with the wording after it, once."""
    if wording is None or wording.whole in text.replace("\r\n", "\n"):
        return text
    return "\n\n".join(filter(None, (text.rstrip(), wording.whole)))
