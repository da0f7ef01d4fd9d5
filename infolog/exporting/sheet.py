"""The log as rows of text, before it is any kind of file."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from elections.models import Election
from infolog.citing import read_citations
from infolog.importing.wording import is_numbered
from infolog.log import COLUMNS, with_answers
from infolog.models import InformationRequest, InformationRequestQuerySet, Part, Response
from pcc_portal.downloads import LICENCE, LICENCE_URL
from releases.models import Reader
from releases.quoting import outdated

OFFICE, ALL = "office", "all"


@dataclass(frozen=True)
class Sheet:
    """A table with its title and what has to stand above it. ``widths`` are shares of a page."""

    title: str
    lines: tuple[str, ...]
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    publisher: str


@dataclass(frozen=True)
class Column:
    heading: str
    width: int
    cell: Callable[[InformationRequest], str]


def sheet(
    election: Election,
    requests: InformationRequestQuerySet,
    columns: str,
    *,
    reader: Reader,
    at: dt.datetime,
) -> Sheet:
    """The requests, oldest first, with what ``reader`` may see of what they cite."""
    chosen = COLUMN_SETS[columns]
    items = _read(requests, reader, at)
    office = election.office
    return Sheet(
        title=f"Information requests log: {election.name}",
        lines=(
            f"Published by {office.name}. As on {timezone.localdate():%-d %B %Y}.",
            f"© {office.name}. {LICENCE}, {LICENCE_URL}",
        ),
        headings=tuple(column.heading for column in chosen),
        widths=tuple(column.width for column in chosen),
        rows=tuple(tuple(column.cell(item) for column in chosen) for item in items),
        publisher=office.name,
    )


def _read(
    requests: InformationRequestQuerySet, reader: Reader, at: dt.datetime
) -> list[InformationRequest]:
    """Oldest first, with all that is told of each. As many queries for many as for one."""
    found = with_answers(requests.select_related("election__office", "release"))
    items = list(found.order_by("received_on", "slug"))
    read_citations(items, reader, at)
    for name in Part.CITES:
        cited = [row for item in items for part in item.parts.all() for row in part.cites[name]]
        keys = {row.pk for row in cited}
        changed = outdated(type(cited[0]), keys, reader, at) if cited else {}
        for row in cited:
            row.corrected_by = changed[row.pk].by if row.pk in changed else None
    return items


# --- Cells


def _date(item: InformationRequest) -> str:
    return f"{item.received_on:%d/%m/%Y}"


def _form(item: InformationRequest) -> str:
    return item.get_form_display()


def asked(item: InformationRequest) -> str:
    """The question in the office’s way: the topic, a colon, and all parts one after the other."""
    topics = "; ".join(topic.name for topic in item.topics.all())
    return f"{topics}: {_question(item)}" if topics else _question(item)


def _question(item: InformationRequest) -> str:
    text = item.introduction
    for part in item.parts.all():
        space = "\n" if is_numbered(part.question) else " "
        text += (space if text else "") + part.question
    return text


def answered(item: InformationRequest) -> str:
    """The answer in the office’s way: who speaks is told where the words do not tell it."""
    text = ""
    for part in item.parts.all():
        for response in part.responses.all():
            said = _said(response, item)
            space = " " if said == response.text else "\n"
            text += (space if text else "") + said
        if part.outcome_note:
            text += ("\n" if text else "") + _outcome(part)
    if item.note:
        text += ("\n" if text else "") + f"Note: {item.note}"
    return text


def _said(response: Response, item: InformationRequest) -> str:
    is_office = response.responder == item.election.office.short_name and not response.role
    if is_office or _tells(response):
        return response.text
    role = f" ({response.role})" if response.role else ""
    return f"{response.responder}{role}: {response.text}"


def _tells(response: Response) -> bool:
    """Whether the text begins with who speaks, as in “The Chief Constable explained …”."""
    begins = response.text.removeprefix("The ")
    return begins.startswith(response.responder.removeprefix("The ")) or bool(
        response.role
        and re.match(rf"{re.escape(response.role)},? {re.escape(response.responder)}", begins)
    )


def _outcome(part: Part) -> str:
    return f"{part.get_outcome_display()}. {part.outcome_note}"


def _responders(item: InformationRequest) -> str:
    return "; ".join(item.responders)


def _outcomes(item: InformationRequest) -> str:
    return item.outcome_in_words


def _notes(item: InformationRequest) -> str:
    return "\n".join(_lines_of_notes(item))


def _lines_of_notes(item: InformationRequest) -> Iterator[str]:
    parts = item.parts.all()
    for part in parts:
        if part.outcome_note:
            number = f"Part {part.position}: " if len(parts) > 1 else ""
            yield number + _outcome(part)
    if item.note:
        yield item.note


def _responses(item: InformationRequest) -> str:
    return "\n".join(
        f"{response.speaker}: {response.text}"
        for part in item.parts.all()
        for response in part.responses.all()
    )


def _cites(item: InformationRequest) -> str:
    return "\n".join(
        f"{row}{f': {row.amount} ({row.kind})' if name == 'figures' else ''}. "
        f"Source: {row.source}, {row.source_place}{_corrected(row)}"
        for part in item.parts.all()
        for name, rows in part.cites.items()
        for row in rows
    )


def _corrected(row: Any) -> str:
    """What was cited stays as it was; whoever reads it is told that it is not so any more."""
    if row.corrected_by is None:
        return ""
    released = timezone.localdate(row.corrected_by.release.released_at)
    return f". Corrected since, on {released:%-d %B %Y}: see version {row.corrected_by.version}"


def _topics(item: InformationRequest) -> str:
    return "; ".join(topic.name for topic in item.topics.all())


def _published(item: InformationRequest) -> str:
    if item.release is None or item.release.released_at is None:
        return ""
    return f"{timezone.localtime(item.release.released_at):%d/%m/%Y %H:%M}"


COLUMN_SETS: dict[str, Sequence[Column]] = {
    OFFICE: (
        Column(COLUMNS[0], 3, _date),
        Column(COLUMNS[1], 3, _form),
        Column(COLUMNS[2], 9, asked),
        Column(COLUMNS[3], 15, answered),
    ),
    ALL: (
        Column("Reference", 4, lambda item: item.reference),
        Column("Date of request", 4, _date),
        Column("Form of request", 4, _form),
        Column("Topics", 4, _topics),
        Column("Title", 6, lambda item: item.title),
        Column("Information requested", 9, _question),
        Column("Response", 14, _responses),
        Column("Who answered", 4, _responders),
        Column("Outcome", 4, _outcomes),
        Column("Notes", 6, _notes),
        Column("Figures it rests on", 6, _cites),
        Column("Version", 2, lambda item: str(item.version)),
        Column("Published (UK time)", 4, _published),
    ),
}


# --- For programs


def as_json(
    election: Election, requests: InformationRequestQuerySet, *, reader: Reader, at: dt.datetime
) -> dict:
    """Everything that ``reader`` may know of each request, part by part."""
    return {
        "title": f"Information requests log: {election.name}",
        "publisher": election.office.name,
        "licence": {"name": LICENCE, "url": LICENCE_URL},
        "as_on": timezone.localdate().isoformat(),
        "requests": [_request(item) for item in _read(requests, reader, at)],
    }


def _request(item: InformationRequest) -> dict:
    return {
        "reference": item.reference,
        "version": item.version,
        "date": item.received_on.isoformat(),
        "form": item.get_form_display(),
        "topics": [topic.name for topic in item.topics.all()],
        "title": item.title,
        "introduction": item.introduction,
        "audience": item.audience,
        "outcome": item.outcome_in_words,
        "note": item.note,
        "published_at": item.release and item.release.released_at,
        "parts": [
            {
                "question": part.question,
                "outcome": part.get_outcome_display(),
                "outcome_note": part.outcome_note,
                "responses": [
                    {"responder": said.responder, "role": said.role, "text": said.text}
                    for said in part.responses.all()
                ],
                "figures": [_cited(row) for row in part.cites["figures"]],
                "tables": [_cited(row) for row in part.cites["statements"]],
            }
            for part in item.parts.all()
        ],
    }


def _cited(row: Any) -> dict:
    number = {"amount": row.amount, "kind": row.kind} if hasattr(row, "amount") else {}
    return {
        "title": row.title,
        **number,
        "version": row.version,
        "page": f"{row.get_absolute_url()}?version={row.version}",
        "as_at": row.as_at.isoformat(),
        "source": {"title": row.source.title, "place": row.source_place},
        "corrected_by_version": row.corrected_by.version if row.corrected_by else None,
    }
