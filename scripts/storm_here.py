"""The storms on one database, which ``scripts/storm.py`` names.

Each round has three: many clients for 30 places, many for one place, and those who hold one of two
slots all wanting the other. Afterwards exactly the places are given, everybody else waits or was
refused in plain words, nobody met an error page, and whoever swapped has one place. At the end the
same is done with the lock taken out. That has to overbook: else the storm is too weak to tell.
"""

import datetime as dt
import http.client
import logging
import os
import re
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import django

django.setup()
logging.disable(logging.INFO)

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from elections.models import Candidate, Election, Office, StatusChange, User  # noqa: E402
from scripts import serving  # noqa: E402
from scripts.approved import release_approved  # noqa: E402
from workshops.models import Booking, Event, Slot  # noqa: E402

SLUG = "storm"
# So many stand at the door in the same moment; the others push from behind.
AT_ONCE = 64
SECONDS_TO_ANSWER = 120
CONTROLS_AT_MOST = 10
TOKEN = "a" * 32


@dataclass(frozen=True)
class Size:
    clients: int
    places: int
    for_one: int
    swappers: int


SIZES = {"whole": Size(200, 30, 20, 40), "short": Size(40, 6, 20, 10)}


@dataclass(frozen=True)
class Person:
    """A candidate who is signed in."""

    candidate: Candidate
    cookie: str


@dataclass(frozen=True)
class Answer:
    code: int
    body: str

    @property
    def is_booked(self) -> bool:
        return self.code == 302

    @property
    def is_refused(self) -> bool:
        """In words: the sentence in the summary of errors."""
        return self.code == 409 and "All places are taken" in self.body


class Failed(Exception):
    """What the storm found."""


def main(name: str, rounds: int, size: Size) -> int:
    call_command("migrate", interactive=False, verbosity=0)
    people = _people(size.clients)
    try:
        with _served("pcc_portal.wsgi") as server:
            for number in range(1, rounds + 1):
                told = [
                    _rush(server.address, people, f"many-{number}", size.places),
                    _rush(server.address, people[: size.for_one], f"one-{number}", 1),
                    _swap(server.address, people[: size.swappers], f"swap-{number}"),
                ]
                print(f"{name}, round {number}: {'; '.join(told)}", flush=True)
        with _served("scripts.unlocked") as server:
            print(f"{name}, {_control(server.address, people, size.places)}", flush=True)
    except Failed as failed:
        print(f"{name}: {failed}", file=sys.stderr, flush=True)
        return 1
    return 0


def _served(application: str):  # type: ignore[no-untyped-def]
    log = Path(settings.DATA_DIR) / f"{application}.log"
    return serving.served(application, log, dict(os.environ), workers=4)


# --- the storms --------------------------------------------------------------------------------


def _rush(address: str, people: list[Person], slug: str, places: int) -> str:
    """Everyone asks in the same moment, every second one of them twice."""
    _event(slug, places)
    asking = [*people, *people[::2]]
    answers = _at_once([_asks(address, one, slug, 1) for one in asking])
    _refuse_odd(answers)
    held, waiting = _count(slug, "booked").get(1, 0), _count(slug, "waiting").get(1, 0)
    if held != places:
        raise Failed(f"{slug}: {held} places are held, not {places}.")
    live = Booking.objects.filter(book__event_slug=slug).live()
    if live.values("candidate").distinct().count() != held + waiting:
        raise Failed(f"{slug}: somebody has two.")
    refused = len(people) - held - waiting
    return f"{len(people)} for {places}: {held} held, {waiting} wait, {refused} refused"


def _swap(address: str, people: list[Person], slug: str) -> str:
    """Half of them in each of two slots with one place free; then all want the other slot."""
    half = len(people) // 2
    _event(slug, half + 1, half + 1)
    first = {one: 1 if index < half else 2 for index, one in enumerate(people)}
    _refuse_odd(_at_once([_asks(address, one, slug, number) for one, number in first.items()]))
    held = {
        booking.candidate_id: booking.pk
        for booking in Booking.objects.filter(book__event_slug=slug)
    }
    answers = _at_once(
        [
            _asks(address, one, slug, 3 - number, replaces=held[one.candidate.pk])
            for one, number in first.items()
        ]
    )
    _refuse_odd(answers)
    now = _count(slug, "booked")
    if sum(now.values()) != len(people) or max(now.values()) > half + 1:
        raise Failed(f"{slug}: {now} are held after the swaps, of {half + 1} each.")
    swapped = sum(answer.is_booked for answer in answers)
    moved = Booking.objects.filter(book__event_slug=slug, state="moved").count()
    if moved != swapped:
        raise Failed(f"{slug}: {swapped} were told they swapped, {moved} did.")
    return f"{len(people)} swap: {swapped} changed, nobody lost a place"


