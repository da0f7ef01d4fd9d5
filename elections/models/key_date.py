from typing import NoReturn

from django.core.exceptions import ValidationError
from django.db import models

from pcc_portal.history import History
from pcc_portal.public_frame import PublicFrame

from .election import Election


def _refuse(field: str, sentence: str, code: str) -> NoReturn:
    raise ValidationError({field: ValidationError(sentence, code=code)})


class KeyDateQuerySet(models.QuerySet["KeyDate"]):
    def confirmed(self) -> "KeyDateQuerySet":
        return self.exclude(confirmed_by="")

    def unconfirmed(self) -> "KeyDateQuerySet":
        return self.filter(confirmed_by="")


class KeyDate(PublicFrame):
    """A date in an election's timetable: worked out from polling day, or added by staff.

    It is shown as confirmed only when staff have recorded who confirmed it and the notice it
    came from; until then it is shown as expected.
    """

    class Kind(models.TextChoices):
        """The steps of the statutory timetable; rules in ``elections/timetable.py``."""

        NOTICE = "notice", "Last day to publish the notice of election"
        NOMINATIONS_CLOSE = "nominations-close", "Nominations close"
        PERSONS_NOMINATED = (
            "persons-nominated",
            "Last day to publish the statement of persons nominated",
        )
        REGISTRATION = "registration", "Last day to register to vote"
        POSTAL_VOTES = "postal-votes", "Last day to apply for a postal vote"
        PROXY_VOTES = "proxy-votes", "Last day to apply for a proxy vote or a voter certificate"
        NOTICE_OF_POLL = "notice-of-poll", "Last day to publish the notice of poll"
        POLLING_AGENTS = "polling-agents", "Last day to appoint polling and counting agents"
        POLL = "poll", "Polling day"
        TAKES_OFFICE = "takes-office", "The elected person takes office"

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="key_dates")
    kind = models.CharField(
        "statutory step",
        max_length=20,
        choices=Kind,
        blank=True,
        help_text="Leave empty for a date of the office’s own.",
    )
    title = models.CharField(
        "what happens",
        max_length=150,
        blank=True,
        help_text="May stay empty for a statutory step: its usual name is used.",
    )
    date = models.DateField()
    time = models.TimeField(
        "time", null=True, blank=True, help_text="UK time, where the law or notice sets one."
    )
    confirmed_by = models.CharField(
        max_length=100,
        blank=True,
        help_text="Who checked the date against the notice, as the public page will say it: name "
        "or post.",
    )
    confirmed_on = models.DateField(null=True, blank=True)
    notice_title = models.CharField(
        "official notice", max_length=200, blank=True, help_text="The notice the date came from."
    )
    notice_url = models.URLField("link to the notice", blank=True)
    # What the rules gave, and for which polling day: written by elections/timetabling.py alone.
    worked_out_date = models.DateField(null=True, editable=False)
    worked_out_time = models.TimeField(null=True, editable=False)
    worked_out_for = models.DateField("for the poll of", null=True, editable=False)

    changed_at = models.DateTimeField(auto_now=True, editable=False)

    objects = KeyDateQuerySet.as_manager()

    class Meta:
        ordering = ["date", models.F("time").asc(nulls_last=True), "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["election", "kind"],
                condition=~models.Q(kind=""),
                name="key_date_kind_unique",
                violation_error_message="This election already has that date.",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by="", confirmed_on=None, notice_title="")
                | (
                    ~models.Q(confirmed_by="")
                    & models.Q(confirmed_on__isnull=False)
                    & ~models.Q(notice_title="")
                ),
                name="key_date_confirmed_whole",
                violation_error_message="To confirm a date give all three: who confirmed it, when, "
                "and the official notice it came from. Or leave all three empty.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.date:%-d %B %Y}"

    def clean(self) -> None:
        super().clean()
        if not self.title and not self.kind:
            _refuse("title", "Say what happens on this date.", "untitled")
        self.title = self.title or self.get_kind_display()
        if not self.kind:
            self.worked_out_date = self.worked_out_time = self.worked_out_for = None
        if not self.differs_from_rule:
            return
        if self.kind == self.Kind.POLL:
            _refuse("date", "Polling day is set on the election. Change it there.", "poll_date")
        if not self.is_confirmed:
            _refuse(
                "date",
                "This date is worked out from polling day. To give another date or time, say who "
                "confirmed it and the official notice it came from.",
                "worked_out",
            )

    @property
    def is_confirmed(self) -> bool:
        return bool(self.confirmed_by)

    @property
    def differs_from_rule(self) -> bool:
        """The date or time is not the one the statutory rules give for this polling day."""
        if self.date is None or self.worked_out_date is None:
            return False
        return (self.date, self.time) != (self.worked_out_date, self.worked_out_time)


class NonWorkingDay(models.Model):
    """A day election law leaves out beyond weekends and bank holidays.

    A day appointed for public thanksgiving or mourning, which no calendar knows in advance
    (Police and Crime Commissioner Elections Order 2012, Schedule 3, Part 1).
    """

    date = models.DateField(unique=True)
    reason = models.CharField(
        max_length=150,
        help_text="Why it is left out, as in “Day of national mourning”. Bank holidays need not be "
        "entered.",
    )

    history = History()

    class Meta:
        ordering = ["-date"]
        verbose_name = "day left out of the timetable"
        verbose_name_plural = "days left out of the timetable"

    def __str__(self) -> str:
        return f"{self.date:%-d %B %Y}: {self.reason}"
