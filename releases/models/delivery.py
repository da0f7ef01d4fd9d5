import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from elections.models import Candidate

from .catch_up import CatchUp
from .release import Release
from .subscriber import Subscriber


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, at: dt.datetime) -> "DeliveryQuerySet":
        """Those a worker may claim at the moment ``at``."""
        return self.filter(state=Delivery.State.QUEUED, due_at__lte=at)

    def failed(self) -> "DeliveryQuerySet":
        """Mail to candidates and agents that did not reach its server, and nobody told them yet.

        Whoever had no address then and was caught up with the same release since, was told.
        """
        caught_up = CatchUp.objects.filter(
            releases=OuterRef("release"),
            candidate=OuterRef("candidate"),
            user=OuterRef("candidate__user"),
        )
        since = Q(state=Delivery.State.NO_ADDRESS, user=None) & Exists(caught_up)
        return (
            self.filter(state__in=Delivery.FAILED, told_at=None)
            .exclude(role=Delivery.Role.SUBSCRIBER)
            .exclude(since)
        )


class Delivery(models.Model):
    """One message to one person. The row is there before the message, so nobody is forgotten.

    Made in the transaction of the release or of the catch-up: who gets it is frozen there. States
    are written by ``releases/sending.py`` only, each with its entry in the ledger.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        SENDING = "sending", "Being sent"
        ACCEPTED = "accepted", "Accepted by the mail server"
        REFUSED = "refused", "Refused by the mail server"
        BOUNCED = "bounced", "Came back"
        UNCERTAIN = "uncertain", "Uncertain"
        NO_ADDRESS = "no-address", "No address to write to"
        LEFT = "left", "Not sent: not for them any more"

    class Role(models.TextChoices):
        CANDIDATE = "candidate", "Candidate"
        AGENT = "agent", "Agent"
        SUBSCRIBER = "subscriber", "Subscriber"

    # What a person has to see to: whoever it was for has not been told.
    FAILED = (State.REFUSED, State.BOUNCED, State.UNCERTAIN, State.NO_ADDRESS)

    release = models.ForeignKey(
        Release, null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    catch_up = models.ForeignKey(
        CatchUp, null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    role = models.CharField(max_length=10, choices=Role)
    # Who it is for; for an agent, the candidate they act for.
    candidate = models.ForeignKey(
        Candidate, null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    subscriber = models.ForeignKey(
        Subscriber, null=True, on_delete=models.SET_NULL, related_name="deliveries"
    )
    # Which items of the release a subscriber is told of (``ReleasableItem.key``), with a space
    # between; every public one if empty.
    only = models.TextField(blank=True, editable=False)
    # As it was at the release; emptied when the account's time is over.
    address = models.EmailField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    # The next moment a worker may try.
    due_at = models.DateTimeField()
    # They chose one mail a day: what is due to them goes in one message, which the first carries.
    is_daily = models.BooleanField(default=False)
    carried_by = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.PROTECT, related_name="carries"
    )
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    # When the state was reached, and the words of the mail server or of whoever reported it.
    state_at = models.DateTimeField()
    reply = models.TextField(blank=True)
    # Told in another way, by telephone say, after the mail had failed.
    told_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    told_how = models.TextField(blank=True)
    # The candidate said on their own page that it reached them. Reading is never recorded.
    acknowledged_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "deliveries"
        default_permissions = ("view",)
        permissions = [("settle_delivery", "Can say what became of a mail, and tell by telephone")]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(state="queued"), name="delivery_queue"
            ),
            models.Index(
                fields=["claimed_at"], condition=Q(state="sending"), name="delivery_claim"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(release=None, catch_up__isnull=False)
                | Q(release__isnull=False, catch_up=None),
                name="delivery_of_one_act",
            ),
            models.UniqueConstraint(
                fields=["release", "candidate", "user"],
                condition=Q(user__isnull=False),
                name="delivery_once_per_person",
            ),
            models.UniqueConstraint(
                fields=["release", "candidate"],
                condition=Q(user=None, subscriber=None, candidate__isnull=False),
                name="delivery_once_per_candidate",
            ),
            models.UniqueConstraint(
                fields=["release", "subscriber"], name="delivery_once_per_subscriber"
            ),
            models.UniqueConstraint(fields=["catch_up", "user"], name="delivery_once_per_catch_up"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.get_state_display()}"

    def tells_of(self, key: str) -> bool:
        """Whether the item of that key is among those it tells of."""
        return not self.only or key in self.only.split()

    @property
    def whom(self) -> str:
        """Whom it is for, in words for staff. Costs queries unless those rows came with it."""
        if self.role == self.Role.SUBSCRIBER:
            return "A public subscriber"
        if self.role == self.Role.AGENT:
            return f"An agent of {self.candidate}"
        return str(self.candidate)

    @property
    def act(self) -> str:
        """What it tells of, as above."""
        return str(self.release) if self.release else f"Catch-up: {self.catch_up}"
