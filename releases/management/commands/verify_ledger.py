from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from elections.models import Election
from releases.verifying import verify


class Command(BaseCommand):
    help = "Check that the ledger is as it was written, and that what it tells of is still there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--election", metavar="ADDRESS", help="compare only the items and mails of this one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify(election=_election(options["election"]))
        for remark in verdict.remarks:
            self.stdout.write(remark)
        if verdict.fault:
            raise CommandError(f"The ledger does not hold. {verdict.fault}")
        if verdict.entries:
            entries = "entry" if verdict.entries == 1 else "entries"
            self.stdout.write(f"The ledger holds: {verdict.entries} {entries}, none changed.")
        else:
            self.stdout.write("The ledger is empty: it has no entry yet.")


def _election(slug: str | None) -> Election | None:
    if slug is None:
        return None
    try:
        return Election.objects.get(slug=slug)
    except Election.DoesNotExist as missing:
        known = ", ".join(Election.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no election “{slug}”. There is: {known}.") from missing
