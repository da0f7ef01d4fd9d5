"""The way of an item to its release: put in for review, approved by somebody else, or sent back."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from elections.models import Phase, User
from elections.refusals import Refused
from pcc_portal.findings import Finding, Severity

from . import ledger, neutrality
from .content import content_hash, part_models
from .models import LedgerEntry, ReleasableItem, Review, Waiver

SENSITIVE = (Phase.Kind.PRE_ELECTION, Phase.Kind.POLL)
SAY_WHY = "Say why, in a sentence."


def submit(item: ReleasableItem, *, by: User | None, at: dt.datetime) -> Review:
    """Put ``item`` in for review. Raises ``Refused``: ``released``, ``errors``."""
    with transaction.atomic():
        _refuse_released(item)
        _refuse_errors(item)
        return _step(item, Review.Step.SUBMITTED, by=by, at=at)


def approve(
    item: ReleasableItem,
    *,
    by: User | None,
    at: dt.datetime,
    checklist: Sequence[tuple[str, str]] = (),
) -> Review:
    """Approve ``item`` as it stands now.

    Raises ``Refused``: ``released``; ``author`` when ``by`` wrote any of it; ``errors`` and
    ``warnings`` while a check objects; ``checklist`` when, in the pre-election period, a question
    of ``neutrality.QUESTIONS`` is not answered "yes".
    """
    with transaction.atomic():
        _refuse_released(item)
        if by and by.pk in authors_of(item):
            raise Refused("author", "You wrote part of this. Somebody else has to approve it.")
        _refuse_objections(item)
        if in_pre_election_period(item, at):
            _refuse_open_questions(checklist)
        answers = [list(answer) for answer in checklist]
        return _step(item, Review.Step.APPROVED, by=by, at=at, checklist=answers)


def send_back(item: ReleasableItem, *, by: User, at: dt.datetime, reason: str) -> Review:
    """Give ``item`` back to its author. Raises ``Refused``: ``released``, ``reason``."""
    with transaction.atomic():
        _refuse_released(item)
        _need_reason(reason)
        return _step(item, Review.Step.RETURNED, by=by, at=at, reason=reason.strip())


def override(item: ReleasableItem, *, by: User, at: dt.datetime, reason: str) -> Review:
    """Do without a second person, for a reason that is kept, listed and in the ledger.

    Raises ``Refused``: ``released``, ``reason``, ``errors``, ``warnings``; and ``period``: in the
    pre-election period there is no doing without.
    """
    with transaction.atomic():
        _refuse_released(item)
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

    Raises ``Refused``: ``released``, ``reason``; ``error`` when it is no warning.
    """
    with transaction.atomic():
        _refuse_released(item)
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

    A withdrawal shows nothing of what it withdraws, so nothing can be wrong with that.
    """
    found = [] if item.is_withdrawal else item.findings()
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
    last = Review.objects.of(item).last()
    return last if last and last.content_hash == content_hash(item) else None


def refuse_unapproved(item: ReleasableItem, at: dt.datetime) -> Review:
    """The approval ``item`` has, or the override. Raises ``Refused``.

    ``unapproved`` where nobody else has approved what stands there now; ``errors`` and ``warnings``
    as for an approval, for a candidate’s name may have come since.
    """
    step = standing_step(item)
    allowed = [Review.Step.APPROVED]
    if not in_pre_election_period(item, at):
        allowed.append(Review.Step.OVERRIDDEN)
    if step is None or step.step not in allowed:
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
    record = model.history.filter(id__in=pks)
    users = {user for user in record.values_list("history_user_id", flat=True) if user}
    for part in part_models(model):
        of_item = part.history.filter(**{f"{part.part_of}_id__in": pks})
        if part_pks := list(of_item.values_list("id", flat=True).distinct()):
            users |= _authors(part, part_pks)
    return users


def _refuse_released(item: ReleasableItem) -> None:
    if item.is_released:
        raise Refused("released", f"“{item}” has been released already.")


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
    answers = dict(checklist)
    if any(answers.get(question) != "yes" for question in neutrality.QUESTIONS):
        raise Refused(
            "checklist",
            "In the pre-election period every question of the checklist has to be answered with "
            "yes before this can be approved.",
        )


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
        content_hash=content_hash(item),
        by=by,
        at=at,
        **more,
    )


def _enter(
    item: ReleasableItem, kind: LedgerEntry.Kind, *, by: User | None, at: dt.datetime, **more: int
) -> None:
    facts = {"item": item._meta.label_lower, "slug": item.slug, "version": item.version}
    ledger.append(kind, election=item.election, at=at, facts=facts | more | {"by": by and by.pk})
