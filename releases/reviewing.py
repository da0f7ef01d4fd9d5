"""The way of an item to its release: put in for review, approved by somebody else, or sent back."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from elections.models import Phase, User
from elections.refusals import Refused
from pcc_portal.findings import Finding, Severity
from pcc_portal.history import read_relations

from . import ledger, neutrality
from .content import LEFT_OUT, content_hash, content_hashes, part_models
from .models import LedgerEntry, ReleasableItem, Review, Waiver

SENSITIVE = (Phase.Kind.PRE_ELECTION, Phase.Kind.POLL)
SAY_WHY = "Say why, in a sentence."
OVERRIDDEN = Review.Step.OVERRIDDEN


def submit(item: ReleasableItem, *, by: User | None, at: dt.datetime) -> Review:
    """Put ``item`` in for review. Raises ``Refused``: ``gone``, ``released``, ``errors``,
    ``no_file``.
    """
    with transaction.atomic():
        _hold(item)
        _refuse_errors(item)
        return _step(item, Review.Step.SUBMITTED, by=by, at=at)


def approve(
    item: ReleasableItem,
    *,
    by: User | None,
    at: dt.datetime,
    checklist: Sequence[tuple[str, str]] = (),
    seen: str | None = None,
) -> Review:
    """Approve ``item`` as it stands now; ``seen`` is the content hash of what ``by`` looked at.

    Raises ``Refused``: ``gone``, ``released``, ``no_file``; ``changed`` when it is not what was
    looked at; ``author`` when ``by`` wrote any of it; ``errors`` and ``warnings`` while a check
    objects; ``checklist`` when, in the pre-election period, a question of
    ``neutrality.QUESTIONS`` is not answered "yes".
    """
    with transaction.atomic():
        _hold(item)
        if seen is not None and seen != _hash(item):
            raise Refused(
                "changed", "Somebody changed this while you had it open. Look at it again first."
            )
        if by and by.pk in authors_of(item):
            raise Refused("author", "You wrote part of this. Somebody else has to approve it.")
        _refuse_objections(item)
        if in_pre_election_period(item, at):
            _refuse_open_questions(checklist)
        answers = [list(answer) for answer in checklist]
        return _step(item, Review.Step.APPROVED, by=by, at=at, checklist=answers)


def send_back(item: ReleasableItem, *, by: User, at: dt.datetime, reason: str) -> Review:
    """Give ``item`` back to its author. Raises ``Refused``: ``gone``, ``released``, ``reason``."""
    with transaction.atomic():
        _hold(item)
        _need_reason(reason)
        return _step(item, Review.Step.RETURNED, by=by, at=at, reason=reason.strip())


def override(item: ReleasableItem, *, by: User, at: dt.datetime, reason: str) -> Review:
    """Do without a second person, for a reason that is kept, listed and in the ledger.

    Raises ``Refused``: ``gone``, ``released``, ``no_file``, ``reason``, ``errors``, ``warnings``;
    and ``period``: in the pre-election period there is no doing without.
    """
    with transaction.atomic():
        _hold(item)
        _need_reason(reason)
        if in_pre_election_period(item, at):
            raise Refused(
                "period", "In the pre-election period a second person has to approve everything."
            )
        _refuse_objections(item)
        step = _step(item, Review.Step.OVERRIDDEN, by=by, at=at, reason=reason.strip())
        _enter(item, LedgerEntry.Kind.OVERRIDE, by=by, at=at, review=step.pk)
        return step


def waive(
    item: ReleasableItem, finding: Finding, *, by: User | None, at: dt.datetime, reason: str
) -> Waiver:
    """Let a warning stand, for a reason that is kept, listed and in the ledger.

    Raises ``Refused``: ``gone``, ``released``, ``reason``; ``error`` when it is no warning.
    """
    with transaction.atomic():
        _hold(item)
        _need_reason(reason)
        if finding.severity is Severity.ERROR:
            raise Refused("error", "This has to be put right: it cannot be waived.")
        waiver, is_new = Waiver.objects.get_or_create(
            election=item.election,
            kind=item._meta.label_lower,
            slug=item.slug,
            code=finding.code,
            sentence=finding.sentence,
            defaults={"reason": reason.strip(), "by": by, "at": at},
        )
        if is_new:
            _enter(item, LedgerEntry.Kind.WAIVER, by=by, at=at, waiver=waiver.pk)
        return waiver


@dataclass(frozen=True)
class Objections:
    """What the checks say of an item: ``waived`` pairs a warning with the waiver it has."""

    errors: list[Finding]
    warnings: list[Finding]
    notes: list[Finding]
    waived: list[tuple[Finding, Waiver]]


def objections_to(item: ReleasableItem) -> Objections:
    """What stands between ``item`` and its release. Costs what ``item.findings()`` costs, and one.

    A withdrawal shows nothing of what it withdraws, so only its reason is looked at.
    """
    found = item.findings_in_note() if item.is_withdrawal else item.findings()
    waivers = {
        (waiver.code, waiver.sentence): waiver
        for waiver in Waiver.objects.filter(
            election=item.election_id, kind=item._meta.label_lower, slug=item.slug
        )
    }
    told: dict[Severity, list[Finding]] = {severity: [] for severity in Severity}
    waived = []
    for finding in found:
        waiver = waivers.get((finding.code, finding.sentence))
        if waiver and finding.severity is Severity.WARNING:
            waived.append((finding, waiver))
        else:
            told[finding.severity].append(finding)
    return Objections(told[Severity.ERROR], told[Severity.WARNING], told[Severity.NOTE], waived)


def standing_step(item: ReleasableItem) -> Review | None:
    """The last step taken on ``item``, if it was taken on what stands there now."""
    return standing_steps(type(item), [item.pk]).get(item.pk)


def standing_steps(model: type[ReleasableItem], pks: Iterable[int]) -> dict[int, Review]:
    """``standing_step`` of each of the rows ``pks`` that has one; as many queries for many rows."""
    kind = ContentType.objects.get_for_model(model)
    taken = Review.objects.filter(kind=kind, item_id__in=list(pks)).order_by("pk")
    last = {step.item_id: step for step in taken.select_related("by")}
    hashes = content_hashes(model, last)
    return {pk: step for pk, step in last.items() if step.content_hash == hashes.get(pk)}


def is_approval(step: Review | None, *, in_period: bool) -> bool:
    """Whether what stands there now may be released by this step."""
    if step is None:
        return False
    if not in_period:
        return step.step in (Review.Step.APPROVED, OVERRIDDEN)
    return step.step == Review.Step.APPROVED and _is_answered(step.checklist)


def refuse_unapproved(item: ReleasableItem, at: dt.datetime) -> Review:
    """The approval ``item`` has, or the override. Raises ``Refused``.

    ``unapproved`` where nobody else has approved what stands there now; ``checklist`` where that
    was before the pre-election period; ``no_file``, ``errors`` and ``warnings`` as for an approval,
    for a candidate’s name may have come since.
    """
    step = standing_step(item)
    if step is None or not is_approval(step, in_period=in_pre_election_period(item, at)):
        _hash(item)
        if step and step.step == Review.Step.APPROVED:
            raise Refused(
                "checklist",
                f"“{item}” was approved before the pre-election period: it has to be approved "
                "again, with the questions on neutrality.",
            )
        raise Refused("unapproved", f"Nobody has approved “{item}” as it stands now.")
    _refuse_objections(item)
    return step


def authors_of(item: ReleasableItem) -> set[int]:
    """The numbers of all who wrote or changed this version of ``item`` or any part of it."""
    return _authors(type(item), [item.pk])


def in_pre_election_period(item: ReleasableItem, at: dt.datetime) -> bool:
    """Whether the moment ``at`` lies in the pre-election period of the item's election, or in the
    days of the poll and the count.
    """
    return item.election.phase(timezone.localdate(at)).kind in SENSITIVE


def _authors(model: Any, pks: list[int]) -> set[int]:
    record = list(model.history.filter(id__in=pks).order_by("id", "history_id"))
    read_relations(record)
    users = {
        one.history_user_id
        for before, one in pairwise([None, *record])
        if one.history_user_id and (before is None or _is_change(before, one))
    }
    for part in part_models(model):
        of_item = part.history.filter(**{f"{part.part_of}_id__in": pks})
        if part_pks := list(of_item.values_list("id", flat=True).distinct()):
            users |= _authors(part, part_pks)
    return users


def _is_change(before: Any, record: Any) -> bool:
    """Whether a row of the record tells another content than the one before it.

    To be put into a release, or taken out of one, changes nothing that anybody reads.
    """
    if before.id != record.id or record.history_type != "~":
        return True
    fields = [field for field in record.tracked_fields if field.name not in LEFT_OUT]
    return before.held != record.held or any(
        getattr(before, field.attname) != getattr(record, field.attname) for field in fields
    )


def _hold(item: ReleasableItem) -> None:
    """Lock the row until the transaction ends. Raises ``Refused``: ``gone``, ``released``."""
    row = type(item).objects.held(item.pk)
    if row is None:
        raise Refused("gone", f"“{item}” has been deleted meanwhile.")
    if row.is_released:
        raise Refused("released", f"“{item}” has been released already.")


def _hash(item: ReleasableItem) -> str:
    try:
        return content_hash(item)
    except FileNotFoundError as gone:
        raise Refused(
            "no_file", f"The file of “{item}” is gone from the disk. Upload it again."
        ) from gone


def _refuse_errors(item: ReleasableItem) -> None:
    if errors := objections_to(item).errors:
        raise Refused("errors", _in_one("This has to be put right first", errors))


def _refuse_objections(item: ReleasableItem) -> None:
    found = objections_to(item)
    if found.errors:
        raise Refused("errors", _in_one("This has to be put right first", found.errors))
    if found.warnings:
        raise Refused(
            "warnings", _in_one("Put this right, or say why it may stand", found.warnings)
        )


def _in_one(beginning: str, findings: list[Finding]) -> str:
    return f"{beginning}: {' '.join(finding.sentence for finding in findings)}"


def _refuse_open_questions(checklist: Sequence[tuple[str, str]]) -> None:
    if not _is_answered(checklist):
        raise Refused(
            "checklist",
            "In the pre-election period every question of the checklist has to be answered with "
            "yes before this can be approved.",
        )


def _is_answered(checklist: Iterable[Sequence[str]]) -> bool:
    answers = {str(answer[0]): str(answer[1]) for answer in checklist}
    return all(answers.get(question) == "yes" for question in neutrality.QUESTIONS)


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason", SAY_WHY, "reason")


def _step(
    item: ReleasableItem, step: Review.Step, *, by: User | None, at: dt.datetime, **more: Any
) -> Review:
    return Review.objects.create(
        election=item.election,
        kind=ContentType.objects.get_for_model(item),
        item_id=item.pk,
        step=step,
        content_hash=_hash(item),
        by=by,
        at=at,
        **more,
    )


def _enter(
    item: ReleasableItem, kind: LedgerEntry.Kind, *, by: User | None, at: dt.datetime, **more: int
) -> None:
    facts = {"item": item._meta.label_lower, "slug": item.slug, "version": item.version}
    ledger.append(kind, election=item.election, at=at, facts=facts | more | {"by": by and by.pk})
