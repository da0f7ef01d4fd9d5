"""Where a person is signed in, and ending it."""

import datetime as dt

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from .models import SignInRecord, User
from .sign_in_recording import record

Reason = SignInRecord.Reason


def open_sessions(user: User, at: dt.datetime) -> QuerySet[UserSession]:
    """The sessions in which ``user`` is signed in, newest first. One query when read."""
    alive = Session.objects.filter(expire_date__gt=at).values("session_key")
    sessions: QuerySet[UserSession] = UserSession.objects.filter(user=user, session_key__in=alive)
    return sessions.order_by("-created_at", "-pk")


@transaction.atomic
def end_sessions(
    user: User,
    *,
    at: dt.datetime,
    reason: SignInRecord.Reason = Reason.BY_THE_OFFICE,
    only: int | None = None,
    keep: str | None = None,
    request: HttpRequest | None = None,
) -> int:
    """Sign ``user`` out everywhere, at once. Returns how many sessions were ended.

    ``only`` is the number of the one session to end, ``keep`` the key of one to leave. ``request``
    is that of the person who ends them.
    """
    sessions = UserSession.objects.filter(user=user)
    if only is not None:
        sessions = sessions.filter(pk=only)
    if keep is not None:
        sessions = sessions.exclude(session_key=keep)
    keys = list(sessions.values_list("session_key", flat=True))
    open_keys = Session.objects.filter(session_key__in=keys, expire_date__gt=at).count()
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user, session_key__in=keys).delete()
    for _ in range(open_keys):
        record(SignInRecord.What.SESSION_ENDED, at=at, user=user, request=request, reason=reason)
    return open_keys
