"""A statement as a grid of cells, and what makes one unfit to be shown."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .numbers import NOTHING, decimals_of, grouped, is_money, parse_number

if TYPE_CHECKING:
    from .models import StatementColumn, StatementLine

WORKED_OUT = "worked out by the portal"


@dataclass(frozen=True)
class Cell:
    """One cell: the words readers see, and its number if it holds one."""

    text: str
    value: Decimal | None
    is_number: bool = True


@dataclass(frozen=True)
class Heading:
    """A column's header cell: its text stands alone."""

    text: str
    is_number: bool = True


@dataclass(frozen=True)
class Row:
    """One row; ``remark`` says in words what the looks of its ``role`` say."""

    label: str
    role: str
    remark: str
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """A statement as readers see it: every row has a cell for every heading."""

    headings: list[Heading]
    rows: list[Row]
    is_completed: bool  # with totals that the source does not print


def table_of(
    columns: "Sequence[StatementColumn]",
    lines: "Sequence[StatementLine]",
    *,
    columns_add_up: bool,
) -> Table:
    """The grid, with the totals that the source does not print: those say who worked them out."""
    adds = [index for index, column in enumerate(columns) if column.adds_up]
    headings = [Heading(column.full_heading, column.holds_numbers) for column in columns]
    rows = [_row(line, columns) for line in lines]
    is_completed = False
    items = [row for row, line in zip(rows, lines, strict=True) if line.is_item]
    if adds and len(items) > 1 and not any(line.is_sum for line in lines):
        rows.append(_total_row(items, adds, len(columns)))
        is_completed = True
    if columns_add_up and len(adds) > 1:
        is_completed = True
        headings.append(Heading(f"Total, {columns[adds[0]].unit} ({WORKED_OUT})"))
        places = _places(row.cells[index].value for row in rows for index in adds)
        for row in rows:
            row.cells.append(_sum([row.cells[index] for index in adds], places))
    return Table(headings, rows, is_completed)


def column_faults(
    columns: "Sequence[StatementColumn]", *, year_not_stated: bool, columns_add_up: bool
) -> list[str]:
    """What makes the columns unfit to be shown, in words for the person who typed them."""
    if not columns:
        return ["The table has no columns."]
    faults = []
    by_position = {column.position: column for column in columns}
    if sorted(by_position) != list(range(1, len(columns) + 1)):
        faults.append(f"Number the columns 1 to {len(columns)}, each once.")
    for column in columns:
        faults += _column_faults(column, by_position, year_not_stated)
    if columns_add_up and len({_kind(column) for column in columns if column.adds_up}) != 1:
        faults.append(
            "The columns cannot be added across: their units, years or kinds of number differ."
        )
    return faults


def cell_faults(label: str, cells: list[str], columns: "Sequence[StatementColumn]") -> list[str]:
    """What is wrong with the cells of the line called ``label``."""
    if len(cells) != len(columns):
        return [
            f"Line “{label}” has {count(len(cells), 'cell')}; "
            f"the table has {count(len(columns), 'column')}."
        ]
    return [
        f"Line “{label}”: “{cell}” under “{column.heading}” is not a number. "
        "Write it as in 1,062 or (64), or – for nothing."
        for cell, column in zip(cells, columns, strict=True)
        if column.holds_numbers and cell.strip() not in NOTHING and parse_number(cell) is None
    ]


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _kind(column: "StatementColumn") -> tuple[str, str, str]:
    return column.unit, column.financial_year, column.basis


def _column_faults(
    column: "StatementColumn", by_position: "dict[int, StatementColumn]", year_not_stated: bool
) -> list[str]:
    faults = []
    name = f"Column “{column.heading}”"
    if column.holds_numbers and not column.unit:
        faults.append(f"{name} has no unit. Write one, such as £000 or %.")
    has_year = column.financial_year or re.search(r"\b(19|20)\d\d\b", column.heading)
    if is_money(column.unit) and not has_year and not year_not_stated:
        faults.append(f"{name} holds money and has no financial year.")
    other = by_position.get(column.of_column) if column.of_column else None
    if column.of_column and (other is None or other is column):
        faults.append(f"{name} belongs to column {column.of_column}, which there is not.")
    elif column.needs_amounts and not (other and other.adds_up):
        faults.append(f"{name} needs the number of the column of amounts it belongs to.")
    return faults


def _row(line: "StatementLine", columns: "Sequence[StatementColumn]") -> Row:
    cells = [
        Cell(printed or "–", value if column.holds_numbers else None, column.holds_numbers)
        for printed, value, column in zip(line.cells, line.values, columns, strict=False)
    ]
    cells += [Cell("–", None)] * (len(columns) - len(cells))
    return Row(line.label, line.role, line.remark, cells)


def _total_row(items: list[Row], adds: list[int], width: int) -> Row:
    cells = []
    for index in range(width):
        column = [row.cells[index] for row in items]
        places = _places(cell.value for cell in column)
        cells.append(_sum(column, places) if index in adds else Cell("–", None))
    return Row("Total", "total", WORKED_OUT.capitalize(), cells)


def _sum(cells: list[Cell], places: int) -> Cell:
    known = [cell.value for cell in cells if cell.value is not None]
    if not known:
        return Cell("–", None)
    total = sum(known, Decimal(0))
    return Cell(grouped(total, places), total)


def _places(values: Iterable[Decimal | None]) -> int:
    return max((decimals_of(value) for value in values if value is not None), default=0)
