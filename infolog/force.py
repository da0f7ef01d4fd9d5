"""A one-off address for somebody in the force: made, read, used once, run out or taken back."""

import datetime as dt
from collections.abc import Mapping

from django.core import signing
from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from elections.models import User
from elections.refusals import Refused, check_whole

from .models import ForceAddress, InformationRequest, Part, Proposal, Response, Work
from .states import State
from .working import move_to

SALT = "address for the force"
LIVES = dt.timedelta(days=7)
OVER = {
    "unknown": "This address is not complete, or nobody made it. Open it from the mail again.",
    "used": "Your response has come in, and this address works once only. Thank you.",
    "revoked": "The office has taken this address back.",
    "out": "This address has run out.",
    "released": "The answer has been published, so nothing can be added to it.",
}


def path_of(address: ForceAddress) -> str:
    """The path that opens it: signed, so that nobody can guess another one."""
    token = signing.dumps(address.pk, salt=SALT)
    return reverse("infolog:force", args=[address.request.election.slug, token])


def make(
    request: InformationRequest, *, for_whom: str, expires_at: dt.datetime, at: dt.datetime
) -> ForceAddress:
    """The request is with the force from now on. Raises ``Refused``: ``released``, ``past``."""
    if request.is_released:
        raise Refused("released", OVER["released"])
    if expires_at <= at:
        raise Refused("past", "Choose a time that is still to come.", "expires_at")
    with transaction.atomic():
        row = ForceAddress(request=request, for_whom=for_whom, made_at=at, expires_at=expires_at)
        check_whole(row)
        row.save()
        work = Work.objects.filter(request=request).first()
        if work:
            move_to(work, State.WITH_FORCE, at=at, with_whom=for_whom)
    return row


def revoke(address: ForceAddress, *, at: dt.datetime) -> None:
    """It opens nothing any more. Once more changes nothing."""
    with transaction.atomic():
        row = ForceAddress.objects.select_for_update().get(pk=address.pk)
        if row.revoked_at is None:
            row.revoked_at = at
            row.save(update_fields=["revoked_at"])


def opened(token: str, *, election_slug: str, at: dt.datetime) -> ForceAddress:
    """The address a token stands for. Raises ``Refused``: a code of ``OVER``."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise _over("unknown") from None
    row = (
        ForceAddress.objects.select_related("request__election__office", "request__release")
        .filter(pk=pk, request__election__slug=election_slug)
        .first()
    )
    if row is None:
        raise _over("unknown")
    _refuse_over(row, at)
    return row


def propose(
    address: ForceAddress, *, name: str, role: str, texts: Mapping[int, str], at: dt.datetime
) -> list[Proposal]:
    """What somebody in the force says to the parts, by the number of the part; empty ones are none.

    Raises ``Refused``: a code of ``OVER``; ``empty``; and what is wrong with a field.
    """
    with transaction.atomic():
        row = ForceAddress.objects.select_for_update(of=("self",)).get(pk=address.pk)
        _refuse_over(row, at)
        said = {pk: text.strip() for pk, text in texts.items() if text.strip()}
        parts = list(Part.objects.filter(request=row.request_id, pk__in=said))
        if not parts:
            raise Refused("empty", "Write a response to at least one question.")
        made = []
        for part in parts:
            proposal = Proposal(
                address=row, part=part, name=name, role=role, text=said[part.pk], made_at=at
            )
            check_whole(proposal)
            proposal.save()
            made.append(proposal)
        row.used_at = at
        row.save(update_fields=["used_at"])
        work = Work.objects.filter(request=row.request_id, stage=State.WITH_FORCE).first()
        if work:
            move_to(work, State.ANSWERING, at=at)
    return made


def take_over(proposal: Proposal, *, by: User, at: dt.datetime) -> Response:
    """Make it the last response of its part. Raises ``Refused``: ``decided``, ``released``."""
    with transaction.atomic():
        row = _undecided(proposal)
        part = row.part
        if part.request.is_released:
            raise Refused("released", OVER["released"])
        last = part.responses.aggregate(last=Max("position"))["last"] or 0
        response = Response(
            part=part, position=last + 1, responder=row.name, role=row.role, text=row.text
        )
        check_whole(response)
        response.save()
        _decide(row, by=by, at=at, is_taken_over=True)
    return response


def leave(proposal: Proposal, *, by: User, at: dt.datetime) -> None:
    """It is not used. Raises ``Refused``: ``decided``."""
    with transaction.atomic():
        _decide(_undecided(proposal), by=by, at=at, is_taken_over=False)


def _undecided(proposal: Proposal) -> Proposal:
    row = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if row.decided_at:
        raise Refused("decided", "Somebody has decided about this response already.")
    return row


def _decide(row: Proposal, *, by: User, at: dt.datetime, is_taken_over: bool) -> None:
    row.decided_at, row.decided_by, row.is_taken_over = at, by, is_taken_over
    row.save()


def _refuse_over(row: ForceAddress, at: dt.datetime) -> None:
    if row.used_at:
        raise _over("used")
    if row.revoked_at:
        raise _over("revoked")
    if row.expires_at <= at:
        raise _over("out")
    if row.request.is_released:
        raise _over("released")


def _over(code: str) -> Refused:
    return Refused(code, OVER[code])