def _control(address: str, people: list[Person], places: int) -> str:
    for number in range(1, CONTROLS_AT_MOST + 1):
        slug = f"control-{number}"
        _event(slug, places)
        _at_once([_asks(address, one, slug, 1) for one in people])
        held = _count(slug, "booked").get(1, 0)
        if held > places:
            return f"without the lock: {held} held of {places}, as it has to be"
    raise Failed("Without the lock nothing was overbooked: the storm is too weak to tell.")


def _refuse_odd(answers: list[Answer]) -> None:
    odd = [answer for answer in answers if not (answer.is_booked or answer.is_refused)]
    if odd:
        said = " ".join(re.sub(r"<[^>]+>", " ", odd[0].body.partition("<main")[2]).split())
        raise Failed(f"{len(odd)} odd answers, such as {odd[0].code}: {said[:600] or odd[0].body}")


def _at_once(acts: list[Callable[[], Answer]]) -> list[Answer]:
    """Do all of them; as many as there are threads begin in the same moment."""
    door = threading.Barrier(min(AT_ONCE, len(acts)))
    come = threading.local()

    def act(one: Callable[[], Answer]) -> Answer:
        if not hasattr(come, "in_"):
            come.in_ = True
            door.wait(SECONDS_TO_ANSWER)
        return one()

    with ThreadPoolExecutor(door.parties) as pool:
        return list(pool.map(act, acts))


def _asks(
    address: str, one: Person, slug: str, number: int, replaces: int | None = None
) -> Callable[[], Answer]:
    """Sends the form of step 2, as a browser does."""
    said = {"slot": number, "csrfmiddlewaretoken": TOKEN}
    if replaces:
        said["replaces"] = replaces
    elif one.candidate.pk % 3:
        said["may_wait"] = "on"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"{one.cookie}; csrftoken={TOKEN}",
    }

    def ask() -> Answer:
        connection = http.client.HTTPConnection(
            address.removeprefix("http://"), timeout=SECONDS_TO_ANSWER
        )
        try:
            path = f"/{SLUG}/programme/{slug}/book/check/"
            connection.request("POST", path, urlencode(said), headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode())
        except OSError as error:
            return Answer(0, f"no answer: {error}")
        finally:
            connection.close()

    return ask


# --- rows --------------------------------------------------------------------------------------


def _people(number: int) -> list[Person]:
    now = timezone.now()
    office = Office.objects.create(name="Office", short_name="Office", post="PCC", area="Area")
    election = Election.objects.create(
        office=office,
        name="Storm",
        slug=SLUG,
        poll_date=timezone.localdate(now) + dt.timedelta(days=60),
    )
    people = []
    for index in range(number):
        user = User.objects.create_user(f"candidate{index}@example.org", f"Candidate {index}")
        candidate = Candidate.objects.create(
            election=election, user=user, surname=f"Number {index}", other_names="Alex"
        )
        StatusChange.objects.create(
            candidate=candidate,
            status="declared",
            effective_from=timezone.localdate(now),
            recorded_at=now,
        )
        client = Client()
        client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"
        people.append(Person(candidate, cookie))
    return people


def _event(slug: str, *capacities: int) -> None:
    """A released workshop with a slot of each capacity, some days away."""
    now = timezone.now()
    election = Election.objects.get(slug=SLUG)
    event = Event.objects.create(
        election=election,
        slug=slug,
        title=slug,
        kind="workshop",
        summary=".",
        takes_bookings=True,
    )
    for index, capacity in enumerate(capacities):
        starts = now + dt.timedelta(days=7 + index)
        Slot.objects.create(
            event=event, starts_at=starts, ends_at=starts + dt.timedelta(hours=1), capacity=capacity
        )
    release_approved(event, election=election, title=slug, at=now)


def _count(slug: str, state: str) -> dict[int, int]:
    """How many there are in that state, by slot."""
    rows = Booking.objects.filter(book__event_slug=slug, state=state).order_by()
    return dict(rows.values_list("slot_number").annotate(Count("pk")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), SIZES[sys.argv[3]]))
