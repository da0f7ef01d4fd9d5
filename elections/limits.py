import datetime as dt
import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import caches
from django.http import HttpRequest


def allow(what: str, who: str, *, at_most: int, within: dt.timedelta, at: dt.datetime) -> bool:
    """Count one more act ``what`` of ``who``; whether it is among the first ``at_most``.

    Counts ``within`` a sliding time, in the shared cache. ``who`` is kept as a digest only. Two
    acts in the very same moment may count as one. Signing in counts with allauth’s own limits,
    which cannot be asked here: they need a request, take its clock and let every GET pass.
    """
    key = f"limit-{what}-{hashlib.blake2b(who.encode(), digest_size=16).hexdigest()}"
    cache = caches["default"]
    acts = [act for act in cache.get(key, []) if act > at - within]
    if len(acts) >= at_most:
        return False
    cache.set(key, [*acts, at], within.total_seconds())
    return True


def network_address(request: HttpRequest) -> str:
    """Where a request comes from; behind a proxy as allauth is told to read it."""
    address: str = get_adapter().get_client_ip(request)
    return address
