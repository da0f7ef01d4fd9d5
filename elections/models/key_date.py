import datetime as dt

from django.db import models

from .election import Election


class KeyDateQuerySet(models.QuerySet["KeyDate"]):
    def upcoming(self, on: dt.date) -> "KeyDateQuerySet":
        return self.filter(date__gte=on)

    def confirmed(self) -> "KeyDateQuerySet":
        return self.exclude(confirmed_by="")


class KeyDate(models.Model):
    """A date in an election's timetable: worked out from polling day, or added by staff.

    It is shown as confirmed only when staff have recorded who confirmed it and the notice it
    came from; until then it is shown as expected.
    """

    class Kind(models.TextChoices):
        """The steps of the statutory timetable; rules in ``elections/timetable.py``."""

        NOTICE = "notice", "Notice of election published by"
        NOMINATIONS_CLOSE = "nominations-close", "Nominations close"
        PERSONS_NOMINATED = "persons-nominated", "Statement of persons nominated published by"
        REGISTRATION = "registration", "Last day to register to vote"
        POSTAL_VOTES = "postal-votes", "Last day to apply for a postal vote"
        PROXY_VOTES = "proxy-votes", "Last day to apply for a proxy vote or a voter certificate"
        NOTICE_OF_POLL = "notice-of-poll", "Notice of poll published by"
        POLLING_AGENTS = "polling-agents", "Last day to appoint polling and counting agents"
        POLL = "poll", "Polling day"
        TAKES_OFFICE = "takes-office", "The elected person takes office"

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="key_dates")
    kind = models.CharField(
        "statutory step",
        max_length=20,
        choices=Kind,
        blank=True,
        help_text="Leave empty for a date of the office's own.",
    )
    title = models.CharField(max_length=150)
    date = models.DateField()
    time = models.TimeField(
        "time", null=True, blank=True, help_text="UK time, where the law or notice sets one."
    )
    confirmed_by = models.CharField(
        max_length=100,
        blank=True,
        help_text="Who checked the date against the notice: name and post.",
    )
    confirmed_on = models.DateField(null=True, blank=True)
    notice_title = models.CharField(
        "official notice", max_length=200, blank=True, help_text="The notice the date came from."
    )
    notice_url = models.URLField("link to the notice", blank=True)
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

    @property
    def is_confirmed(self) -> bool:
        return bool(self.confirmed_by)


class NonWorkingDay(models.Model):
    """A day election law leaves out beyond weekends and bank holidays.

    A day appointed for public thanksgiving or mourning, which no calendar knows in advance
    (Police and Crime Commissioner Elections Order 2012, Schedule 3, rule 4).
    """

    date = models.DateField(unique=True)
    reason = models.CharField(max_length=150)

    class Meta:
        ordering = ["-date"]
        verbose_name = "day left out of the timetable"
        verbose_name_plural = "days left out of the timetable"

    def __str__(self) -> str:
        return f"{self.date:%-d %B %Y}: {self.reason}"
