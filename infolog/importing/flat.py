"""Logs without a table: “Date received”, “Question” and “Answer” before each piece of text."""

import re

from .columns import LABELS, Use
from .table import Gathered, Table, UnreadableFile

_LABEL = re.compile(r"\W*([A-Za-z][A-Za-z’' ]{0,40}?)\s*(?:\d{1,3})?\s*(?:[:–—]|\s-\s|$)\s*(.*)")
_BEFORE_DATE = re.compile(r"\W*(date(?: \w+){0,3}?|received|asked)\s+(\d.*)", re.IGNORECASE)
_SHORT = 70
HEADINGS = {
    Use.REFERENCE: "Reference number",
    Use.DATE: "Date received",
    Use.FORM: "Form of request",
    Use.TOPIC: "Topic",
    Use.ASKER: "Candidate’s name",
    Use.QUESTION: "Question",
    Use.RESPONSE: "Answer",
    Use.RESPONSE_DATE: "Date of response",
    Use.PROVIDED: "Provided",
}


def read_flat(text: str) -> Table:
    """A table made of the labels. Raises ``UnreadableFile``: ``no_table``."""
    records: list[tuple[int, dict[Use, list[str]]]] = []
    before: list[tuple[int, str]] = []
    current: dict[Use, list[str]] = {}
    use: Use | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        found = _labelled(line)
        if found is None:
            if use is not None:
                current[use].append(line)
            elif line.strip():
                before.append((number, line))
            continue
        use, rest = found
        if _begins(use, current):
            topic = _heading_below(current)
            current = {Use.TOPIC: [topic]} if topic and use is not Use.TOPIC else {}
            records.append((number, current))
        current.setdefault(use, []).append(rest)
    if not any(Use.QUESTION in record for _, record in records):
        raise UnreadableFile(
            "no_table",
            "No table was found, and no “Question” and “Answer” at the beginning of lines. "
            "Copy the table in Word or your spreadsheet and paste it here.",
        )
    return Table("flat", _rows(records, before))


def _rows(records: list[tuple[int, dict[Use, list[str]]]], before: list[tuple[int, str]]) -> list:
    gathered = Gathered()
    for number, line in before:
        gathered.add([line], f"Line {number}")
    used = [use for use in HEADINGS if any(use in record for _, record in records)]
    gathered.add([HEADINGS[use] for use in used], "Labels in the text")
    for number, record in records:
        gathered.add(
            [re.sub(r"\n{3,}", "\n\n", "\n".join(record.get(use, []))) for use in used],
            f"Line {number}",
        )
    return gathered.rows


def _labelled(line: str) -> tuple[Use, str] | None:
    if match := _BEFORE_DATE.match(line):
        use = LABELS.get(match[1].lower())
        return (use, match[2]) if use else None
    match = _LABEL.match(line)
    use = LABELS.get(" ".join(match[1].lower().split())) if match else None
    return (use, match[2]) if match and use in HEADINGS else None


def _begins(use: Use, current: dict[Use, list[str]]) -> bool:
    """A label that was there already, or one that stands above a question, begins a request."""
    if not current or use in current:
        return True
    above = (Use.REFERENCE, Use.DATE, Use.TOPIC, Use.FORM, Use.ASKER)
    return use in above and Use.RESPONSE in current


def _heading_below(current: dict[Use, list[str]]) -> str:
    """A short last line after an empty one: the heading of what follows. It is taken out."""
    lines = current.get(Use.RESPONSE, [])
    filled = [i for i, line in enumerate(lines) if line.strip()]
    if len(filled) < 2:
        return ""
    last = filled[-1]
    text = lines[last].strip()
    if lines[last - 1].strip() or len(text) > _SHORT or re.search(r"[.?!:;,”\"]$", text):
        return ""
    del lines[last:]
    return text
