from typing import Any

from django.core.management.base import BaseCommand
from django_q.models import Schedule


class Command(BaseCommand):
    """Writes down when each job runs; may be called again at any time."""

    help = "Tell the job worker what to do when. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        Schedule.objects.update_or_create(
            name="Release what is due",
            defaults={
                "func": "releases.jobs.release_due_now",
                "schedule_type": Schedule.MINUTES,
                "minutes": 1,
                "repeats": -1,
            },
        )
        Schedule.objects.update_or_create(
            name="Give everything to whoever joined late",
            defaults={
                "func": "releases.jobs.catch_up_now",
                "schedule_type": Schedule.MINUTES,
                "minutes": 1,
                "repeats": -1,
            },
        )
        Schedule.objects.update_or_create(
            name="End personal data whose time is over",
            defaults={
                "func": "pcc_portal.retention.apply_now",
                "schedule_type": Schedule.DAILY,
                "repeats": -1,
            },
        )
        Schedule.objects.update_or_create(
            name="Reckon what is due, and tell the answering officers",
            defaults={
                "func": "infolog.jobs.start_the_day",
                "schedule_type": Schedule.DAILY,
                "repeats": -1,
            },
        )
