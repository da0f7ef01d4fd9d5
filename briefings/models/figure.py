import dataclasses
from decimal import Decimal
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone

from briefings.checks import check_alike, check_figure
from briefings.numbers import converted, decimals_of, is_money, with_unit
from pcc_portal.findings import Finding
from pcc_portal.proofreading import Passage, plain
from releases.models import ReleasableQuerySet

from .sourced import Basis, Sourced, check_financial_year


class FigureQuerySet(ReleasableQuerySet):
    def with_source(self) -> Self:
        """With the document it comes from and the figure it is checked against; no more queries."""
        return self.select_related(
            "election__office", "source__election", "related_to__election"
        ).order_by("topic", "position", "title")


class Figure(Sourced):
    """One headline number with all a reader needs to quote it rightly."""

    class Relation(models.TextChoices):
        """How the number follows from another one, so that it can be checked."""

        PERCENT_OF = "percent-of", "is a percentage of"
        CHANGE_TO = "change-to", "is the change in pounds or number to"

    title = models.CharField(max_length=200, help_text="What is counted or paid: “Band D precept”.")
    topic = models.CharField(
        max_length=100, help_text="Figures with the same topic stand together."
    )
    position = models.PositiveSmallIntegerField(
        "place in the topic", default=1, help_text="1 stands first."
    )
    value = models.DecimalField(max_digits=18, decimal_places=4)
    decimal_places = models.PositiveSmallIntegerField(
        "decimal places shown", default=0, help_text="As the source prints it: 2 for £248.23."
    )
    is_approximate = models.BooleanField(
        "approximate", default=False, help_text="Readers see “about” before it."
    )
    unit = models.CharField(max_length=60, help_text="As in “£”, “£m”, “%”, “officers (FTE)”.")
    per = models.CharField(max_length=40, blank=True, help_text="As in “a year” or “a month”.")
    financial_year = models.CharField(
        max_length=7,
        blank=True,
        validators=[check_financial_year],
        help_text="As in “2021/22”. Money needs one.",
    )
    basis = models.CharField("kind of number", max_length=10, choices=Basis)
    explanation = models.TextField(blank=True, help_text="What it means, in plain words.")
    percentage = models.DecimalField(
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="A percentage stated with the number, such as the 6.43 of “£15.00 (6.43%)”.",
    )
    relation = models.CharField(
        "this number", max_length=12, choices=Relation, blank=True
    )  # fmt: skip
    related_to = models.ForeignKey(
        "self",
        verbose_name="the figure it is checked against",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="derived",
        help_text="The whole that it is a percentage of, or the new amount that it is a change to.",
    )

    objects = FigureQuerySet.as_manager()

    class Meta(Sourced.Meta):
        ordering = ["-as_at", "topic", "position"]
        constraints = [
            *Sourced.Meta.constraints,
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

    def clean(self) -> None:
        super().clean()
        errors = {}
        if is_money(self.unit) and not self.financial_year and not self.year_not_stated:
            errors["financial_year"] = (
                "Money needs a financial year, as in 2021/22. If the source gives none, "
                "tick “the source gives no year”."
            )
        other = self.related_to
        if other and converted(Decimal(1), self.unit, other.unit) is None:
            errors["related_to"] = (
                f"This number is in {self.unit}, that one in {other.unit}: "
                "they cannot be checked against each other."
            )
        if other and (
            other.election_id != self.election_id
            or (other.audience != self.audience and other.audience != self.Audience.PUBLIC)
        ):
            errors["related_to"] = "Not everyone who sees this number can see that one."
        if errors:
            raise ValidationError(errors)

    def reasons_not_ready(self) -> list[str]:
        reasons = super().reasons_not_ready()
        if self.related_to and not (
            self.related_to.is_released or self.related_to.release_id == self.release_id
        ):
            reasons.append(
                f"“{self.related_to}”, which it is checked against, is not released. "
                "Release it first, or in the same go."
            )
        return reasons

    def findings(self) -> list[Finding]:
        """Its texts, what it is checked against, and other figures of the election."""
        others = type(self)._default_manager.filter(election=self.election_id)
        found = [*check_figure(self), *check_alike(self, list(others.newest(timezone.now())))]
        return [
            *self.findings_in_texts(),
            *(dataclasses.replace(finding, field="value") for finding in found),
        ]

    def passages(self) -> list[Passage]:
        year = f"{self.title} {self.financial_year}"
        return [
            plain("Title", self.title, field="title", is_label=True),
            plain("Topic", self.topic, field="topic", is_label=True),
            plain("Explanation", self.explanation, field="explanation", year=year),
        ]

    @property
    def amount(self) -> str:
        """The number with its unit, as in “about £206.9m” or “£248.23 a year”."""
        text = with_unit(
            self.value, self.unit, self.decimal_places, is_approximate=self.is_approximate
        )
        return f"{text} {self.per}".rstrip()

    @property
    def share(self) -> str:
        """The percentage stated with the number, as printed: “6.43%”; empty if there is none."""
        if self.percentage is None:
            return ""
        return with_unit(self.percentage, "%", decimals_of(self.printed_percentage))

    @property
    def kind(self) -> str:
        """What kind of number it is, and for which year, as in “Budget, 2021/22”."""
        year = "year not given in the source" if self.year_not_stated else self.financial_year
        return ", ".join(filter(None, [str(Basis(self.basis).label), year]))

    @property
    def printed_percentage(self) -> Decimal:
        """The percentage without the noughts that the database adds behind it."""
        return Decimal(self.percentage or 0).normalize()
