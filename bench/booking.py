"""Bookings a second: four processes on one hot slot, beside the least the ORM can do.

``bench/__main__.py`` runs this on a PostgreSQL of its own. The bare way locks the row, counts,
inserts and commits, into the same tables; it asks no other rule, keeps no needs, writes no mail.
Both take turns, so that a slow moment of the machine meets both.
"""

import datetime as dt
import logging
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import django

django.setup()
logging.disable(logging.INFO)

from django.core.management import call_command  # noqa: E402
from django.db import connections, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from elections.models import Candidate, Election, Office, StatusChange, User  # noqa: E402
from scripts.approved import release_approved  # noqa: E402
from workshops.bookings import book  # noqa: E402
from workshops.models import Booking, Event, EventBook, Slot  # noqa: E402
from workshops.refusing import By, Wish  # noqa: E402

PROCESSES = 4
ROUNDS = 5
SLUG = "bench"
PLACES = 10_000


def main(each: int) -> None:
    """``each`` process makes so many bookings a round, each way."""
    call_command("migrate", interactive=False, verbosity=0)
    candidates = _candidates(PROCESSES * each)
    ours, bare = [], []
    # The first round only warms up.
    for number in range(ROUNDS + 1):
        ours.append(_per_second(_book, _event(f"ours-{number}"), candidates))
        bare.append(_per_second(_bare, _event(f"bare-{number}"), candidates))
    ratio = median(a / b for a, b in zip(ours[1:], bare[1:], strict=True))
    print(median(ours[1:]), median(bare[1:]), ratio)


def _book(candidate: Candidate, slug: str) -> None:
    book(candidate, Wish(slug, 1), by=By(candidate.user), at=timezone.now())


def _bare(candidate: Candidate, slug: str) -> None:
    now = timezone.now()
    with transaction.atomic():
        row = EventBook.objects.select_for_update().get(event_slug=slug)
        taken = Booking.objects.filter(book=row, slot_number=1, state="booked").count()
        if taken < PLACES:
            Booking.objects.create(
                book=row,
                slot_number=1,
                candidate=candidate,
                state="booked",
                made_at=now,
                booked_at=now,
            )


def _per_second(
    way: Callable[[Candidate, str], None], slug: str, candidates: list[Candidate]
) -> float:
    connections.close_all()
    forking = multiprocessing.get_context("fork")
    door, took = forking.Barrier(PROCESSES + 1), forking.SimpleQueue()

    def work(mine: list[Candidate]) -> None:
        EventBook.objects.exists()  # connects
        door.wait(60)
        for candidate in mine:
            way(candidate, slug)
        took.put(time.perf_counter())

    workers = [
        forking.Process(target=work, args=[candidates[index::PROCESSES]])
        for index in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    door.wait(60)
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("A process that booked has failed.")
    ended: float = max(took.get() for _ in workers)
    if Booking.objects.filter(book__event_slug=slug).count() != len(candidates):
        sys.exit("Not everybody is booked.")
    return len(candidates) / (ended - began)


def _candidates(number: int) -> list[Candidate]:
    now = timezone.now()
    today = timezone.localdate(now)
    office = Office.objects.create(name="Office", short_name="Office", post="PCC", area="Area")
    election = Election.objects.create(
        office=office, name="Bench", slug=SLUG, poll_date=today + dt.timedelta(days=60)
    )
    return list(_stand(election, number, today, now))


def _stand(election: Election, number: int, today: dt.date, now: Any) -> Iterator[Candidate]:
    for index in range(number):
        user = User.objects.create_user(f"candidate{index}@example.org", f"Candidate {index}")
        candidate = Candidate.objects.create(
            election=election, user=user, surname=f"Number {index}", other_names="Alex"
        )
        StatusChange.objects.create(
            candidate=candidate, status="declared", effective_from=today, recorded_at=now
        )
        yield candidate


def _event(slug: str) -> str:
    """A released workshop with one slot of many places, some days away, and its row to lock."""
    now = timezone.now()
    election = Election.objects.get(slug=SLUG)
    event = Event.objects.create(
        election=election, slug=slug, title=slug, kind="workshop", summary=".", takes_bookings=True
    )
    Slot.objects.create(event=event, starts_at=now + dt.timedelta(days=7), capacity=PLACES)
    release_approved(event, election=election, title=slug, at=now)
    EventBook.objects.create(election=election, event_slug=slug)
    return slug


if __name__ == "__main__":
    main(int(sys.argv[1]))
