from decimal import Decimal
from functools import cached_property
from typing import Self

from django.db import models
from django.urls import reverse

from briefings.checks import check_statement
from briefings.numbers import parse_number
from briefings.tables import Table, cell_faults, column_faults, table_of
from pcc_portal.charts import Chart, Series
from pcc_portal.findings import Finding
from pcc_portal.proofreading import Counted, Passage, counted, plain
from releases.models import ReleasableQuerySet, ReleasedPart

from .sourced import Basis, Sourced, check_financial_year


class StatementQuerySet(ReleasableQuerySet):
    def with_table(self) -> Self:
        """With all that its table, chart and checks need, in two more queries."""
        return self.select_related("election__office", "source__election").prefetch_related(
            "columns", "lines"
        )


class Statement(Sourced):
    """A table as the office publishes it, its stated totals checked against computed ones."""

    title = models.CharField(max_length=200)
    summary = models.TextField(help_text="What the table shows, in a sentence: charts need it.")
    row_heading = models.CharField(
        "heading of the first column", max_length=80, help_text="As in “Partnership”."
    )
    notes = models.TextField(
        blank=True, help_text="Anything a reader must know to use the numbers."
    )
    columns_add_up = models.BooleanField(
        "the columns add up across",
        default=False,
        help_text="Tick when the amounts of a line can be added, as with several funds paid to "
        "one partnership. The portal then adds a total column and says that it worked it out.",
    )
    has_chart = models.BooleanField("draw a chart", default=False)

    objects = StatementQuerySet.as_manager()

    class Meta(Sourced.Meta):
        ordering = ["-as_at", "title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("briefings:statement", args=[self.election.slug, self.slug])

    def reasons_not_ready(self) -> list[str]:
        reasons = super().reasons_not_ready() + column_faults(
            self.column_list,
            year_not_stated=self.year_not_stated,
            columns_add_up=self.columns_add_up,
        )
        if not self.line_list:
            reasons.append("The table has no lines.")
        for line in self.line_list:
            reasons += cell_faults(line.label, line.cells, self.column_list)
        return reasons

    def findings(self) -> list[Finding]:
        """Its texts and its sums. Two queries more unless made by ``with_table()``."""
        return [*self.findings_in_texts(tables=[self.counted()]), *check_statement(self)]

    def passages(self) -> list[Passage]:
        headings = "\n\n".join(column.heading for column in self.column_list)
        labels = "\n\n".join(line.label for line in self.line_list)
        year = " ".join([self.title, headings, labels, *self.years])
        return [
            plain("Title", self.title, field="title", is_label=True),
            plain("Summary", self.summary, field="summary", year=year),
            plain("Notes", self.notes, field="notes", year=year),
            plain("Column headings", headings, is_label=True),
            plain("Line names", labels, is_label=True),
        ]

    def counted(self) -> Counted:
        """How many of what it lists. Costs a query unless made by ``with_table()``."""
        items = [line for line in self.line_list if line.is_item]
        return counted(self.title, self.row_heading, len(items))

    @property
    def column_list(self) -> "list[StatementColumn]":
        """The columns in order. Costs a query unless made by ``with_table()``."""
        return sorted(self.columns.all(), key=lambda column: column.position)

    @property
    def line_list(self) -> "list[StatementLine]":
        """The lines in order. Costs a query unless made by ``with_table()``."""
        return sorted(self.lines.all(), key=lambda line: line.position)

    @cached_property
    def table(self) -> Table:
        """The grid that readers see. Costs two queries unless made by ``with_table()``."""
        return table_of(self.column_list, self.line_list, columns_add_up=self.columns_add_up)

    @property
    def years(self) -> list[str]:
        """The financial years of the columns, each once, in order."""
        return sorted({column.financial_year for column in self.column_list} - {""})

    @property
    def year_remark(self) -> str:
        """What readers must know where the columns have no financial year."""
        return "The source gives no year" if self.year_not_stated else ""

    @property
    def units(self) -> list[str]:
        """The units of the columns, each once, in the order they appear."""
        return list(dict.fromkeys(column.unit for column in self.column_list if column.unit))

    @property
    def bases(self) -> list[str]:
        """The bases of the columns that hold numbers, in words, each once."""
        numbers = [column for column in self.column_list if column.holds_numbers]
        return list(dict.fromkeys(str(Basis(column.basis).label) for column in numbers))

    def chart_data(self) -> Chart:
        """The items of the first column of numbers, and of the columns with its unit."""
        columns = [
            (index, column)
            for index, column in enumerate(self.column_list)
            if column.holds_numbers and column.role != StatementColumn.Role.MARGIN
        ]
        items = [line for line in self.line_list if line.is_item]
        return Chart(
            key=self.slug,
            title=self.title,
            description=self.summary,
            labels=[line.label for line in items],
            series=[
                Series(
                    name=column.full_heading,
                    unit=column.unit,
                    values=[line.values[index] for line in items],
                    printed=[line.cells[index] for line in items],
                )
                for index, column in columns
                if column.unit == columns[0][1].unit
            ],
        )


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
    position = models.PositiveSmallIntegerField("column number", default=1)
    heading = models.CharField(max_length=100)
    role = models.CharField("what it holds", max_length=12, choices=Role, default=Role.AMOUNT)
    of_column = models.PositiveSmallIntegerField(
        "of column number",
        null=True,
        blank=True,
        help_text="For a share of a total, and for a rate: the number of the column of amounts it "
        "belongs to. For shares of one whole: the column of shares they are compared with, if "
        "any. For a margin or words: the column they are about.",
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
    basis = models.CharField(
        "kind of number", max_length=10, choices=Basis, default=Basis.BUDGET
    )  # fmt: skip

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "position"],
                name="statement_column_position_unique",
                violation_error_message="Two columns have the same number.",
            ),
        ]

    def __str__(self) -> str:
        return self.heading

    @property
    def holds_numbers(self) -> bool:
        return self.role != self.Role.ASSESSMENT

    @property
    def adds_up(self) -> bool:
        return self.role == self.Role.AMOUNT

    @property
    def needs_amounts(self) -> bool:
        return self.role in (self.Role.SHARE_OF, self.Role.RATE)

    @property
    def full_heading(self) -> str:
        """What the column's header cell says: it stands alone, as in “2016/17 budget, £000”."""
        text = self.heading
        if self.financial_year and self.financial_year not in text:
            text = f"{text} {self.financial_year}"
        if not self.holds_numbers:
            return text
        if self.unit:
            text = f"{text}, {self.unit}"
        basis = str(Basis(self.basis).label).lower()
        return text if basis in text.lower() else f"{text} ({basis})"


