"""An office's table as an export has it: its repeated headers, empty last columns and broken rows
put right, and nothing else."""

from collections.abc import Iterable

from infolog.importing.columns import is_header
from infolog.importing.table import Row


def merged(rows: Iterable[Row]) -> list[list[str]]:
    """The four cells of each request; rows that continue one are added to it."""
    table: list[list[str]] = []
    seen_header = False
    for row in rows:
        if is_header(row):
            seen_header = True
        elif seen_header and any(row.cells[:3]):
            table.append([row[column] for column in range(4)])
        elif seen_header:
            table[-1][3] += " " + row[3]
    return table
