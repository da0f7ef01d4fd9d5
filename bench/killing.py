"""Kills the workers of a mail-out at random moments, again and again, and looks what became of it.

``python -m bench.killing`` does so with 5,000 recipients, 20 rounds, one worker and four, on SQLite
and on PostgreSQL, against a mail server that drops connections and refuses at random. Prints a line
for each; ends with exit code 1 when anybody was skipped, mailed twice or told wrongly about.
"""

import argparse
import json
import os
import random
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from scripts import postgres
from scripts.mail_sink import numbers_in
from scripts.serving import ROOT, environment

DATABASE = "portal.sqlite3"
LEASE_SECONDS = 4
SECONDS_TO_START = 60
# After the last kill the workers run until nothing is left; this is for a fault that never ends.
RUNS_AT_MOST = 60
NEEDS_A_PERSON = {"refused", "uncertain", "bounced", "no-address"}


@dataclass
class Report:
    recipients: int
    workers: int
    vendor: str
    states: Counter[str] = field(default_factory=Counter)
    # Of a worker that ran, while some of the mail was out and some was not.
    kills: int = 0
    accepted: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        states = ", ".join(f"{state} {number}" for state, number in sorted(self.states.items()))
        told = f"{self.vendor}, {self.workers} worker(s), {self.recipients} recipients, "
        told += f"{self.kills} kills: {states}; the server accepted {self.accepted}"
        return f"{told}: {'; '.join(self.faults[:5]) or 'nobody skipped, nobody twice'}"


def mail_environment(data_dir: Path, port: int, **more: str) -> dict[str, str]:
    """A portal in production that mails to the sink at ``port``: only production mails at all."""
    database = f"sqlite:///{data_dir / DATABASE}"
    settings = {
        "ENVIRONMENT": "production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "portal.example.org",
        "PUBLIC_ADDRESS": "https://portal.example.org",
        "TRUSTED_PROXY_COUNT": "0",
        "DATABASE_URL": database,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "EMAIL_TIMEOUT": "3",
        "MAIL_LEASE_SECONDS": str(LEASE_SECONDS),
        "MAIL_FIRST_PAUSE_SECONDS": "0.05",
        "DJANGO_SETTINGS_MODULE": "pcc_portal.settings",
    }
    return environment(data_dir, **settings | more)


@contextmanager
def running_sink(folder: Path, seed: int | None = None) -> Iterator[tuple[int, Path]]:
    """A sink in a process of its own: its port, and the file of what it accepted."""
    port_file, accepted = folder / "port", folder / "accepted"
    command = [sys.executable, "-m", "scripts.mail_sink", str(port_file), str(accepted)]
    process = subprocess.Popen(
        [*command, *([str(seed)] if seed is not None else [])],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + SECONDS_TO_START
        while not port_file.exists():
            if time.monotonic() > until or process.poll() is not None:
                raise RuntimeError("The mail server of the test did not start.")
            time.sleep(0.05)
        yield int(port_file.read_text()), accepted
    finally:
        process.terminate()
        process.wait(20)


def manage(*command: str, variables: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=variables,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def prepare(folder: Path, recipients: int) -> Path:
    """A SQLite database in ``folder`` with a mail-out that is due, to be copied."""
    variables = mail_environment(folder, port=0)
    manage("-m", "bench.mail_out", str(recipients), variables=variables)
    return folder / DATABASE


def kill_and_look(
    recipients: int,
    rounds: int,
    workers: int,
    *,
    postgresql: str = "",
    ready: Path | None = None,
) -> Report:
    """One mail-out, with ``rounds`` kills of one of the ``workers``. What became of it.

    ``postgresql`` is the URL of an empty database; without it the mail-out is on SQLite, on a copy
    of ``ready`` if that is given.
    """
    report = Report(recipients, workers, "PostgreSQL" if postgresql else "SQLite")
    chance = random.Random(workers)  # noqa: S311  nothing is protected by it
    more = {"DATABASE_URL": postgresql} if postgresql else {}
    with tempfile.TemporaryDirectory(prefix="portal-killing-") as name:
        folder = Path(name)
        if ready:
            shutil.copy(ready, folder / DATABASE)
        elif not postgresql:
            prepare(folder, recipients)
        with running_sink(folder, seed=workers) as (port, accepted):
            variables = mail_environment(folder, port, **more)
            if postgresql:
                manage("-m", "bench.mail_out", str(recipients), variables=variables)
            _kill(report, rounds, variables, chance)
            _finish(workers, variables)
            _look(report, rounds, variables, numbers_in(accepted))
    return report


def _start(variables: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "send_deliveries"],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _kill(report: Report, rounds: int, variables: dict[str, str], chance: random.Random) -> None:
    """Kill a worker at a random moment of each of ``rounds`` parts of the mail-out, start another.

    One that found nothing due for a moment is started again, as the portal does each minute.
    """
    running = [_start(variables) for _ in range(report.workers)]
    part = report.recipients // (rounds + 1)
    with _asking(variables["DATABASE_URL"]) as left:
        for number in range(1, rounds + 1):
            mark = report.recipients - part * number + chance.randrange(part)
            until = time.monotonic() + SECONDS_TO_START
            while left() > mark and time.monotonic() < until:
                running = [one if one.poll() is None else _start(variables) for one in running]
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.05))
            victim = chance.choice([one for one in running if one.poll() is None] or running)
            if victim.poll() is None:
                os.killpg(victim.pid, signal.SIGKILL)
                report.kills += 0 < left() < report.recipients
            victim.wait()
            running[running.index(victim)] = _start(variables)
    for process in running:
        # The last ones are killed as well.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _finish(workers: int, variables: dict[str, str]) -> None:
    """Let them run until nothing is left that a worker has to see to."""
    for _ in range(RUNS_AT_MOST):
        running = [_start(variables) for _ in range(workers)]
        for process in running:
            process.wait()
        with _asking(variables["DATABASE_URL"]) as left:
            if left() == 0:
                return
        # Until the lease of what the last kill left behind has run out.
        time.sleep(1)


