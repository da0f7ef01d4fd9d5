"""What this room holds about one person (see ``pcc_portal/own_data.py``)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import models

from .models import (
    Agent,
    CalendarAddress,
    Candidate,
    ImpartialityDeclaration,
    Invitation,
    SignInRecord,
    StandingRequest,
    StatusChange,
    User,
)

HELD = {
    "account.EmailAddress.email": "addresses",
    "account.EmailAddress.user": "addresses",
    "elections.Agent.candidate": "candidacies",
    "elections.Agent.name": "candidacies",
    "elections.Agent.user": "agencies",
    "elections.CalendarAddress.user": "calendar_addresses",
    "elections.Candidate.other_names": "candidacies",
    "elections.Candidate.surname": "candidacies",
    "elections.Candidate.user": "candidacies",
    "elections.ImpartialityDeclaration.user": "declarations",
    "elections.Invitation.agent": "invitations",
    "elections.Invitation.candidate": "invitations",
    "elections.Invitation.email": "invitations",
    "elections.Invitation.failure": "invitations",
    "elections.SignInRecord.network_address": "sign_in_records",
    "elections.SignInRecord.user": "sign_in_records",
    "elections.StandingRequest.email": "requests_to_be_invited",
    "elections.StandingRequest.message": "requests_to_be_invited",
    "elections.StandingRequest.name": "requests_to_be_invited",
    "elections.StandingRequest.phone": "requests_to_be_invited",
    "elections.StatusChange.candidate": "candidacies",
    "elections.User.email": "account",
    "elections.User.name": "account",
    "elections.User_groups.user": "account",
    "mfa.Authenticator.user": "second_factors",
    "usersessions.UserSession.ip": "sessions",
    "usersessions.UserSession.user": "sessions",
}

WORK = (
    "Which records of the office somebody made or changed, when it was their work: the office "
    "keeps it with those records. About yours, write to the office."
)
PUBLISHED = "What the portal publishes about the office and its events: it is on the public pages."
NO_PERSON = ""
LEFT_OUT = {
    "admin.LogEntry.user": WORK,
    "elections.Agent.invited_by": WORK,
    "elections.Agent.revoked_by": WORK,
    "elections.Invitation.revoked_by": WORK,
    "elections.Invitation.sent_by": WORK,
    "elections.StandingRequest.decided_by": WORK,
    "elections.StatusChange.recorded_by": WORK,
    "elections.StandingRequest.reason": "Why the office declined a request to be invited: write "
    "to the office for it.",
    "elections.CodeMail.address": "A sign-in code that waits to be mailed, with your address: it "
    "is deleted when the mail has gone.",
    "mfa.Authenticator.data": "What your second factors are checked with: it would let somebody "
    "else use them.",
    "elections.User_user_permissions.user": NO_PERSON,  # rights are given by role alone
    "elections.Office.address": PUBLISHED,
    "elections.Office.contact_email": PUBLISHED,
    "elections.Office.contact_name": PUBLISHED,
    "elections.Office.contact_phone": PUBLISHED,
    "elections.Office.name": NO_PERSON,
    "elections.Office.short_name": NO_PERSON,
    "elections.Election.name": NO_PERSON,
    "auth.Group.name": NO_PERSON,
    "auth.Permission.name": NO_PERSON,
    "django_q.Schedule.name": NO_PERSON,
    "django_q.Task.name": NO_PERSON,
}


def held(user: User, *, at: dt.datetime) -> dict[str, Any]:
    """What is held about ``user`` as a person who signs in, stands or acts for a candidate.

    A fixed number of queries. Other people stand in it only where the person named them or acts
    for them: a candidate's agents, an agent's candidate.
    """
    candidacies = list(
        user.candidacies.select_related("election")
        .prefetch_related("status_changes", "agents__user")
        .order_by("-election__poll_date", "-pk")
    )
    agencies = list(user.agencies.select_related("candidate__election").order_by("-invited_at"))
    invitations = list(Invitation.objects.of_user(user))
    requests = list(
        StandingRequest.objects.filter(email__iexact=user.email).select_related("election")
    )
    return {
        "account": _account(user),
        "addresses": _rows(EmailAddress.objects.filter(user=user), "email", "verified", "primary"),
        "candidacies": [_candidacy(row) for row in candidacies],
        "agencies": [_agency(row) for row in agencies],
        "invitations": [_invitation(row, user, at) for row in invitations],
        "requests_to_be_invited": [_request(row) for row in requests],
        "declarations": _rows(
            ImpartialityDeclaration.objects.filter(user=user), "version", "wording", "confirmed_at"
        ),
        "calendar_addresses": _rows(CalendarAddress.objects.filter(user=user), "key", "made_at"),
        "sessions": _rows(
            UserSession.objects.filter(user=user).order_by("created_at"),
            *("created_at", "last_seen_at", "ip", "user_agent"),
        ),
        "second_factors": _rows(
            Authenticator.objects.filter(user=user).order_by("created_at"),
            *("type", "created_at", "last_used_at"),
        ),
        "sign_in_records": _rows(
            SignInRecord.objects.filter(user=user), "at", "what", "reason", "network_address"
        ),
        "changes": _changes(user, candidacies, agencies, invitations, requests),
    }


def _rows(rows: models.QuerySet[Any], *names: str) -> list[dict[str, Any]]:
    return list(rows.values(*names))


def _account(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "email": user.email,
        "joined_at": user.joined_at,
        "last_login": user.last_login,
        "can_sign_in": user.is_active,
        "is_staff": user.is_staff,
        "is_office_holder": user.is_office_holder,
        "roles": [group.name for group in user.groups.order_by("name")],
    }


def _candidacy(row: Candidate) -> dict[str, Any]:
    return {
        "election": row.election.name,
        "surname": row.surname,
        "other_names": row.other_names,
        "ballot_description": row.ballot_description,
        "nominated_on": row.nominated_on,
        "statuses": [
            {
                "status": change.get_status_display(),
                "effective_from": change.effective_from,
                "notice_title": change.notice_title,
                "notice_url": change.notice_url,
                "recorded_at": change.recorded_at,
            }
            for change in row.status_changes.all()
        ],
        "agents": [
            {
                "name": agent.name,
                "email": agent.user.email,
                "invited_at": agent.invited_at,
                "access_ended_at": agent.revoked_at,
            }
            for agent in row.agents.all()
        ],
    }


def _agency(row: Agent) -> dict[str, Any]:
    return {
        "name": row.name,
        "agent_for": str(row.candidate),
        "election": row.candidate.election.name,
        "invited_at": row.invited_at,
        "access_ended_at": row.revoked_at,
    }


def _invitation(row: Invitation, user: User, at: dt.datetime) -> dict[str, Any]:
    """One that went to another address may have gone to another person: it is told without it."""
    was_to_them = row.email.lower() == user.email.lower()
    return {
        "as": "agent" if row.agent_id else "candidate",
        "sent_to": row.email if was_to_them else "another address",
        "sent_at": row.sent_at,
        "accepted_by_mail_server_at": row.accepted_at,
        "mail_failed_at": row.failed_at,
        "mail_server_said": row.failure if was_to_them else "",
        "taken_up_at": row.taken_up_at,
        "revoked_at": row.revoked_at,
        "state": row.state(at),
    }


def _request(row: StandingRequest) -> dict[str, Any]:
    return {
        "election": row.election.name,
        "name": row.name,
        "email": row.email,
        "phone": row.phone,
        "message": row.message,
        "asked_at": row.asked_at,
        "outcome": row.get_outcome_display(),
        "decided_at": row.decided_at,
    }


def _changes(
    user: User,
    candidacies: list[Candidate],
    agencies: list[Agent],
    invitations: list[Invitation],
    requests: list[StandingRequest],
) -> list[dict[str, Any]]:
    """The record of changes of the rows about ``user``, oldest first."""
    theirs: tuple[tuple[type[models.Model], Iterable[models.Model]], ...] = (
        (User, [user]),
        (Candidate, candidacies),
        (StatusChange, [c for row in candidacies for c in row.status_changes.all()]),
        (Agent, agencies),
        (Invitation, [i for i in invitations if i.email.lower() == user.email.lower()]),
        (StandingRequest, requests),
    )
    told = [
        _change(record, user)
        for model, rows in theirs
        for record in model.history.filter(  # type: ignore[attr-defined]
            **{f"{model._meta.pk.name}__in": [row.pk for row in rows]}
        )
    ]
    return sorted(told, key=lambda change: change["at"])


def _change(record: Any, user: User) -> dict[str, Any]:
    """What one row of the record held. Who made the change is told as you, or somebody else."""
    model = record.instance_type
    return {
        "at": record.history_date,
        "what": str(model._meta.verbose_name),
        "change": record.get_history_type_display(),
        "by": "you" if record.history_user_id == user.pk else "the office or the portal",
        "held": {
            one.name: one.value_from_object(record)
            for one in record.tracked_fields
            if not one.is_relation and f"{model._meta.label}.{one.name}" not in LEFT_OUT
        },
    }
