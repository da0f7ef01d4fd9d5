"""Staff look at the portal as the public, or as a candidate of one election, and change nothing.

What they look as is kept in their session and nowhere else. While it is there, the public pages are
drawn for a reader who is nobody in particular. The staff pages, and those of the person's own
account, stay theirs; on none of them can anything be sent but to stop and to sign out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from pcc_portal import error_pages

from .models import Election
from .second_factor import is_passed, needs_second_factor

KEY = "looking_as"
PUBLIC = 0
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
STILL_ALLOWED = ("stop-looking", "account_logout", "admin:logout")
# Pages about the person who is signed in, whatever they look as.
OF_THE_PERSON = ("my-account", "my-page", "admin:index")


@dataclass(frozen=True)
class StandIn:
    """A candidate of the election ``briefed_in`` who is in no table: nobody's name, no rights."""

    briefed_in: int

    # No row has this number. ``None`` would be that of every candidate without a sign-in.
    pk = id = 0
    is_authenticated = True
    is_anonymous = False
    is_active = True
    is_staff = False
    is_superuser = False
    email = ""

    def __str__(self) -> str:
        return "A candidate"

    def get_full_name(self) -> str:
        return str(self)

    get_short_name = get_username = get_full_name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_perms(self, perms: Any, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


@dataclass(frozen=True)
class Looking:
    """What somebody looks as, in words, and the reader the pages are drawn for."""

    label: str
    reader: AnonymousUser | StandIn


def start_looking(request: HttpRequest, election: Election | None) -> None:
    """As a candidate of ``election``, or as the public. Until stopped, or signed out."""
    request.session[KEY] = election.pk if election else PUBLIC


def stop_looking(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def looking(request: HttpRequest) -> dict[str, Any]:
    """For every template, without a query: what this person looks as, or nothing; and whether the
    page is only a preview.
    """
    return {
        "looking": getattr(request, "looking", None),
        "preview": getattr(request, "preview", None),
    }


class LookingMiddleware:
    """Comes last: those before it see who is really signed in, the pages see the reader."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        looking = _looking(request)
        if looking is None:
            return self.get_response(request)
        request.looking = looking  # type: ignore[attr-defined]
        request.real_user = request.user  # type: ignore[attr-defined]
        if request.method not in SAFE and request.path not in map(reverse, STILL_ALLOWED):
            return error_pages.looking_only(request)
        if not request.path.startswith(tuple(map(reverse, OF_THE_PERSON))):
            request.user = looking.reader  # type: ignore[assignment]
        return self.get_response(request)


def _looking(request: HttpRequest) -> Looking | None:
    """Only for staff who have used their second factor: it shows nothing they could not read.

    Costs no query for whoever has no session; one while somebody looks as a candidate.
    """
    # Without our cookie nobody is signed in; not looking keeps public pages free of sessions.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    chosen = request.session.get(KEY)
    if chosen is None or not (needs_second_factor(request.user) and is_passed(request)):
        return None
    election = Election.objects.filter(pk=chosen).first() if chosen != PUBLIC else None
    if election is None:
        return Looking("the public", AnonymousUser())
    return Looking(f"a candidate of {election}", StandIn(election.pk))
