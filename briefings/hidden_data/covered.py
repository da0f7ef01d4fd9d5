"""Text of a PDF page under boxes that were painted over it: it can still be copied.

What a page paints is followed in its order, as far as positions go: where text starts, about how
wide it is, and where later a filled rectangle covers it. Widths are estimates, half a letter’s
height for each letter, which is enough to tell a box from an underline.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

MOST_OPERATIONS = 200_000
MOST_TEXTS = 20_000
DEEPEST_FORM = 3
LETTER = 0.5  # its width, in heights
MIDDLE = 0.3  # of a letter, above the line it stands on
THINNEST_BOX = 0.4  # less high than this is an underline

Matrix = tuple[float, float, float, float, float, float]
UNIT: Matrix = (1, 0, 0, 1, 0, 0)


def times(first: Matrix, then: Matrix) -> Matrix:
    """Two transformations after one another."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


@dataclass(frozen=True)
class _Text:
    """Where a text begins and about where it ends, through the middle of its letters."""

    left: float
    right: float
    middle: float
    size: float


@dataclass
class _State:
    """What a page restores: position, whether paint is see-through, and the font."""

    matrix: Matrix = UNIT
    is_clear: bool = False
    size: float = 0
    bytes_a_letter: int = 1
    is_invisible: bool = False


@dataclass
class _Walk:
    """What has been painted so far."""

    reader: PdfReader
    texts: list[_Text] = field(default_factory=list)
    covered: int = 0
    left: int = MOST_OPERATIONS


def covered_texts(page: PageObject, reader: PdfReader) -> int:
    """How many pieces of text of a page lie under boxes painted later."""
    walk = _Walk(reader)
    contents = page.get_contents()
    if contents is not None:
        _paint(walk, contents, page.get("/Resources"), UNIT, 0)
    return walk.covered


def _paint(walk: _Walk, stream: Any, resources: Any, matrix: Matrix, depth: int) -> None:
    resources = _object(resources) or {}
    painter = _Painter(walk, resources, _State(matrix=matrix))
    operations = ContentStream(stream, walk.reader).operations
    for operands, operator in islice(operations, walk.left):
        walk.left -= 1
        name = operator.decode("latin-1")
        if name == "Do" and depth < DEEPEST_FORM:
            form = _object((_object(resources.get("/XObject")) or {}).get(operands[0]))
            if form is not None and form.get("/Subtype") == "/Form":
                own = _matrix(form.get("/Matrix")) or UNIT
                inside = form.get("/Resources") or resources
                _paint(walk, form, inside, times(own, painter.state.matrix), depth + 1)
        else:
            painter.do(name, operands)


