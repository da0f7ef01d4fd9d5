"""Kills the worker that tells of bookings, again and again, at any statement of SQL.

``python -m bench.killing_bookings BOOKINGS KILLS`` makes a portal of its own in a temporary folder,
on SQLite and then on PostgreSQL. Scene by scene (``booking_scenes.py``) something is to be done:
changes told, freed places passed on, lots drawn, reminders written. Each time all jobs run and the
mails are sent by a process that kills itself (SIGKILL) at a random statement, or between handing a
mail over and writing that down. Every task of the queue is done again and again, as a queue may
do. Then all of it runs undisturbed. Ends with exit code 1 when anybody was skipped, mailed twice,
got calendar updates out of order or none, or when a booking ended in another state than it should.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.booking_scenes import FEWEST, SENDING, expected, people, scenes
from scripts import postgres
from scripts.serving import ROOT, environment

JOBS = ("tell_changes_now", "pass_places_on", "draw_lots", "remind_now")
SCENES = 8
# How a mail of each kind begins its subject, and what it does in a calendar.
SUBJECTS = {
    "booked": "Booked",
    "waiting": "On the waiting list",
    "offered": "A place for you, please answer",
    "changed": "Changed",
    "cancelled": "Cancelled",
    "lapsed": "The place went to the next",
    "closed": "No place came free",
    "not-drawn": "The lots are drawn",
    "reminder": "Soon",
}
METHODS = {"Booked": "REQUEST", "Changed": "REQUEST", "Cancelled": "CANCEL"}


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


def main(bookings: int, kills: int, *, postgresql: str = "") -> int:
    """``postgresql`` is the URL of an empty database; without it the portal is on SQLite."""
    if bookings < FEWEST:
        raise ValueError(f"For fewer than {FEWEST} bookings there is no lot to draw.")
    more = {"DATABASE_URL": postgresql} if postgresql else {}
    with tempfile.TemporaryDirectory(prefix="portal-killing-") as name:
        settings = {"DJANGO_SETTINGS_MODULE": "pcc_portal.settings"} | more
        variables = environment(Path(name), **settings)
        command = [sys.executable, "-m", "bench.killing_bookings", "--here", name]
        done = subprocess.run([*command, str(bookings), str(kills)], cwd=ROOT, env=variables)
    return done.returncode


def here(folder: Path, bookings: int, kills: int) -> int:
    """The same in this process, whose portal keeps everything in ``folder``."""
    import logging

    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    _make_tables()
    from django.db import connection
    from django_q.models import OrmQ

    outbox, chance = Outbox(folder / "accepted"), random.Random(bookings)  # noqa: S311
    died = folder / "died"
    died.touch()
    for job in scenes(people(bookings)):
        for number in range(kills // SCENES):
            places = {SENDING} if 2 * number >= kills // SCENES else {job, SENDING}
            # Early as often as late: half-way through a long job, and in what little is left of it.
            most = 5 if number == 0 else 20 * bookings
            _kill(outbox, died, places, steps=int(most ** chance.random()))
        _work(outbox)
        OrmQ.objects.all().delete()
    faults = _faults(outbox, bookings)
    where = Counter(died.read_text().split())
    told = ", ".join(f"{number} in {place}" for place, number in sorted(where.items()))
    begun = f"{connection.vendor}, {bookings} candidates, {where.total()} kills ({told})"
    print(f"{begun}: {'; '.join(faults) or 'all told once, in order'}")
    return bool(faults)


def _make_tables() -> None:
    """As the models have them: to go through all the migrations takes longer than all the rest."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    settings.MIGRATION_MODULES = dict.fromkeys(one.label for one in apps.get_app_configs())
    call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)


