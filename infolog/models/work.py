from django.conf import settings
from django.db import models
from django.db.models import F, Q

from infolog.clock import Clock, Wait
from infolog.states import OPEN, STAGES, State
from pcc_portal.history import History

from .request import InformationRequest


class WorkQuerySet(models.QuerySet["Work"]):
    def waiting(self) -> "WorkQuerySet":
        """What is neither answered to everyone nor withdrawn."""
        return self.filter(stage__in=OPEN, request__release__released_at=None)

    def running(self) -> "WorkQuerySet":
        """What waits and has a day by which it is due."""
        return self.waiting().exclude(due_on=None)

    def paused(self) -> "WorkQuerySet":
        return self.waiting().filter(due_on=None)


class Work(models.Model):
    """How far the office is with a request. It holds nothing of who asked.

    ``due_on`` is what ``infolog/working.py`` last worked out; nothing while the clock stands still.
    """

    request = models.OneToOneField(
        InformationRequest, on_delete=models.CASCADE, related_name="work"
    )
    stage = models.CharField(
        max_length=12,
        choices=[(state.value, state.label) for state in STAGES],
        default=State.RECEIVED,
        help_text="Whether it is answered follows from the answer, once that is released.",
    )
    since = models.DateTimeField(editable=False)
    with_whom = models.CharField(
        "with whom in the force",
        max_length=150,
        blank=True,
        help_text="A post or unit, as “Force Finance”.",
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="answering officer",
        limit_choices_to={"is_staff": True, "is_active": True},
    )
    clock = models.CharField("which clock", max_length=6, choices=Clock, default=Clock.OFFICE)
    foi_reference = models.CharField(
        "freedom of information reference",
        max_length=60,
        blank=True,
        help_text="The number the request has where such requests are handled.",
    )
    due_on = models.DateField("due on", null=True, editable=False)

    objects = WorkQuerySet.as_manager()
    history = History()

    class Meta:
        ordering = [F("due_on").asc(nulls_last=True), "pk"]
        verbose_name = "work on a request"
        verbose_name_plural = "work on requests"
        constraints = [
            models.CheckConstraint(
                condition=Q(foi_reference="") | Q(clock=Clock.FOI),
                name="work_foi_reference_of_foi",
                violation_error_message="Only a request under the Freedom of Information Act has "
                "such a reference. Choose that clock too.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.request)

    @property
    def waits(self) -> tuple[Wait, ...]:
        """A query unless prefetched."""
        return tuple(Wait(one.asked_on, one.answered_on) for one in self.pauses.all())


class Pause(models.Model):
    """A time in which the clock stands still, for something has to be explained first."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="pauses")
    asked_on = models.DateField("asked on")
    answered_on = models.DateField(
        "explained on", null=True, blank=True, help_text="Leave empty until it has come."
    )
    about = models.CharField(
        "what has to be explained",
        max_length=300,
        help_text="Whoever asked reads this. Write nothing that shows who it is.",
    )

    history = History()

    class Meta:
        ordering = ["asked_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["work"],
                condition=Q(answered_on=None),
                name="pause_one_open",
                violation_error_code="paused",
                violation_error_message="The clock stands still already.",
            ),
            models.CheckConstraint(
                condition=Q(answered_on=None) | Q(answered_on__gte=F("asked_on")),
                name="pause_in_order",
                violation_error_message="It cannot be explained before it was asked.",
            ),
        ]

    def __str__(self) -> str:
        return self.about
