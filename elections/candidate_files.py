"""Reads a CSV file of candidates, and does what it says: every row or none."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.formats import date_format

from .candidacies import add_candidate, record_status
from .invitations import invite_candidate
from .models import Candidate, Election, User
from .refusals import Refused

# The heading of each column, as the template has it, and what else it may be called.
HEADINGS = {
    "surname": ("Surname", "last name", "family name"),
    "other_names": ("Other names", "first names", "first name", "forenames"),
    "email": ("E-mail", "email", "e-mail address", "email address"),
    "status": ("Status",),
    "effective_from": ("Effective from", "from", "date"),
    "notice_title": ("Notice title", "notice", "official notice"),
    "notice_url": ("Notice link", "link", "link to the notice"),
}
NEEDED = ("surname", "other_names", "email", "status", "effective_from")
# Days as people here write them, and as a spreadsheet does.
DAY_FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d.%m.%Y", "%d-%m-%Y")
KILOBYTES_AT_MOST = 200
ROWS_AT_MOST = 200
EXAMPLE = ("ELLISON", "Amara", "amara@example.org", "Interested", "1 March 2027", "", "")


class UnreadableFile(Exception):
    """Why the file as a whole cannot be read: ``code``, and the sentence for the person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class Row:
    """One line of the file as text; ``number`` is the one a spreadsheet shows beside it."""

    number: int
    values: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What a row does, or would do; with ``code`` it is why the row cannot be taken."""

    row: Row
    sentence: str
    code: str = ""
    does_nothing: bool = False


class _Undone(Exception):
    """Takes everything back that the rows before did."""


def decode(content: bytes) -> str:
    """The text of an uploaded file: UTF-8, else Windows-1252 as older spreadsheets save it.

    Raises ``UnreadableFile``: ``too_big``, ``not_csv``.
    """
    if len(content) > KILOBYTES_AT_MOST * 1024:
        raise UnreadableFile(
            "too_big", f"The file is larger than {KILOBYTES_AT_MOST} KB. Split it."
        )
    if b"\0" in content or content.startswith((b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile(
            "not_csv",
            "This is not a CSV file. In your spreadsheet choose “Save as” and “CSV UTF-8”.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "not_csv", "Some letters cannot be read. Save the file as “CSV UTF-8”."
        ) from error


def read(text: str) -> list[Row]:
    """The rows of a file with commas, semicolons or tabs, its columns in any order.

    Raises ``UnreadableFile``: ``headings``, ``empty``, ``too_long``, ``not_csv``.
    """
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns: list[str | None] | None = None
    rows = []
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if columns is None:
                columns = _columns(cells)
                continue
            named = zip(columns, cells, strict=False)
            values = {name: cell for name, cell in named if name}
            rows.append(Row(reader.line_num, dict.fromkeys(HEADINGS, "") | values))
    except csv.Error as error:
        raise UnreadableFile("not_csv", f"Line {reader.line_num} cannot be read.") from error
    if not rows:
        raise UnreadableFile("empty", "The file has no rows below the headings.")
    if len(rows) > ROWS_AT_MOST:
        raise UnreadableFile("too_long", f"The file has more than {ROWS_AT_MOST} rows. Split it.")
    return rows


def template() -> str:
    """A file to fill in, with one row to show how."""
    out = io.StringIO()
    csv.writer(out).writerows([[names[0] for names in HEADINGS.values()], EXAMPLE])
    return out.getvalue()


def take_in(
    rows: Sequence[Row],
    *,
    election: Election,
    sign_in_url: str,
    by: User,
    at: dt.datetime,
    keep: bool,
) -> list[Outcome]:
    """What each row does. Kept only with ``keep`` and if no row is refused: all of it or nothing.

    A row about somebody who is a candidate of the election already records their status; one that
    says what is recorded does nothing, so a file may be taken in twice.
    """
    outcomes: list[Outcome] = []
    seen: dict[str, int] = {}
    try:
        with transaction.atomic():
            for row in rows:
                outcomes.append(
                    _take(row, seen, election=election, sign_in_url=sign_in_url, by=by, at=at)
                )
            if not keep or any(outcome.code for outcome in outcomes):
                raise _Undone
    except _Undone:
        pass
    return outcomes


def _columns(cells: Sequence[str]) -> list[str | None]:
    called = {
        heading.casefold(): name for name, headings in HEADINGS.items() for heading in headings
    }
    columns = [called.get(" ".join(cell.split()).casefold()) for cell in cells]
    missing = [HEADINGS[name][0] for name in NEEDED if name not in columns]
    if missing:
        raise UnreadableFile(
            "headings",
            f"The first line lacks these headings: {', '.join(missing)}. Take the template.",
        )
    twice = {name for name in columns if name and columns.count(name) > 1}
    if twice:
        raise UnreadableFile(
            "headings",
            f"Two columns are headed alike: {', '.join(HEADINGS[name][0] for name in twice)}.",
        )
    return columns


def _take(row: Row, seen: dict[str, int], **where: Any) -> Outcome:
    try:
        with transaction.atomic():
            return _do(row, seen, **where)
    except Refused as refused:
        return Outcome(row, refused.sentence, refused.code)


def _do(
    row: Row,
    seen: dict[str, int],
    *,
    election: Election,
    sign_in_url: str,
    by: User,
    at: dt.datetime,
) -> Outcome:
    said = row.values
    _refuse_gaps(row, seen)
    status, day = _status(said["status"]), _day(said["effective_from"])
    notice = {name: said[name] for name in ("notice_title", "notice_url")}
    change: dict[str, Any] = {"status": status, "effective_from": day, "by": by, "at": at, **notice}
    told = f"“{status.label}” from {date_format(day, 'j F Y')}"
    standing = Candidate.objects.filter(election=election, user__email__iexact=said["email"])
    candidate = standing.first()
    if candidate and candidate.status_on(day) == status:
        return Outcome(row, f"{candidate}: {told} is recorded. Nothing to do.", does_nothing=True)
    if candidate:
        record_status(candidate, **change)
        return Outcome(row, f"{candidate} stands already. Record {told}.")
    known = User.objects.filter(email__iexact=said["email"]).exists()
    candidate = add_candidate(
        election=election, surname=said["surname"], other_names=said["other_names"], **change
    )
    invite_candidate(candidate, email=said["email"], sign_in_url=sign_in_url, by=by, at=at)
    how = "Invite with the sign-in they have" if known else "Make a sign-in and invite"
    return Outcome(row, f"Add {candidate}, {told}. {how}: {said['email']}.")


def _refuse_gaps(row: Row, seen: dict[str, int]) -> None:
    for name in NEEDED:
        if not row.values[name]:
            raise Refused("empty", f"“{HEADINGS[name][0]}” is empty.", name)
    email = row.values["email"].casefold()
    if email in seen:
        raise Refused("twice", f"Row {seen[email]} has the same e-mail address.", "email")
    seen[email] = row.number


def _status(said: str) -> Candidate.Status:
    wanted = " ".join(said.replace("-", " ").split()).casefold()
    for status in Candidate.Status:
        if wanted == status.label.casefold():
            return status
    known = ", ".join(status.label for status in Candidate.Status)
    raise Refused("status", f"“{said}” is not a status. Write one of: {known}.", "status")


def _day(said: str) -> dt.date:
    for form in DAY_FORMATS:
        try:
            return dt.datetime.strptime(said, form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
    raise Refused(
        "date", f"“{said}” is not a date. Write it as 1 March 2027 or 01/03/2027.", "effective_from"
    )
