"""What the staff's first page says of people and dates."""

import datetime as dt

from django.utils import timezone

from pcc_portal.desk import Matter, days_away, since

from .models import Candidate, Invitation, KeyDate, StandingRequest, User
from .models.invitation import LIVES
from .roles import GIVE_ROLES
from .second_factor import staff_without_factor


def due(at: dt.datetime) -> list[Matter]:
    return [*_people(at), *_dates(timezone.localdate(at)), *_staff(at)]


def _people(at: dt.datetime) -> list[Matter]:
    today = timezone.localdate(at)
    invitations = Invitation.objects.waiting(today).order_by("sent_at", "pk")
    unsent, sent = invitations.unsent(at), invitations.sent(at)
    coming = Candidate.objects.filter(election__poll_date__gte=today)

    def invited(invitation: Invitation) -> str:
        return f"sent {since(invitation.sent_at, at)}"

    return [
        Matter(
            code="failed",
            what="Invitations whose mail failed or was never heard of",
            rows=unsent,
            tell=lambda invitation: f"tried {since(invitation.sent_at, at)}",
            is_wrong=True,
        ),
        Matter(
            code="out",
            what="Invitations that have run out and were not taken up",
            rows=sent.filter(sent_at__lte=at - LIVES),
            tell=invited,
            is_wrong=True,
        ),
        Matter(
            code="waiting",
            what="Invitations not taken up yet",
            rows=sent.filter(sent_at__gt=at - LIVES),
            tell=invited,
        ),
        Matter(
            code="no-sign-in",
            what="Candidates without a sign-in",
            rows=coming.filter(user=None)
            .briefed_from(today)
            .select_related("election")
            .order_by("election__poll_date", "surname", "other_names", "pk"),
            tell=lambda candidate: str(candidate.election),
            first="First",
        ),
        Matter(
            code="undecided",
            what="Requests of people who say they are standing",
            rows=StandingRequest.objects.undecided()
            .select_related("election")
            .order_by("asked_at", "pk"),
            tell=lambda request: f"asked {since(request.asked_at, at)}",
        ),
    ]


def _dates(today: dt.date) -> list[Matter]:
    expected = (
        KeyDate.objects.unconfirmed()
        .filter(election__poll_date__gte=today)
        .select_related("election")
        .order_by("date", "pk")
    )

    def told(key_date: KeyDate) -> str:
        return f"{days_away(key_date.date, today)}; {key_date.election}"

    return [
        Matter(
            code="passed",
            what="Key dates that passed without being confirmed",
            rows=expected.filter(date__lt=today),
            tell=told,
            is_wrong=True,
        ),
        Matter(
            code="expected",
            what="Key dates to confirm",
            rows=expected.filter(date__gte=today),
            tell=told,
            first="Next",
        ),
    ]


def _staff(at: dt.datetime) -> list[Matter]:
    def added(user: User) -> str:
        return f"added {since(user.joined_at, at)}"

    return [
        Matter(
            code="no-role",
            what="Staff without a role",
            rows=User.objects.staff_without_role().order_by("joined_at", "pk"),
            tell=added,
            may=GIVE_ROLES,
        ),
        Matter(
            code="no-second-factor",
            what="Staff who have not set up a second factor",
            rows=staff_without_factor().order_by("joined_at", "pk"),
            tell=added,
            may=GIVE_ROLES,
        ),
    ]