class _Painter:
    """One stream of operators."""

    def __init__(self, walk: _Walk, resources: Any, state: _State) -> None:
        self.walk = walk
        self.resources = resources
        self.state = state
        self._kept: list[_State] = []
        self._boxes: list[tuple[float, float, float, float]] = []
        self._line: Matrix = UNIT
        self._at: Matrix = UNIT
        self._leading = 0.0

    def do(self, name: str, operands: Sequence[Any]) -> None:
        if name in ("q", "Q", "cm", "gs"):
            self._set_state(name, operands)
        elif name == "re":
            x, y, width, height = (float(number) for number in operands[:4])
            self._boxes.append((x, y, width, height))
        elif name in ("f", "F", "f*", "B", "B*", "b", "b*"):
            self._fill()
        elif name in ("n", "S", "s"):
            self._boxes = []
        elif name in ("BT", "Td", "TD", "Tm", "T*", "TL", "Tf", "Tr"):
            self._set_text(name, operands)
        elif name in ("Tj", "TJ", "'", '"'):
            if name in ("'", '"'):
                self._next_line(0, -self._leading)
            self._write(operands[-1])

    def _set_state(self, name: str, operands: Sequence[Any]) -> None:
        state = self.state
        if name == "q":
            self._kept.append(_State(**vars(state)))
        elif name == "Q" and self._kept:
            self.state = self._kept.pop()
        elif name == "cm":
            state.matrix = times(_matrix(operands) or UNIT, state.matrix)
        elif name == "gs":
            settings = _object((_object(self.resources.get("/ExtGState")) or {}).get(operands[0]))
            if settings is not None:
                is_blended = str(settings.get("/BM", "/Normal")) not in ("/Normal", "/Compatible")
                state.is_clear = is_blended or float(settings.get("/ca", 1)) < 1

    def _set_text(self, name: str, operands: Sequence[Any]) -> None:
        if name == "BT":
            self._line = self._at = UNIT
        elif name in ("Td", "TD"):
            if name == "TD":
                self._leading = -float(operands[1])
            self._next_line(float(operands[0]), float(operands[1]))
        elif name == "Tm":
            self._line = self._at = _matrix(operands) or UNIT
        elif name == "T*":
            self._next_line(0, -self._leading)
        elif name == "TL":
            self._leading = float(operands[0])
        elif name == "Tr":
            self.state.is_invisible = int(operands[0]) == 3
        elif name == "Tf":
            self.state.size = float(operands[1])
            font = _object((_object(self.resources.get("/Font")) or {}).get(operands[0]))
            is_wide = font is not None and font.get("/Subtype") == "/Type0"
            self.state.bytes_a_letter = 2 if is_wide else 1

    def _next_line(self, x: float, y: float) -> None:
        self._line = self._at = times((1, 0, 0, 1, x, y), self._line)

    def _write(self, shown: Any) -> None:
        size = self.state.size
        width = _width(shown, self.state.bytes_a_letter) * size
        whole = times(self._at, self.state.matrix)
        left, middle = moved(whole, 0, MIDDLE * size)
        right, _ = moved(whole, width, MIDDLE * size)
        height = abs(moved(whole, 0, size)[1] - moved(whole, 0, 0)[1])
        self._at = times((1, 0, 0, 1, width, 0), self._at)
        is_seen = width and height and not self.state.is_invisible
        if is_seen and len(self.walk.texts) < MOST_TEXTS:
            self.walk.texts.append(_Text(min(left, right), max(left, right), middle, height))

    def _fill(self) -> None:
        boxes, self._boxes = self._boxes, []
        if self.state.is_clear:
            return
        for x, y, width, height in boxes:
            corners = [
                moved(self.state.matrix, x + dx, y + dy) for dx in (0, width) for dy in (0, height)
            ]
            left, right = min(c[0] for c in corners), max(c[0] for c in corners)
            low, high = min(c[1] for c in corners), max(c[1] for c in corners)
            under = [text for text in self.walk.texts if _lies_under(text, left, right, low, high)]
            self.walk.covered += len(under)
            if under:
                self.walk.texts = [text for text in self.walk.texts if text not in under]


def _lies_under(text: _Text, left: float, right: float, low: float, high: float) -> bool:
    if not low < text.middle < high or high - low < THINNEST_BOX * text.size:
        return False
    shared = min(text.right, right) - max(text.left, left)
    return shared >= min(text.size, 0.9 * (text.right - text.left))


def _width(shown: Any, bytes_a_letter: int) -> float:
    """About how wide a text is, in heights of its letters."""
    if not isinstance(shown, list):
        return _letters(shown) / bytes_a_letter * LETTER
    return sum(
        -float(part) / 1000 if isinstance(part, int | float) else _width(part, bytes_a_letter)
        for part in shown
        if not isinstance(part, list)
    )


def _letters(text: Any) -> int:
    original = getattr(text, "original_bytes", text)
    return len(original) if isinstance(original, bytes | str) else 0


def _object(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _matrix(numbers: Any) -> Matrix | None:
    try:
        a, b, c, d, e, f = (float(_object(number)) for number in numbers)
    except (TypeError, ValueError):
        return None
    return a, b, c, d, e, f
