"""The public register of meetings held: what is wrong in it is struck out, never taken away."""

import datetime as dt

from django.db import transaction

from elections.models import User
from elections.refusals import Refused

from .models import Meeting


def strike_out(meeting: Meeting, *, reason: str, by: User, at: dt.datetime) -> Meeting:
    """Say of a public row that it is wrong, and why: everyone reads that. Safe to call again.

    Raises ``Refused``: ``no_reason``; ``named``; ``not_public`` while it can still be changed.
    """
    if not reason.strip():
        raise Refused("no_reason", "Say why it is struck out: everyone reads it.", "reason")
    if named := meeting.names_in("reason", reason):
        raise Refused("named", named, "reason")
    with transaction.atomic():
        held = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        if not held.is_public(at):
            raise Refused("not_public", "This is not public yet: change it, or delete it.")
        if held.struck_at is None:
            held.struck_at, held.struck_by, held.struck_reason = at, by, reason.strip()
            held.save(update_fields=["struck_at", "struck_by", "struck_reason"])
        return held
