"""What was asked at an event, and what was said there: each question becomes a draft of the log."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from elections.refusals import Refused, check_whole

from .models import InformationRequest, Part, Response, reference_from, title_from, was_given
from .working import begin

# The room of events is not imported: the relation leads there.
Event: Any = InformationRequest._meta.get_field("event").related_model
# What took place longer ago is entered as any other request.
SHOWN_FOR = dt.timedelta(days=90)


@dataclass(frozen=True)
class Occasion:
    """An event on one day on which it took place."""

    event: Any
    day: dt.date


@dataclass(frozen=True)
class SaidThere:
    responder: str
    role: str
    text: str


def occasions(at: dt.datetime) -> list[Occasion]:
    """Those of the last ``SHOWN_FOR``, the newest first, each once a day. Two queries."""
    today = timezone.localdate(at)
    since = today - SHOWN_FOR
    events = _with_others(Event.objects.released(at).newest(at))
    events = events.filter(election__poll_date__gte=since)
    found = {
        Occasion(event, day): None
        for event in events.select_related("election").prefetch_related("slots")
        for day in _days(event)
        if since <= day <= today
    }
    ordered = sorted(found, key=lambda one: one.event.title)
    return sorted(ordered, key=lambda one: one.day, reverse=True)


def occasion(pk: int, day: dt.date, at: dt.datetime) -> Occasion | None:
    """The event of this number on ``day``, if that day has come. Two queries."""
    today = timezone.localdate(at)
    events = _with_others(Event.objects.released(at)).select_related("election__office")
    event = events.filter(pk=pk).first()
    if event is None or day > today:
        return None
    return Occasion(event, day) if day in _days(event) else None


def _with_others(events: Any) -> Any:
    """Those at which several were present: where one alone was, the day would tell who asked."""
    return events.exclude(by_appointment=True).exclude(kind=Event.Kind.ONE_TO_ONE)


def _days(event: Any) -> list[dt.date]:
    return [slot.day for slot in event.slots.all() if slot.is_on and slot.capacity != 1]


def noted_at(asked: Occasion) -> Any:
    """What has been noted there so far, drafts and answers, in the order of their titles."""
    return InformationRequest.objects.filter(
        election=asked.event.election_id, event__slug=asked.event.slug, received_on=asked.day
    ).order_by("title")


def note_down(
    asked: Occasion,
    question: str,
    *,
    said: Sequence[SaidThere],
    promised: str,
    token: uuid.UUID,
    at: dt.datetime,
) -> InformationRequest:
    """Make a draft of it, with what each speaker said in their order. The same ``token`` makes one.

    What was promised stands where readers learn what is missing, until it is there. Raises
    ``Refused``: ``empty``, and what is wrong with a field.
    """
    if not question.strip():
        raise Refused("empty", "Write the question.", "question")
    slug = reference_from(hashlib.sha256(token.bytes).digest()).lower()
    told = question.strip(), said, promised.strip()
    try:
        with transaction.atomic():
            there = noted_at(asked).filter(slug=slug).first()
            return there or _draft(asked, "" if was_given(slug) else slug, *told, at=at)
    except IntegrityError:  # the second of two clicks in one moment
        return noted_at(asked).get(slug=slug)


def _draft(
    asked: Occasion,
    slug: str,
    question: str,
    said: Sequence[SaidThere],
    promised: str,
    *,
    at: dt.datetime,
) -> InformationRequest:
    request = InformationRequest(
        election=asked.event.election,
        slug=slug,
        event=asked.event,
        title=title_from(question),
        received_on=asked.day,
        form=InformationRequest.Form.VERBAL,
    )
    check_whole(request)
    request.save()
    part = Part.objects.create(
        request=request,
        position=1,
        question=question,
        outcome=_outcome(said, promised),
        outcome_note=f"Promised at the event: {promised}" if promised else "",
    )
    for position, one in enumerate(said, start=1):
        response = Response(
            part=part, position=position, responder=one.responder, role=one.role, text=one.text
        )
        check_whole(response)
        response.save()
    begin(request, at=at)
    return request


def _outcome(said: Sequence[SaidThere], promised: str) -> str:
    if not said:
        return Part.Outcome.NOT_ANSWERED
    return Part.Outcome.PARTLY if promised else Part.Outcome.ANSWERED
