"""What the job worker calls at its times (see ``manage.py schedule_jobs``)."""

from django.utils import timezone

from pcc_portal.jobs import hand_over, is_waiting

from .catching_up import catch_up_all
from .releasing import release_due
from .sending import send_due

SEND = "releases.jobs.send_deliveries"
# The same worker mails the sign-in codes, and ends a job that takes a minute.
SECONDS_A_JOB = 10


def release_due_now() -> str:
    """Release all that is due. Returns what was done, for the worker's record."""
    released = release_due(at=timezone.now())
    if not released:
        return "Nothing was due."
    return f"Released: {', '.join(str(release) for release in released)}."


def catch_up_now() -> str:
    """Give what was released to everyone who joined since. Returns what was done, as above."""
    made = catch_up_all(at=timezone.now())
    return f"Caught up: {len(made)}." if made else "Nobody had to be caught up."


def send_deliveries() -> str:
    """Send mail for a while, then let others have their turn. Returns what was done."""
    sent = send_due(seconds=SECONDS_A_JOB)
    if not sent.is_over and not is_waiting(SEND):
        hand_over(SEND)
    return str(sent)
