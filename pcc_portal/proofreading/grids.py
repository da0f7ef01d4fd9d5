"""Tables typed or pasted into a text: without a header nobody knows what a number is."""

import re
from collections.abc import Iterator

from pcc_portal.findings import Finding

from .passages import Grid, Passage

NUMBER = re.compile(r"[(−-]?\s?[£±~]?\s?\d[\d,]*(?:\.\d+)?\s?\)?")
UNIT = re.compile(
    r"[£%€$]|\b(?:number|count|total|people|officers|staff|percent|per cent|share|fte|hours|days|"
    r"weeks|months|years?|age|rank|pence|thousands?|millions?)\b|(?:19|20)\d\d$",
    re.IGNORECASE,
)


def check_grids(passage: Passage) -> Iterator[Finding]:
    """Whether every table has a header row and every column of numbers a unit."""
    for number, grid in enumerate(passage.grids, start=1):
        which = f"table {number}" if len(passage.grids) > 1 else "the table"
        if len(grid) < 2:
            continue
        if not any(cell.is_header for cell in grid[0]):
            yield passage.warning(
                "table-header",
                f"{which} has no header row, so nobody can tell what its columns are.",
            )
        yield from _check_units(passage, grid, which)


def _check_units(passage: Passage, grid: Grid, which: str) -> Iterator[Finding]:
    for column, heading in enumerate(grid[0]):
        cells = [row[column].text for row in grid[1:] if len(row) > column]
        numbers = [cell for cell in cells if NUMBER.fullmatch(cell.strip())]
        if not numbers or len(numbers) < len(cells) / 2:
            continue
        if UNIT.search(heading.text) or all("£" in cell for cell in numbers):
            continue
        name = f"“{heading.text}”" if heading.text else f"number {column + 1}"
        yield passage.warning(
            "table-unit",
            f"column {name} of {which} holds numbers without a unit. Say whether they are pounds, "
            "people, % or something else.",
        )
