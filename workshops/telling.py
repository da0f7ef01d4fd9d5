"""People whom a mail about a booking did not reach, told by the office in another way."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from elections.models import User
from elections.refusals import Refused

from .models import Booking, BookingMail


def say_told(
    booking: Booking, mails: Collection[BookingMail], *, how: str, by: User, at: dt.datetime
) -> int:
    """Record that what ``mails`` about ``booking`` say was told in another way, and how.

    Returns how many it were; those recorded before stay as they are. Raises ``Refused``: ``how``;
    ``nothing``.
    """
    if not how.strip():
        raise Refused("how", "Say how they were told, as in “by telephone, to themselves”.", "how")
    if not mails:
        raise Refused("nothing", "Choose the mails of which you told them.", "mails")
    with transaction.atomic():
        rows = booking.mails.filter(pk__in=[mail.pk for mail in mails], told_at=None)
        return rows.update(told_at=at, told_by=by, told_how=how.strip())
