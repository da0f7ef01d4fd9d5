"""The steps on the way of an item, as staff are offered them: which, to whom, and where."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from pcc_portal.findings import Finding

from .content import sha256
from .models import ReleasableItem, Review, Waiver
from .previews import ways_for
from .quoting import Quote, quotes_of
from .reviewing import Objections, authors_of, in_pre_election_period, objections_to
from .states import State, state_of

RELEASE = "releases.release_items"
OPEN = (State.DRAFT, State.IN_REVIEW, State.APPROVED, State.SCHEDULED)


@dataclass(frozen=True)
class Step:
    """``needs`` gives the right it takes; ``fits`` are the states in which it is offered."""

    code: str
    label: str
    needs: Callable[[ReleasableItem], str]
    fits: tuple[State, ...]
    # Nothing has to be written, so a button is enough.
    is_short: bool = False

    def is_for(self, user: Any, item: ReleasableItem) -> bool:
        return bool(user.has_perm(self.needs(item)))


def _change(item: ReleasableItem) -> str:
    return f"{item._meta.app_label}.change_{item._meta.model_name}"


def _release(item: ReleasableItem) -> str:
    return RELEASE


STEPS = {
    step.code: step
    for step in (
        Step("submit", "Put in for review", _change, (State.DRAFT,), is_short=True),
        Step("approve", "Approve", _release, (State.DRAFT, State.IN_REVIEW)),
        Step("send-back", "Send back", _release, OPEN[1:]),
        Step(
            "override", "Release without a second person", _release, (State.DRAFT, State.IN_REVIEW)
        ),
        Step("version", "Make a new version", _change, (State.RELEASED,)),
        Step("withdraw", "Withdraw", _release, (State.RELEASED,)),
    )
}


def kind_of(item: ReleasableItem) -> str:
    return item._meta.label_lower


def address_of(item: ReleasableItem, step: str) -> str:
    """Where the step is taken."""
    return reverse("admin:releases_step", args=[kind_of(item), item.pk, step])


def waive_address(item: ReleasableItem, finding: Finding) -> str:
    """Where a warning about ``item`` is waived, with a reason."""
    return reverse("admin:releases_waive", args=[kind_of(item), item.pk, name_of(finding)])


def waivable(item: ReleasableItem, objections: Objections) -> list[tuple[Finding, str]]:
    """The warnings that stop an approval, each with where it is waived."""
    return [(finding, waive_address(item, finding)) for finding in objections.warnings]


def name_of(finding: Finding) -> str:
    """A short name for a finding in an address: the same as long as it says the same."""
    return f"{finding.code}-{sha256(finding.sentence)[:12]}"


@dataclass(frozen=True)
class Offer:
    """A step as a button: ``is_short`` is one that is taken by the button itself."""

    label: str
    address: str
    is_short: bool


@dataclass(frozen=True)
class Panel:
    """What the change page of an item says of its way, and what this person may do."""

    state: State
    offers: list[Offer]
    # Why a step that somebody may expect is not offered.
    remarks: list[str]
    taken: list[Review]
    waivers: list[Waiver]
    versions: list[Any]
    previews: list[tuple[str, str]]
    # What quotes an earlier version of it.
    quoted: list[Quote]
    is_undone_by_saving: bool
    # For those who may let a warning stand: each that nobody has, and where that is done.
    warnings: list[tuple[Finding, str]]


def panel(item: Any, user: Any, at: dt.datetime, *, is_open: bool) -> Panel:
    """``is_open``: whether this person may still change the item. A constant number of queries."""
    state = state_of(item, at)
    offers, remarks = _offers(item, state, user, at)
    is_approved = state in (State.APPROVED, State.SCHEDULED)
    versions = type(item)._default_manager.filter(election=item.election_id, slug=item.slug)
    return Panel(
        state=state,
        offers=offers,
        remarks=remarks,
        taken=list(Review.objects.of(item).select_related("by")),
        waivers=list(
            Waiver.objects.filter(
                election=item.election_id, kind=kind_of(item), slug=item.slug
            ).select_related("by")
        ),
        versions=list(versions.exclude(pk=item.pk).select_related("release").order_by("-version")),
        previews=previews_of(item) if state in OPEN else [],
        quoted=quotes_of(item, at) if item.version > 1 else [],
        is_undone_by_saving=is_approved and is_open,
        warnings=(
            waivable(item, objections_to(item)) if state in OPEN and user.has_perm(RELEASE) else []
        ),
    )


def _offers(
    item: ReleasableItem, state: State, user: Any, at: dt.datetime
) -> tuple[list[Offer], list[str]]:
    offered = [step for step in STEPS.values() if state in step.fits and step.is_for(user, item)]
    remarks = []
    if any(step.code == "approve" for step in offered):
        if user.pk in authors_of(item):
            offered = [step for step in offered if step.code != "approve"]
            remarks.append("You wrote part of this, so somebody else has to approve it.")
        if in_pre_election_period(item, at):
            offered = [step for step in offered if step.code != "override"]
            remarks.append(
                "This is the pre-election period: a second person has to approve everything."
            )
    if state == State.RELEASED and offered and _has_later_draft(item):
        return [], ["There is a draft of the next version: it is in the list of versions below."]
    return [Offer(one.label, address_of(item, one.code), one.is_short) for one in offered], remarks


def _has_later_draft(item: ReleasableItem) -> bool:
    return (
        type(item)
        ._default_manager.filter(
            election=item.election_id, slug=item.slug, version__gt=item.version
        )
        .exists()
    )


def previews_of(item: ReleasableItem) -> list[tuple[str, str]]:
    """The ways to see ``item`` before its release: what it is called, and where it is."""
    return [
        (way.label, reverse("admin:releases_preview", args=[kind_of(item), item.pk, way.code]))
        for way in ways_for(item)
    ]