class StatementLine(ReleasedPart):
    """One line of a statement, its cells as printed, in the order of the columns."""

    part_of = "statement"

    class Role(models.TextChoices):
        ITEM = "item", "Item"
        OF_WHICH = "of-which", "Of which: not added again"
        SUBTOTAL = "subtotal", "Subtotal of the items since the sum above it"
        TOTAL = "total", "Total of all items since the total above it"

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField("line number", default=1)
    label = models.CharField(max_length=200)
    role = models.CharField("what it is", max_length=10, choices=Role, default=Role.ITEM)
    cells = models.JSONField(
        default=list, help_text="The cells as printed, such as 1,062 or (64) or – for nothing."
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "position"],
                name="statement_line_position_unique",
                violation_error_message="Two lines have the same number.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @cached_property
    def values(self) -> list[Decimal | None]:
        """The cells as numbers; ``None`` where a cell is empty or holds words."""
        return [parse_number(cell) for cell in self.cells]

    @property
    def is_item(self) -> bool:
        return self.role == self.Role.ITEM

    @property
    def is_sum(self) -> bool:
        return self.role in (self.Role.SUBTOTAL, self.Role.TOTAL)

    @property
    def remark(self) -> str:
        """What the line is, where it is not a plain item, in the words readers see."""
        return {"of-which": "Of which", "subtotal": "Subtotal", "total": "Total"}.get(self.role, "")
