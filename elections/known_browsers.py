"""A mark left on a browser in which somebody signed in. It lets nobody in: it gives its owner
tries of their own, which nobody else can use up. See docs/decisions/0007-limits-of-signing-in.md.
"""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from .models import User

COOKIE = "known_browser"
KEPT = dt.timedelta(days=365)
# A browser that several people use, in an office or a family, knows each of them.
PEOPLE_AT_MOST = 5
SALT = "elections.known_browsers"


def mark(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Have the browser remember that ``user`` has signed in with it; it outlives signing out."""
    own = _mark_of(user)
    others = [known for known in _marks(request) if known != own]
    response.set_signed_cookie(
        COOKIE,
        ".".join([own, *others][:PEOPLE_AT_MOST]),
        salt=SALT,
        max_age=int(KEPT.total_seconds()),
        path=reverse("my-account"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def knows(request: HttpRequest, user: User | None) -> bool:
    """Whether ``user`` has signed in with this browser, at the address they have now."""
    if user is None:
        return False
    own = _mark_of(user)
    return any(constant_time_compare(own, known) for known in _marks(request))


def _mark_of(user: User) -> str:
    """Nobody without our key can tell whose it is. Another address makes another mark."""
    digest = salted_hmac(SALT, f"{user.pk} {user.email}", algorithm="sha256").hexdigest()
    return digest[:32]


def _marks(request: HttpRequest) -> list[str]:
    kept = request.get_signed_cookie(COOKIE, "", salt=SALT, max_age=KEPT)
    return kept.split(".") if kept else []
