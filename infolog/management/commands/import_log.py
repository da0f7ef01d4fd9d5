import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from elections.models import Election
from elections.refusals import Refused
from infolog.importing.applying import begin, make_drafts
from infolog.importing.entries import propose
from infolog.importing.reading import UnreadableFile
from infolog.importing.table import MEGABYTES_AT_MOST
from infolog.importing.taking_in import (
    as_json,
    context_of,
    keep,
    match_columns,
    proposal_of,
    table_of,
    take_in,
)
from infolog.models import InformationRequest, LogImport


class Command(BaseCommand):
    help = (
        "Take in an office's existing log (.docx, .pdf, .xlsx, .csv or text). What is certain "
        "becomes drafts; every row in doubt waits on the staff pages. Nothing is published. "
        "rows_read is rows_used + rows_merged + rows_dropped; rows_waiting are those of the used "
        "and merged ones that a person has to decide about."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--election", required=True, metavar="SLUG", help="as in pcc-2024")
        parser.add_argument("--dry-run", action="store_true", help="read and tell; keep nothing")
        parser.add_argument("--json", action="store_true", help="tell everything, for programs")
        parser.add_argument("--quiet", action="store_true", help="tell nothing but refusals")
        parser.add_argument(
            "--form",
            default="",
            choices=InformationRequest.Form.values,
            help="how requests came where the log does not tell",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        election = Election.objects.filter(slug=options["election"]).first()
        if election is None:
            raise CommandError(f"There is no election “{options['election']}”.")
        content = _content(options["file"])
        try:
            if options["dry_run"]:
                table = table_of(content, options["file"].name)
                proposal = propose(table, context_of(election, form=options["form"]))
                told = {"dry_run": True, **as_json(proposal)}
            else:
                told = _import(content, options["file"].name, election, options["form"])
        except (UnreadableFile, Refused) as refused:
            raise CommandError(f"{refused} Nothing was kept. ({refused.code})") from refused
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        elif not options["quiet"]:
            self.stdout.write(_short(told))


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MEGABYTES_AT_MOST * 1_000_000:
            raise CommandError(f"The file is larger than {MEGABYTES_AT_MOST} MB. Nothing was kept.")
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error


def _import(content: bytes, filename: str, election: Election, form: str) -> dict[str, Any]:
    log_import = take_in(content, filename, election=election, by=None, at=timezone.now())
    log_import.form = form
    proposal = proposal_of(log_import)
    told = {"dry_run": False, **as_json(proposal), "import": log_import.pk}
    if not proposal.columns.is_usable:
        return {**told, "drafts": 0, "next": "Match the columns on the staff pages."}
    match_columns(log_import, log_import.uses, form=form, responder=log_import.responder)
    keep(log_import, proposal)
    return {**told, "drafts": _apply(log_import)}


def _apply(log_import: LogImport) -> int:
    if not log_import.requests.to_apply().exists():
        return 0
    count = begin(log_import)
    make_drafts(log_import.pk)
    return count


def _short(told: dict[str, Any]) -> str:
    waiting = sum(request["waits"] for request in told["requests"])
    lines = [
        f"Rows read: {told['rows_read']}. Used: {told['rows_used']}. "
        f"Merged: {told['rows_merged']}. Dropped: {told['rows_dropped']}. "
        f"Waiting for a person: {told['rows_waiting']}.",
        *told["notes"],
        f"Requests: {len(told['requests'])}, of which {waiting} wait.",
    ]
    for request in told["requests"]:
        lines += [f"  {w['code']}, {w['place']}: {w['sentence']}" for w in request["warnings"]]
    if told["dry_run"]:
        lines.append("Nothing was kept.")
    else:
        lines.append(f"Drafts: {told['drafts']}. The rest waits on the staff pages.")
    return "\n".join(lines)
