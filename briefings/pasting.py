"""Cells typed by hand, or pasted from a spreadsheet or a Word table."""

from collections.abc import Sequence

BETWEEN_CELLS = " | "


def cells_of(text: str) -> list[str]:
    """The cells of one line: a tab parts them, as a spreadsheet copies them, or else a “|”."""
    return [cell.strip() for cell in text.split("\t" if "\t" in text else "|")]


def as_text(cells: Sequence[str]) -> str:
    """One line's cells as they are typed."""
    return BETWEEN_CELLS.join(cells)


def pasted_rows(text: str) -> list[tuple[str, list[str]]]:
    """Each line's label and cells; empty lines are passed over."""
    rows = (cells_of(line) for line in text.splitlines() if line.strip())
    return [(label, cells) for label, *cells in rows]


def guessed_role(label: str) -> str:
    """What a line probably is, by its label: a subtotal, a total or an item."""
    words = label.lower().replace("-", "").split()
    if words[:1] == ["subtotal"]:
        return "subtotal"
    return "total" if "total" in (words[:1] + words[-1:]) else "item"
