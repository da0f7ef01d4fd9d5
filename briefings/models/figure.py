from django.db import models
from django.urls import reverse

from releases.models import ReleasableItem

from .statement import Basis, Sourced, check_financial_year


class Figure(Sourced, ReleasableItem):
    """One headline number with all a reader needs to quote it rightly."""

    class Relation(models.TextChoices):
        """How the number follows from another one, so that it can be checked."""

        PERCENT_OF = "percent-of", "is a percentage of"
        CHANGE_TO = "change-to", "is the change in pounds or number to"

    title = models.CharField(max_length=200, help_text="What is counted or paid: “Band D precept”.")
    topic = models.CharField(
        max_length=100, help_text="Figures with the same topic stand together."
    )
    position = models.PositiveSmallIntegerField(default=1)
    value = models.DecimalField(max_digits=18, decimal_places=4)
    decimal_places = models.PositiveSmallIntegerField("decimal places shown", default=0)
    is_approximate = models.BooleanField("approximate", default=False)
    unit = models.CharField(max_length=60, help_text="As in “£”, “£m”, “%”, “officers (FTE)”.")
    per = models.CharField(max_length=40, blank=True, help_text="As in “a year” or “a month”.")
    financial_year = models.CharField(max_length=7, blank=True, validators=[check_financial_year])
    basis = models.CharField(max_length=10, choices=Basis)
    explanation = models.TextField(blank=True, help_text="What it means, in plain words.")
    percentage = models.DecimalField(
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="A percentage stated with the number, such as the 6.43 of “£15.00 (6.43%)”.",
    )
    relation = models.CharField(max_length=12, choices=Relation, blank=True)
    related_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="derived"
    )

    class Meta(ReleasableItem.Meta):
        ordering = ["-as_at", "topic", "position"]
        constraints = [
            *ReleasableItem.Meta.constraints,
            models.CheckConstraint(
                condition=(models.Q(relation="") & models.Q(related_to=None))
                | (
                    ~models.Q(relation="")
                    & models.Q(related_to__isnull=False)
                    & models.Q(percentage__isnull=False)
                ),
                name="figure_relation_whole",
                violation_error_message="To have a number checked against another one give all "
                "three: the percentage, how they are related and the other figure.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("briefings:figure", args=[self.election.slug, self.slug])
