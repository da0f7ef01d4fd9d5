"""By when a request has to be answered: the one place where its working days are counted.

The day a request comes in is day zero, whatever the hour; the first working day after it is day
one. Two clocks differ in which days count and in what a question back to the asker does:

- the office's own promise leaves out weekends, the bank holidays of England and Wales and days
  appointed for mourning or thanksgiving. While it waits for an explanation the clock stands still:
  the day after asking is the first that does not count, and the day the explanation comes the last.
- the Freedom of Information Act 2000, section 10: twenty working days, which leave out weekends
  and what is a bank holiday in any part of the United Kingdom. Once what was asked for under
  section 1(3) has come, the days are counted from that day anew (section 10(6)(b)).
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import models

from elections.timetable import bank_holidays

FOI_DAYS = 20
DAY = dt.timedelta(days=1)
CHRISTMAS = (12, 25)


class Clock(models.TextChoices):
    OFFICE = "office", "The office’s own promise"
    FOI = "foi", "Freedom of Information Act: 20 working days"


class Light(models.TextChoices):
    """How a due date stands; the words say it, the colour only repeats them."""

    GREEN = "green", "In time"
    AMBER = "amber", "Due soon"
    RED = "red", "Overdue"
    PAUSED = "paused", "The clock stands still"


@dataclass(frozen=True)
class Wait:
    """From the day an explanation was asked for to the day it came, if it has come."""

    asked_on: dt.date
    answered_on: dt.date | None = None


def is_working_day(day: dt.date, clock: Clock, left_out: Collection[dt.date] = ()) -> bool:
    """Whether ``clock`` counts ``day``; ``left_out`` matters to the office's own only."""
    if day.weekday() >= 5:
        return False
    if clock == Clock.FOI:
        return (day.month, day.day) != CHRISTMAS and not any(
            day in bank_holidays(day.year, part) for part in ("ENG", "SCT", "NIR")
        )
    return day not in bank_holidays(day.year) and day not in left_out


def due_on(
    received_on: dt.date,
    *,
    clock: Clock = Clock.OFFICE,
    days: int = FOI_DAYS,
    waits: Iterable[Wait] = (),
    left_out: Collection[dt.date] = (),
) -> dt.date | None:
    """The last working day of ``days`` after ``received_on``; nothing while the clock stands still.

    A wait that began before the request came in, or after the time was over, changes what it can.
    """
    waits = sorted(waits, key=lambda wait: wait.asked_on)
    if any(wait.answered_on is None for wait in waits):
        return None
    if clock == Clock.FOI:
        came = [wait.answered_on for wait in waits if wait.answered_on]
        return after(max([received_on, *came]), FOI_DAYS, clock)
    day = received_on
    while days > 0:
        day += DAY
        if is_working_day(day, clock, left_out) and not any(_waits_on(day, w) for w in waits):
            days -= 1
    return day


def after(
    day: dt.date, days: int, clock: Clock = Clock.OFFICE, left_out: Collection[dt.date] = ()
) -> dt.date:
    """The day that is ``days`` working days after ``day``."""
    for _ in range(days):
        day += DAY
        while not is_working_day(day, clock, left_out):
            day += DAY
    return day


def light(due: dt.date | None, *, on: dt.date, amber_until: dt.date) -> Light:
    """How it stands on the day ``on``; amber is what is due by ``amber_until``."""
    if due is None:
        return Light.PAUSED
    if due < on:
        return Light.RED
    return Light.AMBER if due <= amber_until else Light.GREEN


def _waits_on(day: dt.date, wait: Wait) -> bool:
    return wait.asked_on < day and (wait.answered_on is None or day <= wait.answered_on)
