"""From rows to proposed requests. Every cell goes somewhere that can be told."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from infolog.models import title_from

from .columns import Columns, Use, is_header, recognise
from .columns import _uses as uses_of
from .days import Day, day_of, form_of, is_far, stamp_of
from .doubts import Doubt, Names, doubts_of_answer, doubts_of_names
from .table import Row, Table
from .wording import Said, parts_of, responses_in, topic_of

MASK = "(kept in the original only)"
_DITTO = re.compile(r"[\"'”“„〃-]+|ditto|do\.?|as above", re.IGNORECASE)


class Fate(StrEnum):
    """What became of a row."""

    USED = "used"
    MERGED = "merged"
    HEADER = "header"
    HEADING = "heading"
    OUTSIDE = "outside"

    @property
    def sentence(self) -> str:
        return _FATES[self]


_FATES = {
    Fate.USED: "Begins a request.",
    Fate.MERGED: "Continues the row above.",
    Fate.HEADER: "Names the columns. Dropped.",
    Fate.HEADING: "A heading: proposed as the topic of what follows.",
    Fate.OUTSIDE: "Stands outside the table. Dropped.",
}


@dataclass
class ProposedPart:
    question: str
    outcome: str = "answered"
    outcome_note: str = ""
    responses: list[Said] = field(default_factory=list)


@dataclass
class Proposed:
    """One request as it would be made, the rows it was read from, and what is in doubt."""

    rows: list[Row]
    date: dt.date | None = None
    form: str = ""
    form_text: str = ""
    topic: str = ""
    title: str = ""
    introduction: str = ""
    question: str = ""
    parts: list[ProposedPart] = field(default_factory=list)
    note: str = ""
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        return any(doubt.waits for doubt in self.doubts)

    @property
    def responses(self) -> Iterator[Said]:
        for part in self.parts:
            yield from part.responses


@dataclass
class Proposal:
    """What a whole log would become."""

    columns: Columns
    entries: list[Proposed]
    dropped: list[tuple[Row, Fate]]
    notes: list[str]

    @property
    def rows_used(self) -> int:
        return len(self.entries)

    @property
    def rows_merged(self) -> int:
        return sum(len(entry.rows) - 1 for entry in self.entries)

    @property
    def rows_dropped(self) -> int:
        return len(self.dropped)

    @property
    def rows_read(self) -> int:
        return self.rows_used + self.rows_merged + self.rows_dropped

    @property
    def rows_waiting(self) -> int:
        return sum(len(entry.rows) for entry in self.entries if entry.waits)


@dataclass(frozen=True)
class Context:
    """What has to be known of the election, and what was matched by hand."""

    poll: dt.date
    candidates: Sequence[str] = ()
    columns: Columns | None = None
    form: str = ""  # where the log does not tell how a request came


def propose(table: Table, context: Context) -> Proposal:
    """Every row of the table as part of a proposed request, or dropped for a reason told."""
    columns = context.columns or recognise(table.rows)
    groups, dropped = _Grouping(columns, by_hand=context.columns is not None).of(table.rows)
    askers = {
        row[column]
        for group in groups
        for row in group.rows
        for column in _asker_columns(group.columns)
        if row[column]
    }
    names = Names([*context.candidates, *askers])
    entries = [_entry(group, context, names) for group in groups]
    notes = [*table.notes, *_notes(columns, bool(askers), groups)]
    masked = [(_masked(row, columns), fate) for row, fate in dropped]
    return Proposal(columns, entries, masked, notes)


def _notes(columns: Columns, has_askers: bool, groups: list["Group"]) -> Iterator[str]:
    if has_askers:
        yield (
            "A column tells who asked. It stays in the original file and is copied nowhere: "
            "neither into a draft nor onto this page."
        )
    for column, use in enumerate(columns.uses):
        if use is Use.NOTHING and any(row[column] for group in groups for row in group.rows):
            heading = columns.headings[column] if column < len(columns.headings) else ""
            yield f"Column {column + 1}, “{heading}”, is not used. It stays in the original file."


@dataclass
class Group:
    """The rows of one request, under the columns that held there."""

    columns: Columns
    rows: list[Row]
    heading: str = ""
    day_above: str = ""


class _Grouping:
    """Decides row by row: header, heading, beginning of a request, or more of the one above."""

    def __init__(self, columns: Columns, *, by_hand: bool) -> None:
        self._columns = columns
        self._by_hand = by_hand
        self._groups: list[Group] = []
        self._dropped: list[tuple[Row, Fate]] = []
        self._heading = ""

    def of(self, rows: Iterable[Row]) -> tuple[list[Group], list[tuple[Row, Fate]]]:
        for row in rows:
            self._take(row)
        return self._groups, self._dropped

    def _take(self, row: Row) -> None:
        columns = self._columns
        if row.number < columns.header:
            self._dropped.append((row, Fate.OUTSIDE))
        elif row.number == columns.header or is_header(row):
            self._dropped.append((row, Fate.HEADER))
            self._change_columns(row)
        elif self._is_heading(row):
            self._heading = next(cell for cell in row.cells if cell).rstrip(":")
            self._dropped.append((row, Fate.HEADING))
        elif self._groups and self._continues(row):
            self._groups[-1].rows.append(row)
        else:
            above = self._groups[-1].rows[0][columns.of(Use.DATE)] if self._groups else ""
            self._groups.append(Group(columns, [row], self._heading, above))

    def _change_columns(self, row: Row) -> None:
        """A header that names other columns holds from here on, unless they were set by hand."""
        uses = uses_of(row.cells)
        if not self._by_hand and uses != self._columns.uses[: len(uses)]:
            self._columns = Columns(uses, row.cells, self._columns.header)

    def _is_heading(self, row: Row) -> bool:
        filled = [cell for cell in row.cells if cell]
        text = filled[0]
        return (
            len(filled) == 1
            and len(self._columns.uses) > 2
            and (bool(row[0]) or row.place.startswith("Text outside"))
            and self._columns.of(Use.QUESTION) != 0
            and len(text) <= 80
            and not re.search(r"[.?!]$", text)
            and day_of(text, dt.date(2000, 1, 1)) is None
            and not any(char.isdigit() for char in text[:1])
        )

    def _continues(self, row: Row) -> bool:
        """Whether only later columns go on, or the question does in the middle of a sentence."""
        columns = self._columns
        leading = (Use.DATE, Use.FORM, Use.TOPIC, Use.REFERENCE, Use.ASKER)
        if any(row[columns.of(use)] for use in leading if columns.of(use) >= 0):
            return False
        question = row[columns.of(Use.QUESTION)]
        if not question:
            return True
        has_response = columns.of(Use.RESPONSE) >= 0 and row[columns.of(Use.RESPONSE)]
        has_leading = any(columns.of(use) >= 0 for use in leading)
        return has_leading and (question[0].islower() or not has_response)


def _asker_columns(columns: Columns) -> list[int]:
    return [column for column, use in enumerate(columns.uses) if use is Use.ASKER]


def _masked(row: Row, columns: Columns) -> Row:
    hidden = _asker_columns(columns)
    if not any(row[column] for column in hidden) or row.number <= columns.header:
        return row
    cells = [MASK if i in hidden and cell else cell for i, cell in enumerate(row.cells)]
    return replace(row, cells=tuple(cells))


# --- One request


def _entry(group: Group, context: Context, names: Names) -> Proposed:
    first = group.rows[0]
    columns = group.columns
    entry = Proposed(rows=[_masked(row, columns) for row in group.rows])
    said = stamp_of(_joined(group, Use.QUESTION), context.poll)
    if day_of(first[columns.of(Use.DATE)], context.poll):
        # A date column that tells the day leaves the question as it is.
        said = replace(said, day=None, day_text="", rest=_joined(group, Use.QUESTION))
    entry.doubts += _date(entry, group, said.day, context)
    entry.doubts += _form(entry, first[columns.of(Use.FORM)], said.form_text, context)
    topic, question = topic_of(said.rest)
    entry.question = question
    entry.topic = (first[columns.of(Use.TOPIC)] or topic or group.heading)[:80]
    if first[columns.of(Use.TOPIC)] and topic:
        entry.question = said.rest
    _parts(entry, group)
    entry.title = _title(entry)
    entry.note = "\n".join(_note(group))
    entry.doubts += _other_doubts(entry, group)
    entry.doubts += doubts_of_names(first.number, _texts(entry), names)
    return entry


def _texts(entry: Proposed) -> list[str]:
    said = [text for r in entry.responses for text in (r.responder, r.role, r.text)]
    return [entry.topic, entry.introduction, *(p.question for p in entry.parts), *said, entry.note]


def _joined(group: Group, use: Use) -> str:
    """The cell of a column over all rows of a request, in order."""
    column = group.columns.of(use)
    cells = [row[column] for row in group.rows if row[column]]
    text = ""
    for cell in cells:
        text += (" " if cell[0].islower() else "\n") + cell if text else cell
    return text


def _date(
    entry: Proposed, group: Group, in_question: Day | None, context: Context
) -> Iterator[Doubt]:
    first = group.rows[0]
    text = first[group.columns.of(Use.DATE)]
    found = day_of(text, context.poll) if text else in_question
    if text and not found and _DITTO.fullmatch(text):
        found = day_of(group.day_above, context.poll)
        text = ""
    if found:
        entry.date = found.day
        yield from _date_doubts(found, text, first.number, context)
    elif text:
        yield Doubt("date", f"“{text[:40]}” is not a date.", first.number)
    elif (above := day_of(group.day_above, context.poll)) and not group.columns.of(Use.DATE) < 0:
        entry.date = above.day
        yield Doubt(
            "date-above", "The row has no date. That of the row above is proposed.", first.number
        )
    else:
        yield Doubt("date-missing", "The log tells no date for this. Enter it.", first.number)


def _date_doubts(found: Day, text: str, row: int, context: Context) -> Iterator[Doubt]:
    told = f"{found.day:%-d %B %Y}"
    if found.code == "year":
        yield Doubt("date-year", f"The log tells no year. By the election it was {told}.", row)
    if found.code == "order":
        yield Doubt("date-order", f"“{text[:40]}” has the month first: {told}.", row)
    if is_far(found.day, context.poll):
        yield Doubt("date-far", f"{told} is far from the poll. Check the year.", row)


def _form(entry: Proposed, text: str, in_question: str, context: Context) -> Iterator[Doubt]:
    entry.form_text = text or in_question
    entry.form = form_of(entry.form_text) or context.form
    if entry.form_text and not form_of(entry.form_text):
        told = f"“{entry.form_text[:40]}” is no form of request the portal knows. Choose one."
        yield Doubt("form", told, entry.rows[0].number)
    elif not entry.form:
        yield Doubt("form-missing", "The log does not tell how it was asked.", entry.rows[0].number)


def _parts(entry: Proposed, group: Group) -> None:
    entry.introduction, questions = parts_of(entry.question)
    entry.parts = [ProposedPart(question) for question in questions]
    if not entry.parts:
        entry.parts = [ProposedPart(entry.introduction or entry.question)]
        entry.introduction = ""
    answers = _answers(group)
    if len(entry.parts) > 1 and (numbered := _numbered(group, len(entry.parts))):
        for part, text in zip(entry.parts, numbered, strict=True):
            part.responses = responses_in(text)
    else:
        entry.parts[0].responses = answers
    for part in entry.parts:
        if not part.responses:
            part.outcome = "not-answered"


def _answers(group: Group) -> list[Said]:
    """What was said, cell by cell. A cell that goes on in the middle of a sentence is joined."""
    column, who = group.columns.of(Use.RESPONSE), group.columns.of(Use.RESPONDER)
    said: list[Said] = []
    for row in group.rows:
        if not row[column]:
            continue
        found = responses_in(row[column])
        if row[who] and len(found) == 1 and not found[0].responder:
            found = [replace(found[0], responder=row[who][:100])]
        if said and found[0].text[0].islower() and not re.search(r"[.?!:]\W*$", said[-1].text):
            first = found.pop(0)
            said[-1] = replace(said[-1], text=f"{said[-1].text} {first.text}")
        said += found
    return said


_NUMBER = re.compile(r"(?:(?<=\n)|^|(?<=[.?!] ))(?=\(?\d{1,2}[.)]\s)")


def _numbered(group: Group, count: int) -> list[str]:
    """The answer parted by its numbers, when there is one for each question."""
    pieces = [piece.strip() for piece in _NUMBER.split(_joined(group, Use.RESPONSE))]
    pieces = [piece for piece in pieces if piece]
    starts = [re.match(r"\(?(\d{1,2})", piece) for piece in pieces]
    if len(pieces) != count or [int(s[1]) for s in starts if s] != [*range(1, count + 1)]:
        return []
    return pieces


def _title(entry: Proposed) -> str:
    question = entry.parts[0].question
    return title_from(f"{entry.topic}: {question}" if entry.topic else question)


def _note(group: Group) -> Iterator[str]:
    first, columns = group.rows[0], group.columns
    if answered := first[columns.of(Use.RESPONSE_DATE)]:
        yield f"Date of the response in the office’s log: {answered}."
    if documents := _joined(group, Use.DOCUMENTS):
        yield f"Documents named in the office’s log: {documents}"


def _other_doubts(entry: Proposed, group: Group) -> Iterator[Doubt]:
    first, columns = group.rows[0], group.columns
    if not entry.question.strip():
        told = "The row has no question. Merge it with the one above, or write the question."
        yield Doubt("question-missing", told, first.number)
    if not columns.is_usable:
        yield Doubt("columns", "No column is known to hold the question.", first.number)
    provided = first[columns.of(Use.PROVIDED)].strip().lower()
    if provided[:1] == "n":
        yield Doubt("not-provided", "The log says that it was not provided.", first.number)
    elif provided and provided[:1] != "y":
        yield Doubt("provided", f"“{provided[:60]}” says neither yes nor no.", first.number)
    for row in group.rows:
        if any(row[i] for i in range(len(columns.uses), len(row.cells))):
            told = "A cell stands beside the last column. It stays in the original only."
            yield Doubt("extra-cell", told, row.number)
    yield from doubts_of_answer(entry, first.number)
