import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from elections.models import Election, NonWorkingDay
from infolog.clock import DAY, Clock, Light, Wait, after, due_on, light
from pcc_portal.history import History

TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


def _refuse_no_times(value: str) -> None:
    try:
        times_in(value)
    except ValueError as wrong:
        raise ValidationError(
            f"“{wrong}” is no time of day. Write times like 10:00, 16:00.", "time"
        ) from None


def times_in(text: str) -> list[dt.time]:
    """The times of day in “10:00, 16:00”, in their order. Raises ``ValueError`` with the word."""
    times = []
    for word in text.replace(";", ",").split(","):
        found = TIME.fullmatch(word.strip())
        if not found:
            raise ValueError(word.strip())
        times.append(dt.time(int(found[1]), int(found[2])))
    return sorted(set(times))


class LogRules(models.Model):
    """What the office promises about requests in one election, and when it releases answers."""

    election = models.OneToOneField(Election, on_delete=models.CASCADE, related_name="log_rules")
    answer_within = models.PositiveSmallIntegerField(
        "working days to answer",
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text="Whoever asks is told the day that follows from it. The day a question comes in "
        "is day zero. Requests under the Freedom of Information Act have 20, whatever stands here.",
    )
    amber_days = models.PositiveSmallIntegerField(
        "working days before that it counts as due soon",
        default=2,
        validators=[MaxValueValidator(20)],
    )
    release_times = models.CharField(
        "times of day at which answers are released",
        max_length=100,
        default="10:00, 16:00",
        validators=[_refuse_no_times],
        help_text="Answers held until the next of these times become known together, so that the "
        "moment does not show who asked. UK time, working days only.",
    )

    history = History()

    class Meta:
        verbose_name = "rules of the log"
        verbose_name_plural = "rules of the log"

    def __str__(self) -> str:
        return f"Rules of the log of {self.election}"

    @classmethod
    def of(cls, election_id: int) -> "LogRules":
        """Those staff have set, or the ones that hold without. One query."""
        return cls.objects.filter(election=election_id).first() or cls(election_id=election_id)

    def due_on(
        self, received_on: dt.date, *, clock: str = Clock.OFFICE, waits: tuple[Wait, ...] = ()
    ) -> dt.date | None:
        """One query: the days left out."""
        return due_on(
            received_on,
            clock=Clock(clock),
            days=self.answer_within,
            waits=waits,
            left_out=left_out(),
        )

    def amber_until(self, on: dt.date) -> dt.date:
        """What is due by then is due soon. One query."""
        return after(on, self.amber_days, left_out=left_out())

    def light(self, due: dt.date | None, *, on: dt.date) -> Light:
        return light(due, on=on, amber_until=self.amber_until(on))

    def next_release_time(self, at: dt.datetime) -> dt.datetime:
        """The next of the release times after the moment ``at``, on a working day. One query."""
        days_out = left_out()
        day = after(timezone.localdate(at) - DAY, 1, left_out=days_out)
        while True:
            for time in times_in(self.release_times):
                moment = timezone.make_aware(dt.datetime.combine(day, time))
                if moment > at:
                    return moment
            day = after(day, 1, left_out=days_out)


def left_out() -> frozenset[dt.date]:
    """Days of mourning or thanksgiving. One query."""
    return frozenset(NonWorkingDay.objects.values_list("date", flat=True))