@contextmanager
def _asking(database: str) -> Iterator[Callable[[], int]]:
    """How many deliveries wait or are being sent: asked without starting the portal."""
    path = database.removeprefix("sqlite:///")
    if path != database:
        connection: Any = sqlite3.connect(path, timeout=30)
    else:
        parts = urlsplit(database)
        host, _, name = parts.path.removeprefix("/").rpartition("/")
        connection = psycopg2.connect(
            user=parts.username, host=f"/{host}" if host else parts.hostname, dbname=name
        )
        connection.autocommit = True

    def left() -> int:
        cursor.execute(
            "SELECT count(*) FROM releases_delivery WHERE state IN ('queued', 'sending')"
        )
        return int(cursor.fetchone()[0])

    with closing(connection), closing(connection.cursor()) as cursor:
        yield left


def _look(report: Report, rounds: int, variables: dict[str, str], accepted: list[str]) -> None:
    told = json.loads(manage("-m", "bench.killing", "--tell", variables=variables))
    rows = told["rows"]
    if report.kills != rounds:
        report.faults.append(f"only {report.kills} kills of {rounds} met a mail-out under way")
    report.accepted = len(accepted)
    times = Counter(accepted)
    report.states = Counter(row["state"] for row in rows)
    if len(rows) != report.recipients:
        report.faults.append(f"{len(rows)} rows for {report.recipients} recipients")
    known = {row["number"] for row in rows}
    report.faults += [f"{number} is nobody’s" for number in times if number not in known]
    for row in rows:
        fault = _fault(row, times[row["number"]])
        if fault:
            report.faults.append(f"{row['number']}: {fault}")
    if told["chain"]:
        report.faults.append(told["chain"])


def _fault(row: dict[str, str], times: int) -> str:
    state = row["state"]
    if times > 1:
        return f"accepted {times} times"
    if state == "accepted" and times != 1:
        return "called accepted, and it was not"
    if state == "refused" and times:
        return "called refused, and it was accepted"
    if state not in NEEDS_A_PERSON | {"accepted"}:
        return f"skipped: {state}"
    if row["entered"] != state:
        return f"the ledger says {row['entered']}, the row {state}"
    return ""


# --- asked in the environment of the portal that is looked at ------------------------------------


def _tell() -> None:
    """Print every delivery, its number, its state and the last one the ledger has of it."""
    import django

    django.setup()
    from releases.mails import message_id
    from releases.models import Delivery, LedgerEntry

    entered: dict[int, str] = {}
    for text in LedgerEntry.objects.filter(kind="delivery").values_list("facts", flat=True):
        facts = json.loads(text)
        entered[facts["delivery"]] = facts["state"]
    rows = [
        {"number": message_id("delivery", pk, at), "state": state, "entered": entered.get(pk, "")}
        for pk, state, at in Delivery.objects.order_by("pk").values_list(
            "pk", "state", "release__released_at"
        )
        if at
    ]
    print(json.dumps({"rows": rows, "chain": _chain_fault()}))


def _chain_fault() -> str:
    from releases.ledger import GENESIS, hash_of
    from releases.models import LedgerEntry

    before = GENESIS
    for number, entry in enumerate(LedgerEntry.objects.order_by("number"), start=1):
        if (number, before, hash_of(entry)) != (
            entry.number,
            entry.previous_hash,
            entry.entry_hash,
        ):
            return f"the ledger does not fit at {entry.number}"
        before = entry.entry_hash
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tell", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--recipients", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    if asked.tell:
        _tell()
        return 0
    faults = 0
    for on_server in (False, True):
        for workers in (1, 4):
            with postgres.database_url() if on_server else nullcontext("") as url:
                report = kill_and_look(asked.recipients, asked.rounds, workers, postgresql=url)
            print(report, flush=True)
            faults += len(report.faults)
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
