"""What every format is read into: rows of cells, each with the place it came from."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

# Bounds that no honest log comes near; a file beyond one is refused with that as the reason.
MEGABYTES_AT_MOST = 20
ROWS_AT_MOST = 20_000
COLUMNS_AT_MOST = 60
CELL_AT_MOST = 50_000
LETTERS_AT_MOST = 30_000_000
SECONDS_AT_MOST = 25


class UnreadableFile(Exception):
    """Why the file as a whole cannot be read: ``code``, and the sentence for the person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class Row:
    """One row as text. ``number`` counts the rows of the file; ``place`` says where it stood."""

    number: int
    place: str
    cells: tuple[str, ...]

    def __getitem__(self, column: int) -> str:
        """The cell of a column; nothing where the row ends before it."""
        return self.cells[column] if 0 <= column < len(self.cells) else ""


@dataclass
class Table:
    """All rows of a file. ``notes`` tell what a person should know of how it was read."""

    format: str
    rows: list[Row]
    notes: list[str] = field(default_factory=list)

    @property
    def width(self) -> int:
        return max((len(row.cells) for row in self.rows), default=0)


class Gathered:
    """Takes in cells as a reader finds them, and refuses what is out of bounds."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._letters = 0
        self._blank = 0
        # Of the processor: a busy machine makes no file hostile.
        self._until = time.thread_time() + SECONDS_AT_MOST

    def add(self, cells: Iterable[str], place: str) -> None:
        """Keep a row unless it is blank. Raises ``UnreadableFile``: every code of a bound."""
        self._refuse_slow()
        kept = tuple(self._checked(cells, place))
        if not any(kept):
            self._blank += 1
            if self._blank > 10 * ROWS_AT_MOST:
                raise UnreadableFile("too_many_rows", _TOO_MANY_ROWS)
            return
        while not kept[-1]:
            kept = kept[:-1]
        if len(self.rows) >= ROWS_AT_MOST:
            raise UnreadableFile("too_many_rows", _TOO_MANY_ROWS)
        self._letters += sum(map(len, kept))
        if self._letters > LETTERS_AT_MOST:
            raise UnreadableFile("too_long", "The file holds more text than a log can. Split it.")
        self.rows.append(Row(len(self.rows) + 1, place, kept))

    def _checked(self, cells: Iterable[str], place: str) -> Iterator[str]:
        for number, cell in enumerate(cells, start=1):
            text = tidy(cell)
            if text and number > COLUMNS_AT_MOST:
                raise UnreadableFile(
                    "too_many_columns",
                    f"{place} has more than {COLUMNS_AT_MOST} columns. This is not a log.",
                )
            if len(text) > CELL_AT_MOST:
                raise UnreadableFile(
                    "cell_too_long",
                    f"A cell in {place.lower()} is longer than {CELL_AT_MOST:,} letters.",
                )
            if number <= COLUMNS_AT_MOST:
                yield text

    def _refuse_slow(self) -> None:
        if time.thread_time() > self._until:
            raise UnreadableFile("too_slow", TOO_SLOW)


_TOO_MANY_ROWS = f"The file has more than {ROWS_AT_MOST:,} rows. Split it."
TOO_SLOW = (
    f"The file took longer than {SECONDS_AT_MOST} seconds to read. Split it, or save it anew."
)
_INVISIBLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0x7F, 0xFEFF, 0x200B, 0x00AD])
_SPACES = {0xA0: " ", 0x202F: " ", 0x2007: " "}


def tidy(text: str) -> str:
    """The text of a cell without what nobody sees: control letters, spaces at line ends."""
    if not text:
        return ""
    text = text.translate(_INVISIBLE | _SPACES).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.strip(" \t") for line in text.split("\n")).strip()
