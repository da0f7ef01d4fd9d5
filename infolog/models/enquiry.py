import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from elections.models import Candidate, Election, User
from pcc_portal.history import History

from .request import InformationRequest, new_reference

# Whoever may see an enquiry may see who asked: the log's keeper.
SEE_ASKERS = "infolog.view_enquiry"


def unused_reference() -> str:
    """A reference of an enquiry nobody has had. Costs a query."""
    while True:
        reference = new_reference("EQ")
        if not Enquiry.objects.filter(reference=reference).exists():
            return reference


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    def of(self, user: User) -> "EnquiryQuerySet":
        """Those of a candidate, for the candidate and for whoever acts for them now."""
        theirs = Candidate.objects.filter(
            Q(user=user.pk) | Q(pk__in=user.agencies.filter(revoked_at=None).values("candidate"))
        )
        return self.filter(asker__in=theirs.values("pk"))

    def waiting(self) -> "EnquiryQuerySet":
        """What the keeper has not passed on yet."""
        return self.filter(request=None, withdrawn_at=None)


class Enquiry(models.Model):
    """What somebody asked, as they asked it, and who it was: for the log's keeper alone.

    It points to the request that whoever answers works on, and nothing points back. Who asked is
    left out of the record of changes but for its name, which goes when its time is over.
    """

    # Only who holds this right reads its record of changes (pcc_portal/audit.py).
    history_seen_by = SEE_ASKERS

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="enquiries")
    reference = models.CharField(max_length=10, unique=True, editable=False)
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Emptied, not protected: a page that refuses to delete a person would tell that they asked.
    asker = models.ForeignKey(
        Candidate,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="candidate who asked",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    signed = models.CharField(
        "who asked, in words",
        max_length=300,
        blank=True,
        help_text="Leave empty for a candidate chosen above.",
    )
    form = models.CharField("form of request", max_length=12, choices=InformationRequest.Form)
    received_on = models.DateField("date of request")
    entered_at = models.DateTimeField(editable=False)
    notes = models.TextField(
        blank=True, help_text="For the keeper only, such as how to reach whoever asked."
    )
    request = models.ForeignKey(
        InformationRequest,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="answered as",
    )
    withdrawn_at = models.DateTimeField("taken back", null=True, editable=False)

    objects = EnquiryQuerySet.as_manager()
    history = History(excluded_fields=["asker", "asked_by", "token"])
    history_personal = ("signed", "notes")

    class Meta:
        ordering = ["-entered_at", "-pk"]
        verbose_name_plural = "enquiries"

    def __str__(self) -> str:
        return self.reference

    def clean(self) -> None:
        super().clean()
        if self.asker and not self.signed:
            self.signed = str(self.asker)


class EnquiryPart(models.Model):
    """One question of an enquiry, in the asker's words."""

    history_seen_by = SEE_ASKERS

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField("order", default=1)
    text = models.TextField("as it was asked", max_length=4000)

    history = History()
    history_personal = ("text",)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry", "position"],
                name="enquirypart_position_unique",
                violation_error_message="Two questions have the same position.",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Receipt(models.Model):
    """The mail that tells whoever asked that the office has the question: first a row."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be sent"
        SENDING = "sending", "Uncertain: the sending was broken off"
        ACCEPTED = "accepted", "Accepted by the mail server"
        REFUSED = "refused", "Could not be sent"

    enquiry = models.OneToOneField(Enquiry, on_delete=models.CASCADE, related_name="receipt")
    address = models.EmailField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    state_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.get_state_display()
