"""Calendar programs that nobody here wrote read the calendar over HTTP, and show it right.

vdirsyncer fetches, khal shows: each booking once, at its UK time, or not at all.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import mail
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from elections.calendar_addresses import make_anew
from releases.versions import new_version
from tests.conftest import NOON
from tests.workshops.booking_cast import stands, take
from tests.workshops.cast import uk
from workshops.bookings import cancel
from workshops.changes import SETTLE, tell_changes
from workshops.refusing import By

pytestmark = pytest.mark.django_db(transaction=True)

BOOKED = uk("2026-10-12 09:00")
VDIRSYNCER = """
[general]
status_path = "{folder}/status"
[pair own]
a = "own_there"
b = "own_here"
collections = null
conflict_resolution = "a wins"
[storage own_there]
type = "http"
url = "{address}"
[storage own_here]
type = "filesystem"
path = "{folder}/calendar"
fileext = ".ics"
"""
KHAL = """
[calendars]
[[own]]
path = {folder}/calendar
[locale]
local_timezone = Europe/London
default_timezone = Europe/London
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {folder}/khal.db
"""
SHOWN = "{start-long} {end-time} {title}, {location} {cancelled}"


@pytest.fixture
def server(transactional_db, settings) -> Iterator[LiveServer]:
    """The portal on a port of this machine, made anew with the settings of the test."""
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()


class Programs:
    """Calendar programs with settings and files of their own, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("status", "calendar"):
            (folder / name).mkdir()
        (folder / "khal").write_text(KHAL.format(folder=folder))

    def run(self, program: str, *arguments: str) -> str:
        command = [sys.executable, "-m", program, "-c", str(self.folder / program), *arguments]
        done = subprocess.run(
            command,
            env={**os.environ, "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def __call__(self, *arguments: str) -> str:
        return self.run("khal", *arguments)

    def listed(self, first: str, last: str) -> list[str]:
        """What khal shows between two days."""
        told = self("list", "--day-format", "", "--format", SHOWN, first, last)
        return [line.strip() for line in told.splitlines() if line.strip()]


@pytest.fixture
def khal(tmp_path) -> Programs:
    return Programs(tmp_path)


@pytest.fixture
def shown(khal, server):
    """What khal lists between two days of the calendar at an address, once it is fetched anew."""

    def _shown(path: str, first: str, last: str) -> list[str]:
        is_new = not (khal.folder / "vdirsyncer").exists()
        address = f"{server.url}{path}"
        (khal.folder / "vdirsyncer").write_text(
            VDIRSYNCER.format(folder=khal.folder, address=address)
        )
        if is_new:
            khal.run("vdirsyncer", "discover")
        # An empty calendar is no reason to stop.
        khal.run("vdirsyncer", "sync", "--force-delete")
        return khal.listed(first, last)

    return _shown


@pytest.mark.parametrize(
    ("day", "other"), [("2026-10-25", "2026-10-24"), ("2027-03-28", "2027-03-27")]
)
def test_create_move_and_cancel_are_one_event_or_none(
    shown, election, make_event, release_now, time_machine, day, other
):
    """On the day the clocks change, and moved to the day before."""
    time_machine.move_to(BOOKED)
    slot = {"starts_at": uk(f"{day} 10:00"), "ends_at": uk(f"{day} 12:00"), "venue": "County Hall"}
    event = make_event(slug="budget", title="Budget", takes_bookings=True, slots=[slot])
    release_now(event)
    ada = stands(election, "Ada")
    address = reverse("my-calendar", args=[make_anew(ada.user, at=NOON).key])
    week = (other, "2027-04-01" if day > "2027" else "2026-11-01")

    booking = take(ada, event, at=BOOKED)
    assert shown(address, *week) == [f"{day} 10:00 12:00 Budget, County Hall"]

    draft = new_version(event, change="minor", note="The hall is taken.", by=None, at=BOOKED)
    draft.slots.update(starts_at=uk(f"{other} 14:00"), ends_at=uk(f"{other} 16:00"))
    release_now(draft, at=BOOKED)
    assert shown(address, *week) == [f"{other} 14:00 16:00 Budget, County Hall"]

    cancel(booking, by=By(ada.user), at=BOOKED)
    assert shown(address, *week) == [f"{other} 14:00 16:00 Budget, County Hall"]  # as all see it
    draft = new_version(draft, change="withdrawal", note="Nobody leads it.", by=None, at=BOOKED)
    release_now(draft, at=BOOKED)
    assert shown(address, *week) == []


def test_invitations_in_mails_are_one_event_too(
    khal, election, make_event, release_now, time_machine
):
    time_machine.move_to(BOOKED, tick=False)
    slot = {"starts_at": uk("2026-10-25 10:00"), "ends_at": uk("2026-10-25 12:00")}
    event = make_event(slug="budget", title="Budget", takes_bookings=True, slots=[slot])
    release_now(event)
    booking = take(stands(election, "Ada"), event, at=BOOKED)
    draft = new_version(event, change="minor", note="The hall is taken.", by=None, at=BOOKED)
    draft.slots.update(starts_at=uk("2026-10-24 14:00"), ends_at=uk("2026-10-24 16:00"))
    release_now(draft, at=BOOKED)
    time_machine.move_to(BOOKED + SETTLE, tick=False)
    tell_changes(BOOKED + SETTLE)
    cancel(booking, by=By(booking.candidate.user), at=BOOKED + SETTLE)

    listed = []
    updates = [part for message in mail.outbox for part in message.alternatives]
    for update in [part for part in updates if part.mimetype.startswith("text/calendar")]:
        (khal.folder / "update.ics").write_text(update.content)
        khal("import", "--batch", str(khal.folder / "update.ics"))
        listed.append(khal.listed("2026-10-20", "2026-10-31"))

    assert listed == [
        ["2026-10-25 10:00 12:00 Budget, Online"],
        ["2026-10-24 14:00 16:00 Budget, Online"],
        ["2026-10-24 14:00 16:00 Budget, Online CANCELLED"],
    ]
