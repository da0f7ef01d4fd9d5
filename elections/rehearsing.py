from collections.abc import Callable

from pcc_portal.rehearsing import rehearsal


def rehearse(act: Callable[[], object]) -> None:
    """Do ``act`` and undo it: nothing is written, no mail goes out, refusals are the real ones."""
    with rehearsal():
        act()
