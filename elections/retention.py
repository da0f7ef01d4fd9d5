"""How long what is held about people who sign in is kept. See ``pcc_portal/retention.py``.

The office's data protection officer answers for the times; change them here and nowhere else.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from pcc_portal.history import forget_person
from pcc_portal.retention import Rule

from .models import (
    Agent,
    CalendarAddress,
    Candidate,
    CodeMail,
    Invitation,
    SignInRecord,
    StandingRequest,
    User,
)
from .sessions import end_sessions

# Candidates return their spending within 70 days of the result; then a month for questions.
ACCOUNT_DAYS = 100
SIGN_IN_DAYS = 180
CODE_HOURS = 24
FORMER = "Former user"
FORMER_SURNAME, FORMER_OTHER_NAMES = "candidate", "Former"
# What goes with the account.
THEIRS: tuple[Any, ...] = (Authenticator, CalendarAddress, EmailAddress, SignInRecord)


def _accounts(at: dt.datetime) -> QuerySet[User]:
    """Candidates and agents all of whose elections were declared long enough ago."""
    long_ago = timezone.localdate(at) - dt.timedelta(days=ACCOUNT_DAYS)
    took_part = Candidate.objects.filter(Q(user=OuterRef("pk")) | Q(agents__user=OuterRef("pk")))
    return User.objects.filter(
        Exists(took_part),
        ~Exists(took_part.exclude(election__declared_on__lt=long_ago)),
        is_staff=False,
        is_superuser=False,
    ).exclude(name=FORMER, is_active=False)


def _without_part(at: dt.datetime) -> QuerySet[User]:
    """Those who take part in nothing, have not been here for long, and never were staff."""
    long_ago = at - dt.timedelta(days=ACCOUNT_DAYS)
    records: Any = User.history
    return (
        User.objects.filter(
            ~Exists(Candidate.objects.filter(user=OuterRef("pk"))),
            ~Exists(Agent.objects.filter(user=OuterRef("pk"))),
            ~Exists(records.filter(id=OuterRef("pk"), is_staff=True)),
            Q(last_login=None) | Q(last_login__lt=long_ago),
            joined_at__lt=long_ago,
            is_staff=False,
            is_superuser=False,
            is_office_holder=False,
        )
        .exclude(name=FORMER, is_active=False)
        .filter(declarations=None)
    )


def _never_nominated(at: dt.datetime) -> QuerySet[Candidate]:
    """Those without a sign-in; the others go with their account."""
    long_ago = timezone.localdate(at) - dt.timedelta(days=ACCOUNT_DAYS)
    return Candidate.objects.filter(
        user=None, nominated_on=None, election__declared_on__lt=long_ago
    ).exclude(surname=FORMER_SURNAME, other_names=FORMER_OTHER_NAMES)


def _forget_names(candidates: Iterable[Candidate], at: dt.datetime) -> None:
    for candidate in candidates:
        candidate.surname, candidate.other_names = FORMER_SURNAME, FORMER_OTHER_NAMES
        candidate.save()
        forget_person(candidate)
        _forget_invitations(
            Invitation.objects.filter(candidate=candidate),
            f"former-candidate-{candidate.pk}@example.invalid",
        )


def _forget_invitations(invitations: Iterable[Invitation], email: str) -> None:
    for invitation in invitations:
        invitation.email, invitation.failure = email, ""
        invitation.save()
        forget_person(invitation)


def _anonymise(users: list[Any], at: dt.datetime) -> None:
    """Nobody can tell who it was. What was published about a nominated candidate stays."""
    for user in users:
        end_sessions(user, at=at)
        for model in THEIRS:
            model.objects.filter(user=user).delete()
        # Those that were taken back are found by the address only.
        sent = list(
            Invitation.objects.of_user(user) | Invitation.objects.filter(email__iexact=user.email)
        )
        user.email, user.name, user.is_active = f"former-{user.pk}@example.invalid", FORMER, False
        user.save()
        forget_person(user)
        _forget_invitations(sent, user.email)
        for agent in Agent.objects.filter(user=user):
            agent.name = "Former agent"
            agent.save()
            forget_person(agent)
        _forget_names(Candidate.objects.filter(user=user, nominated_on=None), at)


def _standing_requests(at: dt.datetime) -> QuerySet[StandingRequest]:
    return StandingRequest.objects.kept_long_enough(timezone.localdate(at))


def _delete_with_record(rows: list[Any], at: dt.datetime) -> None:
    for row in rows:
        pk = row.pk
        row.delete()
        row.pk = pk  # the record of it, its end included, keeps no name either
        forget_person(row)


def _sign_in_records(at: dt.datetime) -> QuerySet[SignInRecord]:
    return SignInRecord.objects.filter(at__lt=at - dt.timedelta(days=SIGN_IN_DAYS))


def _codes(at: dt.datetime) -> QuerySet[CodeMail]:
    return CodeMail.objects.filter(asked_at__lt=at - dt.timedelta(hours=CODE_HOURS))


def _sessions(at: dt.datetime) -> QuerySet[UserSession]:
    alive = Session.objects.filter(expire_date__gt=at).values("session_key")
    ended: QuerySet[UserSession] = UserSession.objects.exclude(session_key__in=alive)
    return ended


def _end(rows: list[Any], at: dt.datetime) -> None:
    keys = [row.session_key for row in rows]
    UserSession.objects.filter(session_key__in=keys).delete()
    Session.objects.filter(expire_date__lte=at).delete()


def _delete(rows: list[Any], at: dt.datetime) -> None:
    for row in rows:
        row.delete()


RULES = [
    Rule(
        "Accounts of candidates and agents: name, e-mail address, second factor, invitations, "
        "calendar address",
        f"{ACCOUNT_DAYS} days after the result of the last election they took part in was "
        "declared. Then the account is closed and nobody can tell whose it was.",
        _accounts,
        _anonymise,
    ),
    Rule(
        "Names of people who were interested or declared but never nominated",
        f"As long as the account; without one, {ACCOUNT_DAYS} days after the result was declared.",
        _never_nominated,
        _forget_names,
    ),
    Rule(
        "Accounts of people who take part in no election",
        f"{ACCOUNT_DAYS} days after the account was made or last signed in to. Then it is closed "
        "and nobody can tell whose it was.",
        _without_part,
        _anonymise,
    ),
    Rule(
        "Names and descriptions of candidates who were nominated, and results",
        "For good: the returning officer published them, and they are part of the public record.",
    ),
    Rule(
        "Requests to be invited: name, e-mail address, telephone, message",
        f"{StandingRequest.KEPT_DAYS} days after polling day. Then they are deleted.",
        _standing_requests,
        _delete_with_record,
    ),
    Rule(
        "Who signed in or was refused, when, and from which network address",
        f"{SIGN_IN_DAYS} days, or as long as the account where that ends first. "
        "Then it is deleted.",
        _sign_in_records,
        _delete,
    ),
    Rule(
        "Where you are signed in, and with which kind of browser",
        "Until that sign-in ends: 14 hours at most. Then it is deleted.",
        _sessions,
        _end,
    ),
    Rule(
        "Sign-in codes that could not be mailed",
        f"{CODE_HOURS} hours. They work for 15 minutes only.",
        _codes,
        _delete,
    ),
    Rule(
        "Staff: name, e-mail address, declaration of impartiality, and what they changed",
        "For good: the office has to be able to show who did what. Their access ends with their "
        "work.",
    ),
]
