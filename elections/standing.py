"""People who say on the public page that they mean to stand, until staff decide."""

import datetime as dt

from django.db import IntegrityError, transaction

from .models import Election, StandingRequest, User
from .refusals import Refused, check_whole


def is_open(election: Election, on: dt.date) -> bool:
    """Whether one can ask on the day ``on``: until it is published who stands."""
    published = election.nominations_published_on
    return election.poll_date >= on and not (published and published <= on)


def ask(
    *,
    election: Election,
    name: str,
    email: str,
    phone: str = "",
    message: str = "",
    at: dt.datetime,
) -> StandingRequest:
    """Note that somebody asks to be invited; asking again before it is decided changes nothing.

    Raises ``Refused`` with the code of a field that is not filled in rightly.
    """
    undecided = StandingRequest.objects.undecided().filter(election=election, email__iexact=email)
    earlier = undecided.first()
    if earlier:
        return earlier
    request = StandingRequest(
        election=election, name=name, email=email, phone=phone, message=message, asked_at=at
    )
    try:
        with transaction.atomic():
            check_whole(request)
            request.save()
    except (IntegrityError, Refused):
        earlier = undecided.first()  # sent twice in the same moment
        if earlier is None:
            raise
        return earlier
    return request


def decline(request: StandingRequest, *, reason: str, by: User, at: dt.datetime) -> None:
    """Raises ``Refused``: ``no_reason``; ``decided`` when somebody else was first."""
    if not reason.strip():
        raise Refused("no_reason", "Say why, for the office’s record.", "reason")
    _decide(request, StandingRequest.Outcome.DECLINED, reason=reason.strip(), by=by, at=at)


def note_invited(request: StandingRequest, *, by: User, at: dt.datetime) -> None:
    """The person is invited: called with the invitation. Raises ``Refused``: ``decided``."""
    _decide(request, StandingRequest.Outcome.INVITED, reason="", by=by, at=at)


def _decide(
    request: StandingRequest, outcome: str, *, reason: str, by: User, at: dt.datetime
) -> None:
    with transaction.atomic():
        undecided = StandingRequest.objects.select_for_update().undecided()
        row = undecided.filter(pk=request.pk).first()
        if row is None:
            raise Refused("decided", "Somebody has decided about this request already.")
        row.outcome, row.reason, row.decided_by, row.decided_at = outcome, reason, by, at
        row.save()
