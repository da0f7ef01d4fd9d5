"""What somebody asks: taken in, passed on without the name, joined with the same of another."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from elections.acting import Actor, acting_for
from elections.models import Election, Phase, User
from elections.refusals import Refused, check_whole

from .clock import Clock
from .models import Enquiry, EnquiryPart, InformationRequest, Part, Work
from .models.enquiry import unused_reference
from .receipts import queue_receipt
from .states import State
from .working import begin, move_to

PARTS_AT_MOST = 10
A_DAY_AT_MOST = 10
DAY = dt.timedelta(days=1)


def asker_in(election: Election, user: User, at: dt.datetime) -> Actor:
    """As whom ``user`` may ask now. Raises ``Refused``: ``archived``, ``stranger``."""
    refuse_archived(election, at)
    actor = acting_for(user, election, at)
    if actor is None:
        raise Refused(
            "stranger",
            "Only candidates of this election and their agents ask here. Everyone can read what "
            "was asked, and the answers.",
        )
    return actor


def is_log_closed(election: Election, at: dt.datetime) -> bool:
    """Whether nothing can be asked any more: the election is archived."""
    return election.phase(timezone.localdate(at)).kind == Phase.Kind.ARCHIVED


def refuse_archived(election: Election, at: dt.datetime) -> None:
    if is_log_closed(election, at):
        raise Refused(
            "archived",
            f"{election} is over and its log is closed. You can still read every answer in it.",
        )


def ask(
    actor: Actor,
    *,
    user: User,
    parts: Sequence[str],
    token: uuid.UUID,
    at: dt.datetime,
) -> Enquiry:
    """Take in a question of a candidate, with a receipt by mail. The same ``token`` makes one.

    Raises ``Refused``: ``archived``; ``limit`` when the candidate has asked ``A_DAY_AT_MOST``
    within a day; ``empty`` and ``too_many`` of the parts.
    """
    earlier = Enquiry.objects.of(user).filter(token=token).first()
    if earlier:
        return earlier
    refuse_archived(actor.candidate.election, at)
    _refuse_too_many(actor, at)
    enquiry = Enquiry(
        election=actor.candidate.election,
        token=token,
        asker=actor.candidate,
        asked_by=user,
        signed=actor.stamp,
        form=InformationRequest.Form.WRITING,
        received_on=timezone.localdate(at),
    )
    try:
        with transaction.atomic():
            take_in(enquiry, parts, at=at)
            queue_receipt(enquiry, address=user.email, at=at)
    except IntegrityError:
        earlier = Enquiry.objects.of(user).filter(token=token).first()
        if earlier is None:
            raise
        return earlier  # sent twice in the same moment
    return enquiry


def _refuse_too_many(actor: Actor, at: dt.datetime) -> None:
    today = Enquiry.objects.filter(asker=actor.candidate, entered_at__gt=at - DAY)
    if today.exclude(asked_by=None).count() >= A_DAY_AT_MOST:
        office = actor.candidate.election.office
        raise Refused(
            "limit",
            f"{A_DAY_AT_MOST} questions came from you within a day, so this one was not sent. What "
            f"you wrote is still here: send it tomorrow, or write to {office.contact_email}.",
        )


def take_in(enquiry: Enquiry, parts: Sequence[str], *, at: dt.datetime) -> Enquiry:
    """Write an enquiry down with its parts; its record of changes names nobody."""
    said = [part.strip() for part in parts if part.strip()]
    if not said:
        raise Refused("empty", "Write your question.", "part_1")
    if len(said) > PARTS_AT_MOST:
        raise Refused("too_many", f"Ask at most {PARTS_AT_MOST} questions at once.")
    with transaction.atomic():
        write(enquiry, at=at)
        for position, text in enumerate(said, start=1):
            part = EnquiryPart(enquiry=enquiry, position=position, text=text)
            part._history_user = None  # type: ignore[attr-defined]
            check_whole(part)
            part.save()
    return enquiry


def write(enquiry: Enquiry, *, at: dt.datetime) -> None:
    """Save a new enquiry with a reference of its own."""
    enquiry.reference, enquiry.entered_at = unused_reference(), at
    if enquiry.asked_by_id:
        # Who asked stands in the row until its time is over; the record would keep it for good.
        enquiry._history_user = None  # type: ignore[attr-defined]
    check_whole(enquiry)
    enquiry.save()


def pass_on(
    enquiry: Enquiry,
    *,
    title: str,
    parts: Sequence[str],
    clock: str = Clock.OFFICE,
    foi: str = "",
    at: dt.datetime,
) -> InformationRequest:
    """Make of it a request in neutral words, for whoever answers. Nothing in it leads back.

    Raises ``Refused``: ``passed_on``, ``withdrawn``, ``empty``, and what is wrong with a field.
    """
    said = [part.strip() for part in parts if part.strip()]
    if not said:
        raise Refused("empty", "Write the question in neutral words.", "part_1")
    with transaction.atomic():
        row = _waiting(enquiry)
        request = InformationRequest(
            election=row.election, title=title, received_on=row.received_on, form=row.form
        )
        check_whole(request)
        request.save()
        for position, question in enumerate(said, start=1):
            Part.objects.create(request=request, position=position, question=question)
        begin(request, at=at, clock=clock, foi=foi)
        row.request = request
        row.save(update_fields=["request"])
    return request


def join(enquiry: Enquiry, request: InformationRequest, *, at: dt.datetime) -> None:
    """The same was asked before: it is answered as ``request``, which shows nothing of it.

    Raises ``Refused``: ``passed_on``, ``withdrawn``; ``elsewhere`` for one of another election.
    """
    with transaction.atomic():
        row = _waiting(enquiry)
        if request.election_id != row.election_id:
            raise Refused("elsewhere", "That request belongs to another election.", "request")
        row.request = request
        row.save(update_fields=["request"])
        work = Work.objects.filter(request=request, stage=State.WITHDRAWN).first()
        if work and not request.is_released:
            move_to(work, State.RECEIVED, at=at)


def part_from(enquiry: Enquiry) -> None:
    """Take it back from the request it was joined with, for the keeper to pass on anew."""
    with transaction.atomic():
        row = Enquiry.objects.select_for_update(of=("self",)).get(pk=enquiry.pk)
        row.request = None
        row.save(update_fields=["request"])


def withdraw(enquiry: Enquiry, *, at: dt.datetime) -> None:
    """Whoever asked takes it back. Once more changes nothing.

    The work on it ends with the next day (``end_of_withdrawn``): ended at once, its time beside the
    record of who signed in would tell who asked.

    Raises ``Refused``: ``answered`` when everyone has the answer.
    """
    with transaction.atomic():
        row = Enquiry.objects.select_for_update(of=("self",)).get(pk=enquiry.pk)
        if row.withdrawn_at:
            return
        if row.request and row.request.is_released:
            raise Refused("answered", "Everyone has the answer already.")
        row.withdrawn_at = at
        row._history_user = None  # type: ignore[attr-defined]
        row.save(update_fields=["withdrawn_at"])


def _waiting(enquiry: Enquiry) -> Enquiry:
    row = Enquiry.objects.select_for_update(of=("self",)).get(pk=enquiry.pk)
    if row.withdrawn_at:
        raise Refused("withdrawn", "Whoever asked has taken it back.")
    if row.request_id:
        raise Refused("passed_on", "It has been passed on already.")
    return row
