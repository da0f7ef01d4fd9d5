"""Where an enquiry stands, for whoever asked: never more than everyone knows of the answer."""

import datetime as dt
from dataclasses import dataclass

from .models import Enquiry, InformationRequest, LogRules, Part, Work
from .states import PAUSED, State, Told, state_of_outcomes


@dataclass(frozen=True)
class Standing:
    """One enquiry at one moment. ``answer`` is what everyone has been given, and nothing sooner."""

    enquiry: Enquiry
    state: State
    told: Told
    since: dt.datetime
    due_on: dt.date | None = None
    waits_for: str = ""
    answer: InformationRequest | None = None

    @property
    def is_open(self) -> bool:
        return self.answer is None and self.state in (
            State.RECEIVED,
            State.ANSWERING,
            State.WITH_FORCE,
        )


def due_of(enquiry: Enquiry) -> dt.date | None:
    """By when it is due: as its request, or as the office promises of one that comes in that day.

    Nothing while the clock stands still. Three queries at most.
    """
    work = Work.objects.filter(request=enquiry.request_id).first() if enquiry.request_id else None
    if work:
        return work.due_on
    return LogRules.of(enquiry.election_id).due_on(enquiry.received_on)


def standing_of(enquiry: Enquiry, *, user: object, at: dt.datetime) -> Standing:
    """A handful of queries."""
    if enquiry.withdrawn_at:
        state = State.WITHDRAWN
        return Standing(enquiry, state, state.told, enquiry.withdrawn_at)
    request = enquiry.request
    if request is None:
        state = State.RECEIVED
        return Standing(enquiry, state, state.told, enquiry.entered_at, due_of(enquiry))
    if request.is_released:
        return _answered(enquiry, request, user=user, at=at)
    work = Work.objects.filter(request=request).first()
    if work is None:
        state = State.ANSWERING
        return Standing(enquiry, state, state.told, enquiry.entered_at, due_of(enquiry))
    state = State(work.stage)
    pause = work.pauses.filter(answered_on=None).first()
    told = PAUSED if pause and state != State.WITHDRAWN else state.told
    return Standing(
        enquiry, state, told, work.since, work.due_on, waits_for=pause.about if pause else ""
    )


def _answered(
    enquiry: Enquiry, request: InformationRequest, *, user: object, at: dt.datetime
) -> Standing:
    versions = InformationRequest.objects.visible_to(user, at).newest(at)
    answer = (
        versions.filter(election=request.election_id, slug=request.slug)
        .select_related("election", "release")
        .first()
    )
    parts = Part.objects.filter(request=answer or request)
    state = state_of_outcomes(list(parts.values_list("outcome", flat=True)))
    since = request.release.released_at if request.release else enquiry.entered_at
    return Standing(enquiry, state, state.told, since or enquiry.entered_at, answer=answer)
