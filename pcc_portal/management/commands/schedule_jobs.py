from typing import Any

from django.core.management.base import BaseCommand
from django_q.models import Schedule

EVERY_MINUTE = {"schedule_type": Schedule.MINUTES, "minutes": 1}
DAILY = {"schedule_type": Schedule.DAILY}

JOBS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Release what is due", "releases.jobs.release_due_now", EVERY_MINUTE),
    ("Give everything to whoever joined late", "releases.jobs.catch_up_now", EVERY_MINUTE),
    ("Send what is due by mail", "releases.jobs.send_deliveries", EVERY_MINUTE),
    ("Offer free places to those who wait", "workshops.jobs.pass_places_on", EVERY_MINUTE),
    ("End what those booked who left", "workshops.jobs.end_of_those_who_left", EVERY_MINUTE),
    ("Tell those booked what changed", "workshops.jobs.tell_changes_now", EVERY_MINUTE),
    ("Send mails about bookings that wait", "workshops.jobs.send_waiting_now", EVERY_MINUTE),
    ("Remind those booked", "workshops.jobs.remind_now", EVERY_MINUTE),
    ("Draw lots when booking opens", "workshops.jobs.draw_lots", EVERY_MINUTE),
    ("Reckon what is due, tell the answering officers", "infolog.jobs.start_the_day", DAILY),
    ("End personal data whose time is over", "pcc_portal.retention.apply_now", DAILY),
)


class Command(BaseCommand):
    """Writes down when each job runs; may be called again at any time."""

    help = "Tell the job worker what to do when. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, job, when in JOBS:
            Schedule.objects.update_or_create(
                name=name, defaults={"func": job, "repeats": -1, **when}
            )
