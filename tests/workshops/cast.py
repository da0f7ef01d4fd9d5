"""Who reads, and when: what the tests of this folder share beside fixtures."""

import datetime as dt

from django.utils import timezone

READERS = ("anonymous", "candidate", "other_candidate", "withdrawn_candidate", "staff")
# Those of them who know what is for candidates of the election.
BRIEFED = ("candidate", "staff")


def uk(said: str) -> dt.datetime:
    """The moment of a UK day and time, as in ``uk("2021-03-18 10:00")``."""
    return timezone.make_aware(dt.datetime.fromisoformat(said))
