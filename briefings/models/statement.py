from decimal import Decimal, InvalidOperation
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from releases.models import ReleasableItem, ReleasedPart

from .document import Document

NOTHING = {"", "-", "–", "—"}


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
    if not (first.isdigit() and len(first) == 4 and second == f"{(int(first) + 1) % 100:02}"):
        raise ValidationError(f"“{year}” is not a financial year. Write it as in 2021/22.")


class Sourced(models.Model):
    """Where a number comes from: as at a date, in a place of a document."""

    as_at = models.DateField("as at", help_text="The day the numbers were true or were published.")
    source = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="%(class)ss")
    source_place = models.CharField(
        "place in the source",
        max_length=150,
        help_text="As in “paragraph 12” or “page 4, table 2”.",
    )

    class Meta:
        abstract = True


class Statement(Sourced, ReleasableItem):
    """A table as the office publishes it, its stated totals checked against computed ones."""

    title = models.CharField(max_length=200)
    summary = models.TextField(help_text="What the table shows, in a sentence: charts need it.")
    row_heading = models.CharField(
        "heading of the first column", max_length=80, help_text="As in “Partnership”."
    )
    notes = models.TextField(
        blank=True, help_text="Anything a reader must know to use the numbers."
    )
    has_chart = models.BooleanField("draw a chart", default=False)

    class Meta(ReleasableItem.Meta):
        ordering = ["-as_at", "title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("briefings:statement", args=[self.election.slug, self.slug])


class StatementColumn(ReleasedPart):
    """One column of a statement: all its numbers share a unit, a financial year and a basis."""

    part_of = "statement"

    class Role(models.TextChoices):
        """What the checks may expect of the numbers in a column."""

        AMOUNT = "amount", "Amounts that add up to the total"
        SHARE_OF = "share-of", "Share of another column's total (%)"
        SHARES = "shares", "Shares of one whole, adding up to 100%"
        RATE = "rate", "Rate within each group, such as the % who are women"
        MARGIN = "margin", "Margin of error (±)"
        VALUE = "value", "Numbers that are not added up"
        ASSESSMENT = "assessment", "Words, such as Over or Under"

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="columns")
    position = models.PositiveSmallIntegerField(default=1)
    heading = models.CharField(max_length=100)
    role = models.CharField(max_length=12, choices=Role, default=Role.AMOUNT)
    of_column = models.PositiveSmallIntegerField(
        "of column number",
        null=True,
        blank=True,
        help_text="For shares and rates: the position of the column of amounts they belong to. "
        "For a margin or an assessment: the position of the column it is about.",
    )
    unit = models.CharField(
        max_length=40, blank=True, help_text="As in “£000”, “£m”, “%” or “people”."
    )
    financial_year = models.CharField(
        max_length=7,
        blank=True,
        validators=[check_financial_year],
        help_text="As in “2021/22”; empty where no year applies.",
    )
    basis = models.CharField(max_length=10, choices=Basis, default=Basis.BUDGET)
    decimal_places = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "position"],
                name="statement_column_position_unique",
                violation_error_message="Two columns have the same position.",
            ),
        ]

    def __str__(self) -> str:
        return self.heading


class StatementLine(ReleasedPart):
    """One line of a statement, its cells as printed, in the order of the columns."""

    part_of = "statement"

    class Role(models.TextChoices):
        ITEM = "item", "Item"
        OF_WHICH = "of-which", "Of which: not added again"
        SUBTOTAL = "subtotal", "Subtotal of the items above it"
        TOTAL = "total", "Total of all items above it"

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(default=1)
    label = models.CharField(max_length=200)
    role = models.CharField(max_length=10, choices=Role, default=Role.ITEM)
    cells = models.JSONField(
        default=list, help_text="The cells as printed, such as 1,062 or (64) or – for nothing."
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "position"],
                name="statement_line_position_unique",
                violation_error_message="Two lines have the same position.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @cached_property
    def values(self) -> list[Decimal | None]:
        """The cells as numbers; ``None`` where a cell is empty or holds words."""
        return [parse_number(cell) for cell in self.cells]


def parse_number(printed: str) -> Decimal | None:
    """The number in a printed cell: ``1,062`` and ``(64)`` (minus 64) are numbers, ``–`` is none.

    A leading £ or ± and a trailing % are passed over. Words give ``None``.
    """
    text = printed.strip().replace(",", "").replace("£", "").replace("±", "").replace("−", "-")
    text = text.removesuffix("%").strip()
    if text in NOTHING:
        return None
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
