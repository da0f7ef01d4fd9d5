"""What a mail-out costs, beside Django’s own ``send_messages`` with the same messages ready made.

Both send to the same sink over one connection at a time. The portal claims and records every row.
"""

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.killing import DATABASE, mail_environment, manage, prepare, running_sink

RECIPIENTS = 1000
FEW, MANY = 100, 10_000
ROUNDS = 3


@dataclass(frozen=True)
class Run:
    """``megabytes`` is the most memory the process held."""

    sent: int
    seconds: float
    megabytes: float

    @property
    def a_second(self) -> float:
        return self.sent / self.seconds


def figures() -> Iterator[tuple[str, float]]:
    """The name and value of every figure of mail."""
    with tempfile.TemporaryDirectory(prefix="portal-mail-bench-") as name:
        folder = Path(name)
        ready = prepare(folder, RECIPIENTS)
        with running_sink(folder) as (port, _):
            pairs = [
                (_run(way, ready, port, RECIPIENTS) for way in ("--portal", "--django"))
                for _ in range(ROUNDS)
            ]
            runs = [tuple(pair) for pair in pairs]
            yield "mail.messages_per_second", median(portal.a_second for portal, _ in runs)
            yield "mail.django_messages_per_second", median(plain.a_second for _, plain in runs)
            # Each round's own ratio: a slow moment of the machine meets both.
            yield (
                "mail.ratio_to_django",
                median(portal.a_second / plain.a_second for portal, plain in runs),
            )
            megabytes: dict[tuple[str, int], float] = {}
            for many in (FEW, MANY):
                (folder / str(many)).mkdir()
                of_many = prepare(folder / str(many), many)
                for way in ("--portal", "--django"):
                    megabytes[way, many] = _run(way, of_many, port, many).megabytes
                    yield f"mail.{way[2:]}.megabytes_at_{many}", megabytes[way, many]
            yield "mail.growth_mb", megabytes["--portal", MANY] - megabytes["--portal", FEW]


def _run(way: str, ready: Path, port: int, recipients: int) -> Run:
    """Send once, in a process of its own, from a copy of the database ``ready``."""
    with tempfile.TemporaryDirectory(prefix="portal-mail-bench-") as name:
        shutil.copy(ready, Path(name) / DATABASE)
        variables = mail_environment(Path(name), port)
        told = manage("-m", "bench.mail", way, str(recipients), variables=variables)
    sent, seconds, megabytes = told.split()[-3:]
    if int(sent) != recipients:
        raise RuntimeError(f"{sent} of {recipients} mails were sent.")
    return Run(int(sent), float(seconds), float(megabytes))


# --- in a process of its own --------------------------------------------------------------------


def _ready_made(recipients: int) -> list[Any]:
    """The same messages as the portal makes, all there before the clock starts."""
    from django.utils import timezone

    from releases.mails import Letters
    from releases.models import Delivery

    letters = Letters()
    at = timezone.now()
    ids = Delivery.objects.order_by("pk").values_list("pk", flat=True)[:recipients]
    return [letters.message([pk], at=at)[0] for pk in ids]


def main() -> None:
    import django

    django.setup()
    way, recipients = sys.argv[1], int(sys.argv[2])
    if way == "--django":
        from django.core.mail import get_connection

        messages = _ready_made(recipients)
        began = time.perf_counter()
        sent = int(get_connection().send_messages(messages) or 0)
    else:
        from releases.sending import send_due

        began = time.perf_counter()
        sent = send_due().states["accepted"]
    seconds = time.perf_counter() - began
    print(sent, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
