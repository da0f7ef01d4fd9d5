"""What the job worker calls at its times (see ``manage.py schedule_jobs``)."""

from django.utils import timezone

from .catching_up import catch_up_all
from .releasing import release_due


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
