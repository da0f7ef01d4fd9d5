"""Hours in which the office is there: 9am to 5pm UK time on working days."""

import datetime as dt
from collections.abc import Collection

from django.utils import timezone

from elections.timetable import is_working_day

OPENS, CLOSES = dt.time(9), dt.time(17)


def hours_later(at: dt.datetime, hours: int, left_out: Collection[dt.date] = ()) -> dt.datetime:
    """The moment ``hours`` office hours after ``at``; ``left_out`` are days of mourning and such.

    Weekends and bank holidays do not count. Eight hours is the same time on the next working day.
    """
    left, day = dt.timedelta(hours=hours), timezone.localdate(at)
    while True:
        if is_working_day(day, left_out):
            opens = timezone.make_aware(dt.datetime.combine(day, OPENS))
            closes = timezone.make_aware(dt.datetime.combine(day, CLOSES))
            begins = max(opens, at)
            if begins + left <= closes:
                return begins + left
            left -= max(closes - begins, dt.timedelta())
        day += dt.timedelta(days=1)
