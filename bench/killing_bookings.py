"""Kills the worker that tells those booked of changes, again and again, at any statement of SQL.

``python -m bench.killing_bookings BOOKINGS KILLS`` makes a portal of its own in a temporary folder.
An event is moved, then one of its slots cancelled; each time the job runs and the mails are sent,
by a process that kills itself (SIGKILL) at a random statement, or between handing a mail over and
writing that down. Every task of the queue is done again and again, as a queue may do. Then all of
it runs undisturbed. Ends with exit code 1 when anybody was skipped, mailed twice, got calendar
updates out of order, or when a mail that may have been lost is not called uncertain.
"""

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scripts.serving import ROOT, environment

SETTLED = dt.timedelta(minutes=10)


class Outbox:
    """The mail server: what it accepted, in a file that outlives whoever is killed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, message: Any) -> None:
        updates = [part.content for part in message.alternatives]
        told = {"to": message.to[0], "subject": message.subject, "update": "".join(updates)}
        with self.path.open("a") as file:
            file.write(json.dumps(told) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def accepted(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.path.read_text().splitlines()]


def main(bookings: int, kills: int) -> int:
    with tempfile.TemporaryDirectory(prefix="portal-killing-") as name:
        variables = environment(Path(name), DJANGO_SETTINGS_MODULE="pcc_portal.settings")
        command = [sys.executable, "-m", "bench.killing_bookings", "--here", name]
        done = subprocess.run([*command, str(bookings), str(kills)], cwd=ROOT, env=variables)
    return done.returncode


def here(folder: Path, bookings: int, kills: int) -> int:
    """The same in this process, whose portal keeps everything in ``folder``."""
    import logging

    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    outbox, chance = Outbox(folder / "accepted"), random.Random(bookings)  # noqa: S311
    event = _booked(bookings)
    _work(outbox)
    lost = 0
    for fields in (
        {"starts_at": event.slots.first().starts_at + dt.timedelta(hours=1)},
        {"status": "cancelled", "why": "The hall is flooded."},
    ):
        event = _change(event, fields)
        for _ in range(kills // 2):
            lost += _killed(outbox, chance, bookings)
        _work(outbox)
    faults = _faults(outbox, bookings)
    print(f"{bookings} bookings, {lost} kills: {'; '.join(faults) or 'all told once, in order'}")
    return bool(faults)


def _booked(number: int) -> Any:
    from django.utils import timezone

    from elections.models import Candidate, Election, Office, StatusChange, User
    from scripts.approved import release_approved
    from workshops.bookings import book
    from workshops.models import Event
    from workshops.refusing import By, Wish

    now = timezone.now()
    office = Office.objects.create(
        name="The Office", short_name="Office", post="Commissioner", contact_email="o@example.org"
    )
    election = Election.objects.create(
        office=office, name="Poll", slug="poll", poll_date=timezone.localdate(now)
    )
    event = Event.objects.create(
        election=election,
        slug="event",
        title="Event",
        kind="workshop",
        summary="What it is about.",
        takes_bookings=True,
    )
    event.slots.create(starts_at=now + dt.timedelta(days=9))
    release_approved(event, election=election, title="Event", at=now - 3 * SETTLED)
    for index in range(number):
        user = User.objects.create_user(f"person.{index}@example.org", f"Person {index}")
        candidate = Candidate.objects.create(
            election=election, user=user, surname=f"Surname{index}", other_names="Name"
        )
        StatusChange.objects.create(
            candidate=candidate, status="declared", effective_from="2016-01-01", recorded_at=now
        )
        book(candidate, Wish("event", 1), by=By(user), at=now)
    return event


def _change(event: Any, fields: dict[str, Any]) -> Any:
    """A new version, released long enough ago to have settled."""
    from django.utils import timezone

    from releases.versions import new_version
    from scripts.approved import release_approved

    at = timezone.now() - SETTLED
    draft = new_version(event, change="correction", note="The hall is wet.", by=None, at=at)
    draft.slots.update(**fields)
    release_approved(draft, election=event.election, title="Change", at=at)
    return draft


def _work(outbox: Outbox, before: Callable[[], None] = lambda: None) -> None:
    """Run the job, then every task that was ever queued. ``before`` is called at each step."""
    from django.db import connection
    from django.utils.module_loading import import_string
    from django_q.models import OrmQ

    from releases.posting import Outcome, Post, Result
    from workshops.jobs import send_waiting_now, tell_changes_now

    def send(_: Post, message: Any) -> Outcome:
        before()
        outbox.add(message)
        before()
        return Outcome(Result.ACCEPTED, "")

    def count(execute: Any, *args: Any) -> Any:
        before()
        return execute(*args)

    Post.send = send  # type: ignore[assignment, method-assign]
    with connection.execute_wrapper(count):
        tell_changes_now()
        for row in OrmQ.objects.order_by("pk"):
            if not row.task["func"].startswith("workshops."):
                continue
            import_string(row.task["func"])(*row.task["args"])
        send_waiting_now()


def _killed(outbox: Outbox, chance: random.Random, bookings: int) -> bool:
    """Work in a child that kills itself somewhere on the way."""
    from django.db import connections

    steps = chance.randrange(1, 20 * bookings)
    connections.close_all()
    child = os.fork()
    if child == 0:

        def die() -> None:
            nonlocal steps
            steps -= 1
            if steps == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        _work(outbox, die)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _faults(outbox: Outbox, bookings: int) -> list[str]:
    from django.db.models import Count

    from workshops.models import Booking, BookingMail

    accepted = outbox.accepted()
    twice = [key for key, times in Counter(_key(one) for one in accepted).items() if times > 1]
    faults = [f"{to} got “{subject}” twice" for to, subject in twice]
    mails = BookingMail.objects.values("what").annotate(number=Count("pk")).order_by("what")
    written = {row["what"]: row["number"] for row in mails}
    if written != dict.fromkeys(("booked", "cancelled", "changed"), bookings):
        faults.append(f"mails written: {written}")
    if Booking.objects.exclude(state="cancelled").exists():
        faults.append("somebody is still booked")
    in_doubt = BookingMail.objects.filter(accepted_at=None, failed_at=None)
    faults += [f"{mail} was never begun" for mail in in_doubt.filter(begun_at=None)]
    known = {_key(one) for one in accepted}
    sure = BookingMail.objects.exclude(accepted_at=None).select_related("recipient")
    subjects = {"booked": "Booked", "changed": "Changed", "cancelled": "Cancelled"}
    faults += [
        f"{mail} is called accepted and was not"
        for mail in sure
        if (mail.recipient.email, f"{subjects[mail.what]}: Event") not in known
    ]
    for person in {one["to"] for one in accepted}:
        numbers = [_sequence(one["update"]) for one in accepted if one["to"] == person]
        if numbers != sorted(set(numbers)):
            faults.append(f"the updates of {person} came as {numbers}")
    return faults


def _key(told: dict[str, str]) -> tuple[str, str]:
    return told["to"], told["subject"]


def _sequence(update: str) -> int:
    return int(update.partition("\nSEQUENCE:")[2].split()[0])


def _arguments(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] == "--here":
        return here(Path(arguments[1]), int(arguments[2]), int(arguments[3]))
    bookings, kills = (int(one) for one in arguments or ("40", "60"))
    return main(bookings, kills)


if __name__ == "__main__":
    sys.exit(_arguments(sys.argv[1:]))
