from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from .models import User


def end_sessions(user: User) -> None:
    """Sign ``user`` out everywhere, at once.

    Reads every session there is: only people who sign in have one.
    """
    mine = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()
