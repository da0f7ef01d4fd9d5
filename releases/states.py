"""Where an item stands on its way, in one word. The one place that says so to staff."""

import datetime as dt
from collections.abc import Iterable

from django.db import models
from django.db.models import prefetch_related_objects

from .models import ReleasableItem, Review, later_version, withdrawn_later
from .reviewing import in_pre_election_period, is_approval, standing_steps

ALLOWING = (Review.Step.APPROVED, Review.Step.OVERRIDDEN)


class State(models.TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in-review", "In review"
    APPROVED = "approved", "Approved"
    SCHEDULED = "scheduled", "Scheduled"
    RELEASED = "released", "Released"
    SUPERSEDED = "superseded", "Superseded"
    WITHDRAWN = "withdrawn", "Withdrawn"


def state_of(item: ReleasableItem, at: dt.datetime) -> State:
    """The state of one item. A few queries, and the reading of its file if it has one."""
    return states_of([item], at)[item.pk]


def states_of(items: Iterable[ReleasableItem], at: dt.datetime) -> dict[int, State]:
    """The state of each of ``items``, all of one kind. The queries do not grow with the items."""
    released: list[ReleasableItem] = []
    drafts: list[ReleasableItem] = []
    for item in items:
        (released if item.is_released else drafts).append(item)
    return {**_states_of_released(released, at), **_states_of_drafts(drafts, at)}


def _states_of_released(items: list[ReleasableItem], at: dt.datetime) -> dict[int, State]:
    if not items:
        return {}
    model = type(items[0])
    rows = model._default_manager.filter(pk__in=[item.pk for item in items])
    followed = rows.filter(later_version(model, at)).order_by().values_list("pk", flat=True)
    gone = rows.filter(withdrawn_later(model, at)).order_by().values_list("pk", flat=True)
    found = {item.pk: State.RELEASED for item in items}
    found |= dict.fromkeys(followed, State.SUPERSEDED) | dict.fromkeys(gone, State.WITHDRAWN)
    return found | {item.pk: State.WITHDRAWN for item in items if item.is_withdrawal}


def _states_of_drafts(items: list[ReleasableItem], at: dt.datetime) -> dict[int, State]:
    if not items:
        return {}
    steps = standing_steps(type(items[0]), [item.pk for item in items])
    if any(step.step in ALLOWING for step in steps.values()):
        prefetch_related_objects([item.election for item in items], "key_dates")
    return {item.pk: _state_of_draft(item, steps.get(item.pk), at) for item in items}


def _state_of_draft(item: ReleasableItem, step: Review | None, at: dt.datetime) -> State:
    if step is None:
        return State.DRAFT
    if step.step == Review.Step.SUBMITTED:
        return State.IN_REVIEW
    if step.step in ALLOWING and is_approval(step, in_period=in_pre_election_period(item, at)):
        is_due = item.release is not None and item.release.due_at is not None
        return State.SCHEDULED if is_due else State.APPROVED
    return State.DRAFT
