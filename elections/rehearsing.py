from collections.abc import Callable

from django.db import transaction


def rehearse(act: Callable[[], object]) -> None:
    """Do ``act`` and undo it: nothing is written, no mail goes out, refusals are the real ones."""
    with transaction.atomic():
        act()
        transaction.set_rollback(True)
