"""What a person says of a proposed request: it may stand, it is changed, merged or left out.

Each locks the row and reads it anew: a worker may be making a draft of it, or reading the file.
All raise ``Refused``: ``drafted`` when a draft was made of it, ``gone`` when it was read anew.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import transaction

from elections.models import User
from elections.refusals import Refused
from infolog.models import ImportedRequest, LogImport

from .doubts import (
    NAME,
    NO_ANSWER,
    ONE_ANSWER,
    UNFINISHED,
    Doubt,
    Names,
    doubts_of_answer,
    doubts_of_names,
)
from .entries import Proposed, ProposedPart
from .table import Row
from .taking_in import context_of, doubts_as_json
from .wording import Said

# Doubts of what a row says, found anew each time; those of a field by the first part of their code;
# and those of what was lacking, which ``missing`` asks anew.
LOOKED_AT_AGAIN = frozenset({"missing", NO_ANSWER, UNFINISHED, ONE_ANSWER, NAME})
SETTLED_BY = ("date", "form")
FILLED_IN = frozenset({"date-missing", "form-missing", "question-missing", "columns"})
SAY_WHY = "Say why, in a sentence."


def accept(row: ImportedRequest, *, by: User, at: dt.datetime, reason: str = "") -> None:
    """It becomes a draft as it stands.

    Raises ``Refused``: ``incomplete``, ``reason``.
    """
    with transaction.atomic():
        _hold(row)
        _refuse_incomplete(row)
        if row.waits and not reason.strip():
            raise Refused("reason", SAY_WHY, "reason")
        _decide(row, ImportedRequest.Decision.ACCEPTED, by=by, at=at, reason=reason)


def leave_out(row: ImportedRequest, *, by: User, at: dt.datetime, reason: str) -> None:
    """It becomes no draft. Raises ``Refused``: ``reason``."""
    if not reason.strip():
        raise Refused("reason", SAY_WHY, "reason")
    with transaction.atomic():
        _hold(row)
        _decide(row, ImportedRequest.Decision.LEFT_OUT, by=by, at=at, reason=reason)


def reopen(row: ImportedRequest, *, by: User, at: dt.datetime) -> None:
    """Take back that it was accepted or left out. Raises ``Refused``: ``merged``."""
    with transaction.atomic():
        _hold(row)
        if row.decision == ImportedRequest.Decision.MERGED:
            raise Refused("merged", "It is part of the request before. Change that one.")
        row.waits = True
        _decide(row, ImportedRequest.Decision.OPEN, by=by, at=at, reason="")


def merge(row: ImportedRequest, *, by: User, at: dt.datetime) -> ImportedRequest:
    """Make it part of the request before, which is given back.

    Raises ``Refused``: ``first``.
    """
    decision = ImportedRequest.Decision
    with transaction.atomic():
        # In the order in which all others lock them, so that nobody waits for one who waits.
        held = ImportedRequest.objects.filter(
            log_import=row.log_import_id, position__lte=row.position
        ).exclude(decision__in=[decision.MERGED, decision.LEFT_OUT])
        pks = held.order_by("-position").values_list("pk", flat=True)[:2]
        list(ImportedRequest.objects.select_for_update().filter(pk__in=list(pks)))
        _hold(row)
        before = held.exclude(pk=row.pk).last()
        if before is None:
            raise Refused("first", "There is no request before it to merge it with.")
        _hold(before)
        before.rows += row.rows
        before.parts = _joined(before.parts, row)
        before.note = "\n".join(filter(None, [before.note, row.note]))
        check_again(before, also=row.doubts)
        before.decision = decision.OPEN
        before.save()
        _decide(row, decision.MERGED, by=by, at=at, reason="")
    return before


def _joined(parts: list[dict[str, Any]], row: ImportedRequest) -> list[dict[str, Any]]:
    """The parts of both; an answer without a question goes on where the last one ended."""
    joined = [dict(part, responses=[*part["responses"]]) for part in parts]
    for part in row.parts:
        if part["question"].strip():
            introduced = [row.introduction] if part is row.parts[0] and row.introduction else []
            joined.append(dict(part, question=" ".join([*introduced, part["question"]])))
        elif joined:
            joined[-1]["responses"] += part["responses"]
            if part["responses"] and joined[-1]["outcome"] == "not-answered":
                joined[-1]["outcome"] = "answered"
    return joined


def change(
    row: ImportedRequest, fields: dict[str, Any], *, by: User, at: dt.datetime
) -> Sequence[dict[str, Any]]:
    """Keep what a person made of it. Returns what is left in doubt; if nothing is, it may stand."""
    with transaction.atomic():
        _hold(row)
        changed = {name for name in fields if fields[name] != getattr(row, name)}
        for name, value in fields.items():
            setattr(row, name, value)
        check_again(row, settled=changed & {*SETTLED_BY})
        decision = ImportedRequest.Decision
        _decide(row, decision.OPEN if row.waits else decision.ACCEPTED, by=by, at=at, reason="")
    doubts: list[dict[str, Any]] = row.doubts
    return doubts


def accept_all(
    log_import: LogImport, code: str, *, by: User, at: dt.datetime, reason: str
) -> tuple[int, int]:
    """Accept every request about which nothing but ``code`` is in doubt, for one reason.

    Returns how many, and how many still lack a date, a form or a question.
    """
    if not reason.strip():
        raise Refused("reason", SAY_WHY, "reason")
    accepted = []
    lacking = 0
    with transaction.atomic():
        for row in log_import.requests.waiting().select_for_update(of=("self",)):
            if {doubt["code"] for doubt in row.doubts if doubt["waits"]} != {code}:
                continue
            if missing(row):
                lacking += 1
                continue
            row.decision, row.reason = ImportedRequest.Decision.ACCEPTED, reason.strip()
            row.decided_by, row.decided_at = by, at
            accepted.append(row)
        fields = ["decision", "reason", "decided_by", "decided_at"]
        ImportedRequest.objects.bulk_update(accepted, fields, batch_size=500)
    return len(accepted), lacking


def missing(row: ImportedRequest) -> list[str]:
    """What a draft cannot do without, in words."""
    lacks = {
        "the date of request": row.date,
        "the form of request": row.form,
        "a title": row.title.strip(),
        "the question": row.parts and all(part["question"].strip() for part in row.parts),
    }
    return [what for what, there in lacks.items() if not there]


def check_again(
    row: ImportedRequest,
    *,
    settled: Collection[str] = (),
    also: Iterable[dict[str, Any]] = (),
) -> None:
    """The doubts about it as it now stands. Two queries.

    What only the file could tell, as that a date is far from the poll, stays in doubt until a
    person changes the field it is about (``settled``) or accepts the request for a reason.
    """
    kept = [doubt for doubt in [*row.doubts, *also] if _stands(doubt["code"], settled)]
    entry = _proposed(row)
    number = row.rows[0]["number"]
    names = Names(context_of(row.log_import.election).candidates)
    said = [text for r in entry.responses for text in (r.responder, r.role, r.text)]
    questions = [part.question for part in entry.parts]
    doubts = [
        *(Doubt("missing", f"It lacks {what}. Enter it.", number) for what in missing(row)),
        *doubts_of_answer(entry, number),
        *doubts_of_names(
            number, [row.title, row.topic, row.introduction, *questions, *said, row.note], names
        ),
    ]
    told = {(doubt["code"], doubt["sentence"]): doubt for doubt in [*kept, *doubts_as_json(doubts)]}
    row.doubts = list(told.values())
    row.waits = any(doubt["waits"] for doubt in row.doubts)


def _stands(code: str, settled: Collection[str]) -> bool:
    """Whether a doubt was raised by the file alone, and nobody has settled it since."""
    kind = code.partition("-")[0]
    return code not in LOOKED_AT_AGAIN and code not in FILLED_IN and kind not in settled


def _proposed(row: ImportedRequest) -> Proposed:
    rows = [Row(r["number"], r["place"], tuple(r["cells"])) for r in row.rows]
    parts = [
        ProposedPart(
            part["question"],
            part["outcome"],
            part["outcome_note"],
            [Said(**said) for said in part["responses"]],
        )
        for part in row.parts
    ]
    return Proposed(rows, topic=row.topic, parts=parts)


def _decide(row: ImportedRequest, decision: str, *, by: User, at: dt.datetime, reason: str) -> None:
    row.decision, row.reason = decision, reason.strip()
    row.decided_by, row.decided_at = by, at
    row.save()


def _hold(row: ImportedRequest) -> None:
    """Lock the row and read it as it is now. Raises ``Refused``: ``drafted``, ``gone``."""
    try:
        row.refresh_from_db(from_queryset=ImportedRequest.objects.select_for_update(of=("self",)))
    except ImportedRequest.DoesNotExist:
        raise Refused("gone", "The file was read anew meanwhile. Look at its rows again.") from None
    if row.item_id:
        raise Refused("drafted", "A draft was made of it already. Change the draft.")


def _refuse_incomplete(row: ImportedRequest) -> None:
    if lacks := missing(row):
        raise Refused("incomplete", f"It lacks {' and '.join(lacks)}. Edit it first.")
