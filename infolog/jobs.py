"""What the job worker calls every day (see ``manage.py schedule_jobs``)."""

import datetime as dt
import logging

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from elections.limits import allow
from elections.models import User
from elections.roles import Role

from .clock import Clock, is_working_day
from .due import due
from .models.rules import left_out
from .working import end_of_withdrawn, reckon_all

logger = logging.getLogger(__name__)
TOLD = ("overdue", "due-soon", "paused", "proposed")
ONCE_IN = dt.timedelta(hours=20)


def start_the_day() -> str:
    """Reckon every due date anew, and mail each answering officer what presses.

    Safe to call again: nobody gets the list twice within ``ONCE_IN``.
    """
    at = timezone.now()
    end_of_withdrawn(at=at)
    reckon_all()
    if not is_working_day(timezone.localdate(at), Clock.OFFICE, left_out()):
        return "Nobody is told anything today."
    matters = [matter for matter in due(at) if matter.code in TOLD]
    lists = [(m.what, [(row, m.tell(row)) for row in m.rows]) for m in matters]
    lists = [(what, rows) for what, rows in lists if rows]
    if not lists:
        return "Nothing is due."
    officers = User.objects.filter(is_active=True, is_staff=True, groups__name=Role.ANSWERING)
    told = [officer for officer in officers.order_by("pk") if _tell(officer, lists, at)]
    return f"Told {len(told)} of {len(officers)} answering officers."


def _tell(
    officer: User, lists: list[tuple[str, list[tuple[object, str]]]], at: dt.datetime
) -> bool:
    if not allow("list-of-the-day", str(officer.pk), at_most=1, within=ONCE_IN, at=at):
        return False
    message = EmailMessage(
        subject=", ".join(f"{what}: {len(rows)}" for what, rows in lists)[:150],
        body=render_to_string("infolog/email/day.txt", {"lists": lists}).strip(),
        to=[officer.email],
    )
    try:
        message.send()
    except Exception as error:  # whatever a mail backend raises: the next one has to be told
        logger.warning("the list of the day could not be sent: %s", type(error).__name__)
        return False
    return True
