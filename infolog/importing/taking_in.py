"""Takes a file in, keeps it, and makes proposals of its rows."""

import datetime as dt
import hashlib
import logging
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from elections.models import Candidate, Election, User
from elections.refusals import Refused
from infolog.models import ImportedRequest, InformationRequest, LogImport, Part, new_reference
from pcc_portal.jobs import hand_over

from .columns import Columns, Use, recognise
from .doubts import Doubt
from .entries import Context, Proposal, Proposed, propose
from .reading import read, read_pasted
from .table import Row, Table

logger = logging.getLogger(__name__)

PASTED = "pasted text.txt"
AT_A_TIME = 500
PROPOSING = "infolog.importing.taking_in.make_proposals"


def table_of(content: bytes, filename: str) -> Table:
    """The rows of an upload, or of pasted text. Raises ``UnreadableFile``."""
    if filename == PASTED:
        return read_pasted(content.decode())
    return read(content, filename)


def take_in(
    content: bytes, filename: str, *, election: Election, by: User | None, at: dt.datetime
) -> LogImport:
    """Keep a file that can be read, with its columns as far as they are recognised.

    Raises ``UnreadableFile``, and ``Refused``: ``twice``. Then nothing is kept.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if before := election.log_imports.filter(sha256=sha256).first():
        raise Refused(
            "twice",
            f"This very file was taken in on {timezone.localtime(before.made_at):%-d %B %Y}. "
            "Go on with that import, or delete it first.",
        )
    table = table_of(content, filename)
    columns = recognise(table.rows)
    log_import = LogImport(
        election=election,
        filename=PurePath(filename).name[:200],
        format=table.format,
        sha256=sha256,
        uses=[str(use) for use in columns.uses],
        headings=list(columns.headings),
        header=columns.header,
        responder=election.office.short_name[:100],
        notes=table.notes,
        rows_read=len(table.rows),
        made_at=at,
        made_by=by,
    )
    # The name on the disk tells nothing: people put names into file names.
    ending = PurePath(filename).suffix.lower()[:6]
    log_import.file.save(f"{sha256[:16]}{ending}", ContentFile(content), save=False)
    try:
        log_import.save()
    except BaseException:
        log_import.file.delete(save=False)
        raise
    return log_import


def kept_table(log_import: LogImport) -> Table:
    """The rows of the file that was kept. Raises ``Refused``: ``gone``."""
    if not log_import.file:
        raise Refused("gone", "The original file was deleted. Take the log in again.")
    with log_import.file.open("rb") as stream:
        return table_of(stream.read(), log_import.filename)


def context_of(election: Election, columns: Columns | None = None, form: str = "") -> Context:
    """What reading a log needs to know of the election. One query."""
    names = [
        f"{candidate.other_names} {candidate.surname}"
        for candidate in Candidate.objects.filter(election=election)
    ]
    return Context(election.poll_date, names, columns, form)


def confirm_columns(
    log_import: LogImport, uses: Iterable[str], *, form: str, responder: str
) -> None:
    """Match the columns as a person said, and have the rows read. Raises as ``match_columns``."""
    with transaction.atomic():
        match_columns(log_import, uses, form=form, responder=responder)
        hand_over(PROPOSING, log_import.pk)


def match_columns(log_import: LogImport, uses: Iterable[str], *, form: str, responder: str) -> None:
    """What was proposed before is to be made anew.

    Raises ``Refused``: ``columns``; ``working`` while drafts are made of it; ``applied`` after.
    """
    chosen = [Use(use) for use in uses]
    named = [use for use in chosen if use not in (Use.NOTHING, Use.ASKER)]
    if Use.QUESTION not in named:
        raise Refused("columns", "Say which column holds the question.")
    if len(named) != len(set(named)):
        twice = next(use for use in named if named.count(use) > 1)
        raise Refused("columns", f"Two columns are matched to “{twice.label}”. Choose one.")
    with transaction.atomic():
        log_import.refresh_from_db(from_queryset=LogImport.objects.select_for_update(of=("self",)))
        if log_import.state == LogImport.State.APPLYING:
            raise Refused("working", "Drafts are being made of this. The columns stay.")
        if log_import.requests.exclude(item=None).exists():
            raise Refused("applied", "Drafts were made of this already. The columns stay.")
        log_import.uses = [str(use) for use in chosen]
        log_import.form, log_import.responder = form, responder.strip()
        log_import.state = LogImport.State.READING
        log_import.work_done, log_import.work_total = 0, log_import.rows_read
        log_import.save()


def make_proposals(pk: int) -> str:
    """What the job worker does: read the file and keep what is proposed, a few rows at a time."""
    log_import = LogImport.objects.filter(pk=pk, state=LogImport.State.READING).first()
    if log_import is None:
        return "Nothing to read."
    try:
        proposal = proposal_of(log_import)
        keep(log_import, proposal)
    except Exception:
        LogImport.objects.filter(pk=pk).update(state=LogImport.State.FAILED)
        raise
    return f"{len(proposal.entries)} requests proposed."


def proposal_of(log_import: LogImport) -> Proposal:
    """What the kept file would become by its columns as they are matched now."""
    uses = tuple(Use(use) for use in log_import.uses)
    columns = Columns(uses, tuple(log_import.headings), log_import.header)
    table = kept_table(log_import)
    recognised = recognise(table.rows)
    # Only what a person changed holds for the whole file; else a later header may change it.
    by_hand = columns if columns.uses != recognised.uses else None
    return propose(table, context_of(log_import.election, by_hand, log_import.form))


def keep(log_import: LogImport, proposal: Proposal) -> None:
    """Write the proposal down in place of any before, and tell how far that is."""
    known = _known_questions(log_import.election)
    log_import.requests.all().delete()
    entries = proposal.entries
    slugs = new_slugs(len(entries))
    for begin in range(0, len(entries), AT_A_TIME):
        some = entries[begin : begin + AT_A_TIME]
        rows = [
            as_row(log_import, begin + number, entry, known, slugs[begin + number - 1])
            for number, entry in enumerate(some, start=1)
        ]
        ImportedRequest.objects.bulk_create(rows)
        done = sum(len(entry.rows) for entry in entries[: begin + len(some)])
        LogImport.objects.filter(pk=log_import.pk).update(work_done=done)
    log_import.notes = proposal.notes
    log_import.dropped = [
        {**row_as_json(row), "fate": str(fate), "told": fate.sentence}
        for row, fate in proposal.dropped
    ]
    log_import.rows_read = proposal.rows_read
    log_import.rows_used, log_import.rows_merged = proposal.rows_used, proposal.rows_merged
    log_import.work_done = log_import.work_total = proposal.rows_read
    log_import.state = LogImport.State.REVIEW
    log_import.save()


def new_slugs(count: int) -> list[str]:
    """New references nobody has. A query, and seldom a second one.

    They are sorted, so that a log stays in its office’s order, in which it was public already.
    """
    slugs: set[str] = set()
    while len(slugs) < count:
        new = {new_reference().lower() for _ in range(count - len(slugs))}
        known = InformationRequest.objects.filter(slug__in=new).values_list("slug", flat=True)
        slugs |= new - set(known)
    return sorted(slugs)


def _known_questions(election: Election) -> set[str]:
    questions = Part.objects.filter(request__election=election).values_list("question", flat=True)
    return {_squeezed(question) for question in questions}


def _squeezed(text: str) -> str:
    return " ".join(text.lower().split())


def as_row(
    log_import: LogImport, position: int, entry: Proposed, known: set[str], slug: str
) -> ImportedRequest:
    """A proposal as it is kept; one that the log has already is told."""
    doubts = list(entry.doubts)
    question = _squeezed(entry.parts[0].question)
    if question and question in known:
        told = "The log of this election has this question already. Leave it out, or say why not."
        doubts.append(Doubt("known", told, entry.rows[0].number))
    return ImportedRequest(
        log_import=log_import,
        position=position,
        slug=slug,
        rows=[row_as_json(row) for row in entry.rows],
        date=entry.date,
        form=entry.form,
        topic=entry.topic,
        title=entry.title,
        introduction=entry.introduction,
        parts=parts_as_json(entry),
        note=entry.note,
        doubts=doubts_as_json(doubts),
        waits=any(doubt.waits for doubt in doubts),
    )


def row_as_json(row: Row) -> dict[str, Any]:
    return {"number": row.number, "place": row.place, "cells": list(row.cells)}


def doubts_as_json(doubts: Iterable[Doubt]) -> list[dict[str, Any]]:
    return [
        {"code": d.code, "sentence": d.sentence, "row": d.row, "waits": d.waits} for d in doubts
    ]


def parts_as_json(entry: Proposed) -> list[dict[str, Any]]:
    return [
        {
            "question": part.question,
            "outcome": part.outcome,
            "outcome_note": part.outcome_note,
            "responses": [
                {"responder": said.responder, "role": said.role, "text": said.text}
                for said in part.responses
            ],
        }
        for part in entry.parts
    ]


# --- What the command prints


def as_json(proposal: Proposal) -> dict[str, Any]:
    """A whole proposal, for programs."""
    return {
        "rows_read": proposal.rows_read,
        "rows_used": proposal.rows_used,
        "rows_merged": proposal.rows_merged,
        "rows_dropped": proposal.rows_dropped,
        "rows_waiting": proposal.rows_waiting,
        "columns": [
            {"heading": heading, "use": str(use)}
            for heading, use in zip(_headings(proposal.columns), proposal.columns.uses, strict=True)
        ],
        "dropped": [{**row_as_json(row), "fate": str(fate)} for row, fate in proposal.dropped],
        "notes": proposal.notes,
        "requests": [_request_as_json(entry) for entry in proposal.entries],
    }


def _headings(columns: Columns) -> Iterator[str]:
    for column in range(len(columns.uses)):
        yield columns.headings[column] if column < len(columns.headings) else ""


def _request_as_json(entry: Proposed) -> dict[str, Any]:
    cells = {row.number: row for row in entry.rows}
    form = InformationRequest.Form(entry.form).label if entry.form else ""
    return {
        "date": entry.date.isoformat() if entry.date else None,
        "form": form,
        "topic": entry.topic,
        "title": entry.title,
        "introduction": entry.introduction,
        "question": entry.question,
        "parts": parts_as_json(entry),
        "responses": [
            {"responder": said.responder, "role": said.role, "text": said.text}
            for said in entry.responses
        ],
        "note": entry.note,
        "rows": [row_as_json(row) for row in entry.rows],
        "waits": entry.waits,
        "warnings": [
            {
                "code": doubt.code,
                "sentence": doubt.sentence,
                "row": doubt.row,
                "place": cells[doubt.row].place,
                "original": list(cells[doubt.row].cells),
                "waits": doubt.waits,
            }
            for doubt in entry.doubts
        ],
    }
