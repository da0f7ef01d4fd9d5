"""Asks candidates and their agents to sign in, and says who may."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from pcc_portal.jobs import hand_over

from .limits import allow
from .models import Agent, Candidate, Invitation, User
from .models.invitation import InvitationQuerySet
from .refusals import Refused, check_whole
from .sessions import end_sessions

AGENTS_AT_MOST = 5
# How often one candidate may ask in a day, whatever comes of it.
AGENTS_ASKED_AT_MOST = 10
# Somebody who clicks twice sends one mail.
NOT_AGAIN_WITHIN = dt.timedelta(minutes=5)


def invite_candidate(
    candidate: Candidate, *, email: str, sign_in_url: str, by: User | None, at: dt.datetime
) -> Invitation:
    """Let ``candidate`` sign in at ``email``, and write to them.

    Somebody who has signed in before, perhaps as a candidate of another election, keeps that
    sign-in. Raises ``Refused``: ``staff``, ``inactive``, ``candidate`` and ``agent`` when the
    address belongs to somebody who cannot be this candidate; ``has_sign_in``; ``left``.
    """
    with transaction.atomic():
        row = _locked(candidate)
        if row.user_id:
            raise Refused("has_sign_in", f"{row} has a sign-in already.", "email")
        _refuse_left(row, at)
        user = _user_at(email, name=str(row))
        if user.candidacies.filter(election=row.election_id).exists():
            raise Refused(
                "candidate",
                "This address belongs to another candidate of this election.",
                "email",
            )
        agencies = Agent.objects.active().filter(user=user)
        if agencies.filter(candidate__election=row.election_id).exists():
            raise Refused(
                "agent", "This address belongs to an agent of another candidate.", "email"
            )
        row.user = user
        row.save(update_fields=["user"])
        return _invite(Invitation(candidate=row), user, sign_in_url=sign_in_url, by=by, at=at)


def invite_agent(
    candidate: Candidate, *, name: str, email: str, sign_in_url: str, by: User, at: dt.datetime
) -> Invitation:
    """Let somebody act for ``candidate``, and write to them.

    Raises ``Refused``: ``too_many_today``, ``left``, ``too_many``, ``own_address``, ``again``; and
    ``staff``, ``inactive``, ``candidate`` or ``acts_already`` when the address belongs to somebody
    who cannot be an agent: all four in the same words, which tell the candidate nothing about that
    person.
    """
    # Before the transaction: what is refused in it is counted too.
    if not allow(
        "agent-invitation",
        str(candidate.pk),
        at_most=AGENTS_ASKED_AT_MOST,
        within=dt.timedelta(days=1),
        at=at,
    ):
        raise Refused("too_many_today", "You have invited many agents today. Try again tomorrow.")
    with transaction.atomic():
        row = _locked(candidate)
        _refuse_left(row, at)
        if Agent.objects.active().filter(candidate=row).count() >= AGENTS_AT_MOST:
            raise Refused(
                "too_many",
                f"You have {AGENTS_AT_MOST} agents, which is as many as there can be. End the "
                "access of one first.",
            )
        if row.user and row.user.email.lower() == email.strip().lower():
            raise Refused("own_address", "This is your own address.", "email")
        try:
            user = _user_at(email, name=name.strip())
        except Refused as refused:
            if refused.code in ("staff", "inactive"):
                raise _cannot_be_agent(refused.code) from refused
            raise
        if user.candidacies.filter(election=row.election_id).exists():
            raise _cannot_be_agent("candidate")
        acts_for = Agent.objects.active().filter(user=user).first()
        if acts_for and acts_for.candidate_id == row.pk:
            raise Refused("again", f"{acts_for.name} is your agent already.", "email")
        if acts_for:
            raise _cannot_be_agent("acts_already")
        agent = Agent(candidate=row, user=user, name=name.strip(), invited_at=at, invited_by=by)
        check_whole(agent)
        agent.save()
        return _invite(Invitation(agent=agent), user, sign_in_url=sign_in_url, by=by, at=at)


def send_again(
    invitation: Invitation, *, sign_in_url: str, by: User | None, at: dt.datetime
) -> Invitation:
    """Write once more to somebody who has not signed in yet; it lives from now on.

    Raises ``Refused``: ``taken_up``; ``just_sent``; ``left`` when the candidate has; ``ended``
    when the agent's access was ended.
    """
    with transaction.atomic():
        candidate = _locked(invitation.invited_candidate)
        invitee = invitation.invitee
        _refuse_left(candidate, at)
        user = _may_be_asked(invitee)
        earlier = _of(invitee)
        if earlier.exclude(taken_up_at=None).exists():
            raise Refused("taken_up", f"{user} has signed in already.")
        newest = earlier.first()
        if (
            newest
            and newest.sent_at > at - NOT_AGAIN_WITHIN
            and not (newest.failed_at or newest.revoked_at)
        ):
            raise Refused(
                "just_sent", f"An invitation went to {newest.email} less than five minutes ago."
            )
        again = (
            Invitation(agent=invitee)
            if isinstance(invitee, Agent)
            else Invitation(candidate=invitee)
        )
        return _invite(again, user, sign_in_url=sign_in_url, by=by, at=at)


def revoke(invitation: Invitation, *, by: User, at: dt.datetime) -> None:
    """Take back every open invitation of the same person, and what it gave them.

    A candidate has no sign-in afterwards, so that the right address can be invited; an agent's
    access ends. What somebody may do in another election stays, and is signed in to anew.

    Raises ``Refused`` when it was taken up (``taken_up``): then another status of the candidate,
    or ending the agent's access, is what ends access; or when it is revoked already (``revoked``).
    """
    with transaction.atomic():
        candidate = _locked(invitation.invited_candidate)
        row = Invitation.objects.get(pk=invitation.pk)
        if row.taken_up_at:
            raise Refused(
                "taken_up",
                f"{row.email} has signed in already. Record another status of the candidate, or "
                "end the agent’s access.",
            )
        if not _take_back(row.invitee, by=by, at=at):
            raise Refused("revoked", "This invitation has been taken back already.")
        if row.agent:
            _end_agency(row.agent, by=by, at=at)
        elif candidate.user:
            user, candidate.user = candidate.user, None
            candidate.save(update_fields=["user"])
            end_sessions(user, at=at)


def revoke_agent(agent: Agent, *, by: User, at: dt.datetime) -> None:
    """End the access of ``agent`` at once, on every device. Safe to call again."""
    with transaction.atomic():
        _locked(agent.candidate)
        row = Agent.objects.active().filter(pk=agent.pk).first()
        if row is None:
            return
        _take_back(row, by=by, at=at)
        _end_agency(row, by=by, at=at)


def take_up(user: User, at: dt.datetime) -> None:
    """Record that ``user`` has signed in by what lives. Row by row, for the record of changes."""
    for row in Invitation.objects.of_user(user).live(at):
        row.taken_up_at = at
        row.save(update_fields=["taken_up_at"])


def may_sign_in(user: User, at: dt.datetime) -> bool:
    """Whether ``user`` may have a sign-in code at the moment ``at``, and use it.

    Staff, candidates whatever became of their candidature, and agents whose access has not been
    ended. Somebody who never signed in needs an invitation that still lives, if any was sent.
    One query, the same whoever asks, also for a ``user`` who is in no table.
    """
    invitations = Invitation.objects.filter(
        Q(candidate__user=OuterRef("pk")) | Q(agent__user=OuterRef("pk"))
    )
    known = (
        User.objects.filter(pk=user.pk, is_active=True)
        .annotate(
            acts=Exists(Agent.objects.active().filter(user=OuterRef("pk"))),
            stands=Exists(Candidate.objects.filter(user=OuterRef("pk"))),
            invited=Exists(invitations),
            has_begun=Exists(invitations.exclude(taken_up_at=None)),
            may_begin=Exists(invitations.live(at)),
        )
        .first()
    )
    if known is None:
        return False
    if known.is_staff:
        return True
    has_begun = known.last_login is not None or known.has_begun
    return (known.acts or known.stands) and (has_begun or known.may_begin or not known.invited)


def _locked(candidate: Candidate) -> Candidate:
    """Everything that gives or ends a sign-in of one candidate or agent waits for the others."""
    return (
        Candidate.objects.select_for_update(of=("self",))
        .select_related("user", "election__office")
        .get(pk=candidate.pk)
    )


def _refuse_left(candidate: Candidate, at: dt.datetime) -> None:
    today = timezone.localdate(at)
    if not Candidate.objects.filter(pk=candidate.pk).briefed_from(today).exists():
        raise Refused("left", f"{candidate} is not in the contest.")


def _user_at(email: str, *, name: str) -> User:
    """Whoever signs in with this address, or somebody new.

    Somebody known stays locked until the transaction ends. Two who invite the same new address at
    once get the same user: the database refuses the second, which then reads the first.
    """
    email = User.objects.normalize_email(email)
    known = User.objects.select_for_update().filter(email__iexact=email)
    user = known.first()
    if user is None:
        user = User(email=email, name=name)
        user.set_unusable_password()
        check_whole(user)
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError:
            user = known.get()
        else:
            return user
    if user.is_staff:
        raise Refused(
            "staff",
            "This address belongs to a member of the office’s staff, who cannot be a candidate.",
            "email",
        )
    if not user.is_active:
        raise Refused(
            "inactive",
            f"The access of {user} was ended. Open it again on their page under “Users” first.",
            "email",
        )
    return user


def _cannot_be_agent(code: str) -> Refused:
    return Refused(
        code,
        "This address cannot be an agent’s here. Give another one, or ask the office.",
        "email",
    )


def _may_be_asked(invitee: Candidate | Agent) -> User:
    if isinstance(invitee, Agent) and not invitee.is_active:
        raise Refused("ended", f"The access of {invitee.name} was ended.")
    user = invitee.user
    if user is None:
        raise Refused("no_address", f"{invitee} has no address to write to.")
    if not user.is_active:
        raise Refused("inactive", f"The access of {user} was ended.")
    return user


def _of(invitee: Candidate | Agent) -> InvitationQuerySet:
    invitations = Invitation.objects.all()
    if isinstance(invitee, Agent):
        return invitations.filter(agent=invitee)
    return invitations.filter(candidate=invitee)


def _take_back(invitee: Candidate | Agent, *, by: User, at: dt.datetime) -> int:
    """Revoke what is open. Row by row, so that the record of changes has it."""
    rows = list(_of(invitee).open())
    for row in rows:
        row.revoked_at, row.revoked_by = at, by
        row.save(update_fields=["revoked_at", "revoked_by"])
    return len(rows)


def _end_agency(agent: Agent, *, by: User, at: dt.datetime) -> None:
    agent.revoked_at, agent.revoked_by = at, by
    agent.save(update_fields=["revoked_at", "revoked_by"])
    end_sessions(agent.user, at=at)


def _invite(
    invitation: Invitation, user: User, *, sign_in_url: str, by: User | None, at: dt.datetime
) -> Invitation:
    invitation.email = user.email
    invitation.sent_at = at
    invitation.sent_by = by
    check_whole(invitation)
    invitation.save()
    # Not with the transaction: where no worker runs it is sent at once, also what is then undone.
    # Should the process die in between, staff are told that nobody knows of this mail.
    job = "elections.invitation_mail.send_invitation"
    transaction.on_commit(lambda: hand_over(job, invitation.pk, sign_in_url))
    return invitation
