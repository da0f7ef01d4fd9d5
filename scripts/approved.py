"""Releases what a storm or a measurement needs, approved as it stands by nobody in particular."""

import datetime as dt

from elections.models import Election
from releases.models import ReleasableItem
from releases.neutrality import QUESTIONS
from releases.releasing import release_items
from releases.reviewing import approve, objections_to, waive


def release_approved(
    item: ReleasableItem, *, election: Election, title: str, at: dt.datetime
) -> None:
    for warning in objections_to(item).warnings:
        waive(item, warning, by=None, at=at, reason="Made to measure.")
    approve(item, by=None, at=at, checklist=[(question, "yes") for question in QUESTIONS])
    release_items([item], election=election, title=title, at=at)
