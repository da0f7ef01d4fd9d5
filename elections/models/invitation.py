import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from pcc_portal.history import History

from .agent import Agent
from .candidate import Candidate

# How long somebody who never signed in can begin to.
LIVES = dt.timedelta(days=14)
# When the mail server has neither taken nor refused the mail by then, something is wrong.
HEARD_OF_WITHIN = dt.timedelta(minutes=10)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def of_user(self, user: models.Model) -> "InvitationQuerySet":
        """Those sent to this person, as a candidate or as an agent."""
        return self.filter(Q(candidate__user=user.pk) | Q(agent__user=user.pk))

    def open(self) -> "InvitationQuerySet":
        """Neither taken up nor revoked; they may have run out."""
        return self.filter(taken_up_at=None, revoked_at=None)

    def unsent(self, at: dt.datetime) -> "InvitationQuerySet":
        """Those whose mail failed, or of whose mail nobody knows what became."""
        return self.filter(~Q(failed_at=None) | self._unheard_of(at))

    def sent(self, at: dt.datetime) -> "InvitationQuerySet":
        """The others: accepted by the mail server, or on the way to it."""
        return self.filter(failed_at=None).exclude(self._unheard_of(at))

    @staticmethod
    def _unheard_of(at: dt.datetime) -> Q:
        return Q(failed_at=None, accepted_at=None, sent_at__lte=at - HEARD_OF_WITHIN)

    def waiting(self, on: dt.date) -> "InvitationQuerySet":
        """The last open one of everybody who still stands, or acts, in an election to come."""
        standing = (
            Candidate.objects.filter(election__poll_date__gte=on).briefed_from(on).values("pk")
        )
        later = self.model.objects.filter(pk__gt=OuterRef("pk"))
        return self.open().filter(
            Q(candidate__in=standing) & ~Exists(later.filter(candidate=OuterRef("candidate")))
            | Q(agent__candidate__in=standing, agent__revoked_at=None)
            & ~Exists(later.filter(agent=OuterRef("agent")))
        )

    def live(self, at: dt.datetime) -> "InvitationQuerySet":
        """Those by which somebody can sign in for the first time at the moment ``at``."""
        return self.open().filter(sent_at__gt=at - LIVES)


class Invitation(models.Model):
    """One mail that asks a candidate or an agent to sign in for the first time.

    Sending it again makes another row. It holds no secret: the mail names the sign-in page.
    """

    candidate = models.ForeignKey(
        Candidate, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    agent = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField("sent to")
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_at = models.DateTimeField("accepted by the mail server", null=True, blank=True)
    failed_at = models.DateTimeField("mail failed", null=True, blank=True)
    failure = models.CharField("what the mail server said", max_length=200, blank=True)
    taken_up_at = models.DateTimeField("first signed in", null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()
    history = History()
    history_personal = ("email", "failure")

    class Meta:
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(candidate__isnull=False, agent=None)
                | Q(candidate=None, agent__isnull=False),
                name="invitation_for_one",
                violation_error_message="An invitation is for one candidate or for one agent.",
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation to {self.email}"

    @property
    def expires_at(self) -> dt.datetime:
        return self.sent_at + LIVES

    @property
    def invitee(self) -> Candidate | Agent:
        """Who is invited. Costs a query unless both were selected with the row."""
        invitee = self.candidate or self.agent
        assert invitee is not None  # noqa: S101 the constraint says so
        return invitee

    @property
    def invited_candidate(self) -> Candidate:
        """The candidate invited, or the one the agent acts for."""
        invitee = self.invitee
        return invitee.candidate if isinstance(invitee, Agent) else invitee

    def state(self, at: dt.datetime) -> str:
        """What became of it, in words for staff."""
        if self.taken_up_at:
            return "Taken up"
        if self.revoked_at:
            return "Revoked"
        if self.failed_at:
            return "The mail could not be sent"
        if at >= self.expires_at:
            return "Not taken up, run out"
        if not self.accepted_at and at < self.sent_at + HEARD_OF_WITHIN:
            return "Not taken up yet; the mail is about to be sent"
        if not self.accepted_at:
            return "Not taken up; it is not known whether the mail was sent"
        return "Not taken up yet"
