from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pcc_portal.demo.loading import load_demo
from pcc_portal.demo.reading import DemoError


class Command(BaseCommand):
    help = "Load the demo content. What is there already is left as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, default=settings.BASE_DIR / "demo", help="demo/"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("Demo content does not belong in production.")
        try:
            made = load_demo(options["folder"], today=timezone.localdate())
        except DemoError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        if made:
            counts = ", ".join(f"{number} {name}" for name, number in sorted(made.items()))
            self.stdout.write(f"Demo content loaded: {counts}.")
        else:
            self.stdout.write("The demo content is there already.")
