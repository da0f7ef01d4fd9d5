from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from elections.models import Election


class ReviewQuerySet(models.QuerySet["Review"]):
    def of(self, item: models.Model) -> "ReviewQuerySet":
        """The steps of one item, the first one first."""
        kind = ContentType.objects.get_for_model(item)
        return self.filter(kind=kind, item_id=item.pk).order_by("pk")


class Review(models.Model):
    """One step of an item on its way to a release: who took it, when, on what content exactly.

    A step holds for the content it was taken on. Whoever changes the item after an approval undoes
    the approval, because the digest of what stands there now is another one.
    """

    class Step(models.TextChoices):
        SUBMITTED = "submitted", "Put in for review"
        APPROVED = "approved", "Approved"
        RETURNED = "returned", "Sent back"
        OVERRIDDEN = "overridden", "Released without a second person"

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="reviews")
    kind = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    item_id = models.PositiveBigIntegerField()
    step = models.CharField(max_length=10, choices=Step)
    content_hash = models.CharField("SHA-256 of the content", max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    # What the approver answered in the pre-election period: a list of [question, answer].
    checklist = models.JSONField(default=list, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["kind", "item_id"], name="review_of_item")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(step__in=("returned", "overridden")) | ~Q(reason=""),
                name="review_says_why",
                violation_error_message="Say why, in a sentence.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()}, {self.at:%-d %B %Y}"
