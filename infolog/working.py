"""The work on a request: begun, moved on, its clock stopped and started, its due date reckoned."""

import datetime as dt

from django.db import models, transaction

from elections.models import Election
from elections.refusals import Refused, check_whole

from .clock import Clock
from .models import Enquiry, InformationRequest, LogRules, Pause, Work
from .states import STAGES, State


def begin(
    request: InformationRequest, *, at: dt.datetime, clock: str = Clock.OFFICE, foi: str = ""
) -> Work:
    """Begin the work on a draft; what has begun goes on as it is."""
    with transaction.atomic():
        work, is_new = Work.objects.get_or_create(
            request=request,
            defaults={"since": at, "clock": clock, "foi_reference": foi},
        )
        if is_new:
            reckon(work)
    return work


def move_to(work: Work, stage: str, *, at: dt.datetime, with_whom: str | None = None) -> Work:
    """Say how far it is; saying the same again keeps the time since when.

    Raises ``Refused``: ``stage`` when that follows from the answer; ``released`` when it is over.
    """
    if stage not in STAGES:
        raise Refused("stage", "That follows from the answer, once it is released.", "stage")
    with transaction.atomic():
        row = Work.objects.select_for_update(of=("self",)).get(pk=work.pk)
        _refuse_released(row)
        if with_whom is not None:
            row.with_whom = with_whom
        if row.stage != stage:
            row.stage, row.since = stage, at
        row.save()
    return row


def _refuse_released(work: Work) -> None:
    """Held until the transaction ends: a release that is being made is waited for."""
    request = InformationRequest.objects.held(work.request_id)
    if request is None or request.is_released:
        raise Refused("released", "The answer has been released: the work is over.")


def pause(work: Work, *, about: str, on: dt.date) -> Pause:
    """Stop the clock until something is explained.

    Raises ``Refused``: ``paused`` when it stands still; ``released`` when the work is over.
    """
    with transaction.atomic():
        _refuse_released(work)
        row = Pause(work=work, asked_on=on, about=about)
        check_whole(row)
        row.save()
        reckon(work)
    return row


def resume(work: Work, *, on: dt.date) -> None:
    """The explanation has come.

    Raises ``Refused``: ``running`` when the clock runs; ``released`` when the work is over.
    """
    with transaction.atomic():
        _refuse_released(work)
        row = Pause.objects.select_for_update().filter(work=work, answered_on=None).first()
        if row is None:
            raise Refused("running", "The clock of this request is running.")
        row.answered_on = on
        check_whole(row)
        row.save()
        reckon(work)


def reckon(work: Work) -> None:
    """Work out anew by when it is due, from what stands in the database. A handful of queries."""
    row = Work.objects.select_related("request").prefetch_related("pauses").get(pk=work.pk)
    rules = LogRules.of(row.request.election_id)
    due = rules.due_on(row.request.received_on, clock=row.clock, waits=row.waits)
    if due != row.due_on:
        row.due_on = due
        row.save(update_fields=["due_on"])
    work.due_on = due


def reckon_all(election: Election | None = None) -> int:
    """Every request that waits. Returns how many: what is promised or left out may have changed."""
    rows = Work.objects.waiting()
    if election is not None:
        rows = rows.filter(request__election=election)
    for row in rows:
        reckon(row)
    return len(rows)


def end_of_withdrawn(*, at: dt.datetime) -> int:
    """End the work on what everyone who asked has taken back. Returns on how many requests."""
    asked = Enquiry.objects.filter(request=models.OuterRef("request"))
    ended = (
        Work.objects.waiting()
        .exclude(stage=State.WITHDRAWN)
        .filter(models.Exists(asked), ~models.Exists(asked.filter(withdrawn_at=None)))
    )
    rows = list(ended)
    for row in rows:
        move_to(row, State.WITHDRAWN, at=at)
    return len(rows)