def _work(outbox: Outbox, before: Callable[[str], None] = lambda _: None) -> None:
    """Run all jobs, then every task in the queue. ``before`` is called with the place each step."""
    from django.db import connection
    from django.utils.module_loading import import_string
    from django_q.models import OrmQ

    from releases.posting import Outcome, Post, Result

    place = SENDING

    def send(_: Post, message: Any) -> Outcome:
        before(place)
        outbox.add(message)
        before(place)
        return Outcome(Result.ACCEPTED, "")

    def count(execute: Any, *args: Any) -> Any:
        before(place)
        return execute(*args)

    Post.send = send  # type: ignore[assignment, method-assign]
    with connection.execute_wrapper(count):
        for place in JOBS:
            import_string(f"workshops.jobs.{place}")()
        place = SENDING
        for row in OrmQ.objects.order_by("pk"):
            if row.task["func"].startswith("workshops."):
                import_string(row.task["func"])(*row.task["args"])
        import_string("workshops.jobs.send_waiting_now")()


def _kill(outbox: Outbox, died: Path, places: set[str], *, steps: int) -> None:
    """Work in a child that kills itself after so many steps in ``places``, if there are as many.

    Raises ``RuntimeError`` when it failed by itself.
    """
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child == 0:

        def die(place: str) -> None:
            nonlocal steps
            steps -= place in places
            if steps <= 0:
                with died.open("a") as file:
                    file.write(f"{place}\n")
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            _work(outbox, die)
        except BaseException:  # the child must not go on with what its parent does
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and status:
        raise RuntimeError("A worker failed that nobody had killed.")


def _faults(outbox: Outbox, bookings: int) -> list[str]:
    from workshops.models import Booking, BookingMail

    accepted = outbox.accepted()
    twice = [key for key, times in Counter(map(_key, accepted)).items() if times > 1]
    faults = [f"{to} got “{subject}” twice" for to, subject in twice]
    mails, states = expected(bookings)
    written = Counter(BookingMail.objects.values_list("booking__book__event_slug", "what"))
    ended = Counter(Booking.objects.values_list("book__event_slug", "state"))
    for name, found, meant in (("mails", written, mails), ("bookings", ended, states)):
        if found != meant:
            faults.append(f"{name}: {dict(found)}, not {meant}")
    known = {_key(one) for one in accepted}
    rows = BookingMail.objects.select_related("recipient", "booking__book")
    faults += [fault for mail in rows if (fault := _fault(mail, known))]
    faults += _calendar_faults(accepted)
    return faults


def _fault(mail: Any, known: set[tuple[str, str]]) -> str:
    """Each was accepted, or begun and is called uncertain: nobody sends it again unasked."""
    if mail.failed_at or mail.missed_at or mail.void_at:
        return f"{mail} was given up"
    if not mail.begun_at:
        return f"{mail} was never begun"
    key = mail.recipient.email, f"{SUBJECTS[mail.what]}: {mail.booking.book.event_slug}"
    if mail.accepted_at and key not in known:
        return f"{mail} is called accepted and was not"
    return ""


def _calendar_faults(accepted: Sequence[dict[str, str]]) -> Iterator[str]:
    """Each brings the update of its kind or none, and those of one entry count up."""
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in accepted:
        method = _value(one["update"], "METHOD") if one["update"] else ""
        if method != METHODS.get(one["subject"].partition(":")[0], ""):
            yield f"“{one['subject']}” to {one['to']} brings “{method}” for the calendar"
        if method:
            entry = one["to"], _value(one["update"], "UID")
            numbers[entry].append(int(_value(one["update"], "SEQUENCE")))
    for (person, _), found in numbers.items():
        if found != sorted(set(found)):
            yield f"the updates of {person} came as {found}"


def _key(told: dict[str, str]) -> tuple[str, str]:
    return told["to"], told["subject"]


def _value(update: str, name: str) -> str:
    return update.partition(f"\n{name}:")[2].split()[0]


def _arguments(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] == "--here":
        return here(Path(arguments[1]), int(arguments[2]), int(arguments[3]))
    bookings, kills = (int(one) for one in arguments or ("40", "160"))
    on_sqlite = main(bookings, kills)
    with postgres.database_url() as server, postgres.own_database(server, "killing") as url:
        return on_sqlite | main(bookings, kills, postgresql=url)


if __name__ == "__main__":
    sys.exit(_arguments(sys.argv[1:]))
