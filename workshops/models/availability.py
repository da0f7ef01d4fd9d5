"""When an officer can meet candidates. Slots of a one-to-one offer are made of it."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from elections.models import Election
from pcc_portal.history import History

LONGEST_RANGE_DAYS = 184


class Availability(models.Model):
    """An officer’s days and hours for meetings in one campaign: only staff read it."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="availabilities")
    officer = models.CharField(
        max_length=100, help_text="As under “who leads it” on the programme: “Chief Executive”."
    )
    first_day = models.DateField()
    last_day = models.DateField()
    slot_minutes = models.PositiveSmallIntegerField(
        "length of a meeting, minutes",
        default=45,
        validators=[MinValueValidator(5), MaxValueValidator(480)],
        help_text="Every meeting of an offer is equally long.",
    )
    break_minutes = models.PositiveSmallIntegerField(
        "pause after each meeting, minutes", default=15, validators=[MaxValueValidator(240)]
    )
    break_from = models.TimeField(
        "break each day from", null=True, blank=True, help_text="UK time, such as lunch."
    )
    break_until = models.TimeField("break each day until", null=True, blank=True)
    notice_hours = models.PositiveSmallIntegerField(
        "notice, hours",
        default=48,
        help_text="Booking closes at least so long before each meeting.",
    )
    venue = models.CharField(max_length=150, blank=True, help_text="Leave empty if online.")

    history = History()

    class Meta:
        ordering = ["first_day", "officer", "pk"]
        verbose_name_plural = "availabilities"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="availability_days_in_order",
                violation_error_message="The last day comes after the first day.",
            ),
            models.CheckConstraint(
                condition=Q(break_from=None, break_until=None)
                | Q(
                    break_from__isnull=False,
                    break_until__isnull=False,
                    break_until__gt=F("break_from"),
                ),
                name="availability_break_is_whole",
                violation_error_message="Give both times of the break, the end after the start, or "
                "neither.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer}, {self.first_day:%-d %B} to {self.last_day:%-d %B %Y}"

    def clean(self) -> None:
        super().clean()
        days = (self.last_day - self.first_day).days if self.first_day and self.last_day else 0
        if days > LONGEST_RANGE_DAYS:
            raise ValidationError({"last_day": "Enter half a year at most."})


class AvailableHours(models.Model):
    """Hours of one day of the week; a day may have several."""

    class Weekday(models.IntegerChoices):
        MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)

    availability = models.ForeignKey(Availability, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField("day of the week", choices=Weekday)
    starts_at = models.TimeField("from", help_text="UK time.")
    ends_at = models.TimeField("until")

    history = History()

    class Meta:
        ordering = ["weekday", "starts_at"]
        verbose_name = "hours of a weekday"
        verbose_name_plural = "each week"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="available_hours_in_order",
                violation_error_message="Hours end after they start.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {self.starts_at:%H:%M} to {self.ends_at:%H:%M}"


class AvailabilityException(models.Model):
    """One day that is not as each week: away, or there when the week does not say so."""

    availability = models.ForeignKey(
        Availability, on_delete=models.CASCADE, related_name="exceptions"
    )
    date = models.DateField()
    is_available = models.BooleanField(
        "there then",
        default=False,
        help_text="Also on a bank holiday. Leave it clear when the officer is away.",
    )
    starts_at = models.TimeField(
        "from", null=True, blank=True, help_text="Empty if away the whole day."
    )
    ends_at = models.TimeField("until", null=True, blank=True)
    reason = models.CharField(
        "why, for the office",
        max_length=100,
        blank=True,
        help_text="No private matter: “away” will do.",
    )

    history = History()

    class Meta:
        ordering = ["date", "starts_at"]
        verbose_name = "other day"
        verbose_name_plural = "other days"
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None, is_available=False)
                | Q(
                    starts_at__isnull=False,
                    ends_at__isnull=False,
                    ends_at__gt=F("starts_at"),
                ),
                name="availability_exception_is_whole",
                violation_error_message="Give both times, the end after the start. Only a day away "
                "can do without.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%-d %B %Y}, {'there' if self.is_available else 'away'}"
