"""What happened to a request, for everyone, and nothing that tells who asked, or who first."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from releases.models import ReleasableItem

from .models import InformationRequest, Pause


@dataclass(frozen=True)
class Step:
    """``day`` alone where the moment could tell who asked; ``at`` for what everyone was told."""

    what: str
    day: dt.date | None = None
    at: dt.datetime | None = None
    note: str = ""


def steps_of(versions: Sequence[InformationRequest]) -> list[Step]:
    """From the day it came in to the last of its released ``versions``. One query.

    Of an explanation only the days are told: what was asked back could show who it was.
    """
    oldest_first = sorted(versions, key=lambda version: version.version)
    first = oldest_first[0]
    pauses = Pause.objects.filter(
        work__request__election=first.election_id, work__request__slug=first.slug
    )
    return [
        Step("Received", day=first.received_on),
        *(step for pause in pauses for step in _clarified(pause)),
        *(_told(version) for version in oldest_first),
    ]


def _clarified(pause: Pause) -> Iterator[Step]:
    yield Step("The office asked for an explanation, and the clock stood still", day=pause.asked_on)
    if pause.answered_on:
        yield Step("Clarified", day=pause.answered_on)


def _told(version: InformationRequest) -> Step:
    assert version.release is not None  # noqa: S101  only what is released is visible
    what = {
        "": "Answered: published for everyone",
        ReleasableItem.Change.MINOR: "Changed in small things",
        ReleasableItem.Change.CORRECTION: "Corrected",
        ReleasableItem.Change.WITHDRAWAL: "Withdrawn",
    }[version.change]
    return Step(what, at=version.release.released_at, note=version.change_note)
