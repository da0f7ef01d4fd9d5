"""Where an enquiry stands, for whoever asked: never more than everyone knows of the answer."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from releases.models import Reader

from .models import Enquiry, InformationRequest, LogRules, Work
from .states import OPEN, PAUSED, State, Told, state_of_outcomes


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
        return self.state in OPEN


def due_of(enquiry: Enquiry) -> dt.date | None:
    """By when it is due: as its request, or as the office promises of one that comes in that day.

    Nothing while the clock stands still. Three queries at most.
    """
    work = Work.objects.filter(request=enquiry.request_id).first() if enquiry.request_id else None
    if work:
        return work.due_on
    return LogRules.of(enquiry.election_id).due_on(enquiry.received_on)


def standings(enquiries: Iterable[Enquiry], *, user: Reader, at: dt.datetime) -> list[Standing]:
    """Each of ``enquiries``, in their order. The number of queries does not grow with them, but
    for those not passed on yet.
    """
    enquiries = list(enquiries)
    requests = [enquiry.request_id for enquiry in enquiries if enquiry.request_id]
    works = Work.objects.filter(request__in=requests).prefetch_related("pauses")
    by_request = {work.request_id: work for work in works}
    answers = _answers(enquiries, user=user, at=at)
    return [
        _standing(enquiry, by_request.get(enquiry.request_id or 0), answers)
        for enquiry in enquiries
    ]


def _answers(
    enquiries: list[Enquiry], *, user: Reader, at: dt.datetime
) -> dict[tuple[int, str], InformationRequest]:
    """What ``user`` may read of the answers, in the versions in force."""
    released = [e.request for e in enquiries if e.request and e.request.is_released]
    if not released:
        return {}
    found = (
        InformationRequest.objects.visible_to(user, at)
        .newest(at)
        .filter(slug__in=[request.slug for request in released])
        .select_related("election", "release")
        .prefetch_related("parts")
    )
    return {(item.election_id, item.slug): item for item in found}


def _standing(
    enquiry: Enquiry,
    work: Work | None,
    answers: dict[tuple[int, str], InformationRequest],
) -> Standing:
    request = enquiry.request
    if enquiry.withdrawn_at:
        return Standing(enquiry, State.WITHDRAWN, State.WITHDRAWN.told, enquiry.withdrawn_at)
    if request is None:
        state = State.RECEIVED
        return Standing(enquiry, state, state.told, enquiry.entered_at, due_of(enquiry))
    if request.release and request.release.released_at:
        answer = answers.get((request.election_id, request.slug))
        parts = (answer or request).parts.all()
        state = state_of_outcomes([part.outcome for part in parts])
        since = request.release.released_at
        return Standing(enquiry, state, state.told, since, answer=answer)
    if work is None:
        state = State.ANSWERING
        return Standing(enquiry, state, state.told, enquiry.entered_at)
    state = State(work.stage)
    pause = next((one for one in work.pauses.all() if one.answered_on is None), None)
    if pause and state != State.WITHDRAWN:
        return Standing(enquiry, state, PAUSED, work.since, waits_for=pause.about)
    return Standing(enquiry, state, state.told, work.since, work.due_on)
