from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from pcc_portal.retention import apply_rules


class Command(BaseCommand):
    help = (
        "End personal data whose time is over, as the privacy page says. "
        "The job worker does the same each night."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would end")

    def handle(self, *args: Any, **options: Any) -> None:
        for rule, number in apply_rules(at=timezone.now(), dry_run=options["dry_run"]):
            self.stdout.write(f"{number}\t{rule.data}")
        if options["dry_run"]:
            self.stdout.write("This was a dry run: nothing was changed.")
