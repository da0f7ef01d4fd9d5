import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models

from releases.models import ReleasableItem

from .document import Document


class Basis(models.TextChoices):
    """What kind of number it is. Numbers of different bases are never added together."""

    BUDGET = "budget", "Budget"
    FORECAST = "forecast", "Forecast"
    OUTTURN = "outturn", "Outturn"
    ESTIMATE = "estimate", "Estimate"
    SURVEY = "survey", "Survey result"
    COUNT = "count", "Count"


def check_financial_year(year: str) -> None:
    """Refuse a financial year that is not two years in a row, as in 2021/22."""
    first, _, second = year.partition("/")
    if not (re.fullmatch(r"\d{4}", first, re.ASCII) and second == f"{(int(first) + 1) % 100:02}"):
        raise ValidationError(f"“{year}” is not a financial year. Write it as in 2021/22.")


class Sourced(ReleasableItem):
    """Something with a number in it: it says as at which day, from which place of a document."""

    as_at = models.DateField("as at", help_text="The day the numbers were true or were published.")
    source = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="%(class)ss")
    source_place = models.CharField(
        "place in the source",
        max_length=150,
        help_text="As in “paragraph 12” or “page 4, table 2”.",
    )
    year_not_stated = models.BooleanField(
        "the source gives no year",
        default=False,
        help_text="Tick only when the source itself does not say which year the money is for. "
        "Readers are told so.",
    )

    class Meta(ReleasableItem.Meta):
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.source_id is None or self.source.audience == self.Audience.PUBLIC:
            return
        if self.audience == self.Audience.PUBLIC:
            raise ValidationError(
                {
                    "source": "That document is for candidates only. What everyone sees needs a "
                    "source that everyone can open."
                }
            )
        if self.source.election_id != self.election_id:
            raise ValidationError({"source": "That document is for another election only."})

    def full_clean(
        self,
        exclude: Iterable[str] | None = None,
        validate_unique: bool = True,
        validate_constraints: bool = True,
    ) -> None:
        """Checks a whole item, as a release does, also for what stands in other rows.

        A form leaves fields out (``exclude``): there the rows may still be on their way.
        """
        super().full_clean(exclude, validate_unique, validate_constraints)
        if exclude is None and self.pk and self.release_id and not self.is_withdrawal:
            reasons = self.reasons_not_ready()
            if reasons:
                raise ValidationError(reasons)

    def reasons_not_ready(self) -> list[str]:
        """Why this cannot be released yet, for the person who wants to. Costs queries."""
        source = Document.objects.select_related("release").get(pk=self.source_id)
        if source.is_released or source.release_id == self.release_id:
            return []
        return [f"Its source, “{source}”, is not released. Release it first, or in the same go."]
