from typing import Any

from django.core.management.base import BaseCommand

from releases.sending import send_due


class Command(BaseCommand):
    help = "Send all mail that is due, then end. The job worker does the same all the time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(send_due()))
