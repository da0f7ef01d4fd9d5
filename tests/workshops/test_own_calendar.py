"""What somebody has booked, in the calendar of their own; and what nobody else ever sees of it."""

import datetime as dt

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from elections.calendar_addresses import make_anew
from releases.versions import new_version
from tests.conftest import NOON, PortalClient
from tests.workshops.booking_cast import MONDAY, stands, take
from tests.workshops.cast import uk
from workshops.bookings import cancel
from workshops.changes import SETTLE, tell_changes
from workshops.joining import Details, say_how_to_join
from workshops.models import Event
from workshops.refusing import By

pytestmark = pytest.mark.django_db

OWN = "pcc-2021.booking.budget.{}@leicestershire-opcc"
PUBLIC = "pcc-2021.event.budget.{}@leicestershire-opcc"
LINK = "https://meet.example.org/canary-link"


@pytest.fixture(autouse=True)
def _in_the_campaign(time_machine):
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def event(make_event, release_now) -> Event:
    slots = [
        {"starts_at": uk(f"2021-04-{day} 10:00"), "ends_at": uk(f"2021-04-{day} 12:00")}
        for day in (20, 21)
    ]
    event = make_event(slug="budget", title="Budget", takes_bookings=True, slots=slots)
    release_now(event)
    return event


@pytest.fixture
def ada(election):
    return stands(election, "Ada")


@pytest.fixture
def join(election, editor):
    def _join(show_from: str = "", **details):
        shown = uk(show_from) if show_from else None
        said = Details(link=LINK, room="canary-room", show_from=shown, **details)
        return say_how_to_join(election, "budget", 1, said, by=editor, at=MONDAY)

    return _join


def entries(user) -> dict[str, object]:
    """By UID, as a calendar program reads them."""
    response = PortalClient().get(reverse("my-calendar", args=[make_anew(user, at=NOON).key]))
    return {str(e["uid"]): e for e in Calendar.from_ical(response.content).walk("VEVENT")}


def test_booking_takes_the_place_of_the_slot_moves_and_goes(ada, event, release_now):
    assert set(entries(ada.user)) == {PUBLIC.format(1), PUBLIC.format(2)}

    booking = take(ada, event)
    mine = entries(ada.user)
    own = mine[OWN.format(booking.pk)]
    assert set(mine) == {OWN.format(booking.pk), PUBLIC.format(2)}
    assert (own["status"], own["sequence"], own["dtstart"].dt) == (
        "CONFIRMED",
        0,
        dt.datetime(2021, 4, 20, 9, tzinfo=dt.UTC),
    )
    assert own["url"] == f"http://testserver/pcc-2021/bookings/{booking.pk}/"

    moved = new_version(event, change="minor", note="The hall is taken.", by=None, at=MONDAY)
    moved.slots.filter(number=1).update(starts_at=uk("2021-04-20 11:00"))
    release_now(moved, at=MONDAY)
    own = entries(ada.user)[OWN.format(booking.pk)]
    assert own["dtstart"].dt == dt.datetime(2021, 4, 20, 10, tzinfo=dt.UTC)
    assert own["last-modified"].dt == MONDAY
    assert own["sequence"] == 1
    tell_changes(MONDAY + SETTLE)
    assert own["sequence"] == entries(ada.user)[OWN.format(booking.pk)]["sequence"]
    [part] = mail.outbox[-1].alternatives
    assert "SEQUENCE:1" in part.content

    cancel(booking, by=By(ada.user), at=MONDAY)
    assert set(entries(ada.user)) == {PUBLIC.format(1), PUBLIC.format(2)}


def test_what_is_called_off_is_there_once_and_as_cancelled(ada, event, release_now):
    take(ada, event)
    off = new_version(event, change="minor", note="The hall is taken.", by=None, at=MONDAY)
    off.slots.filter(number=1).update(status="postponed", why="The hall is taken.")
    release_now(off, at=MONDAY)

    mine = entries(ada.user)

    assert set(mine) == {PUBLIC.format(1), PUBLIC.format(2)}
    assert mine[PUBLIC.format(1)]["status"] == "CANCELLED"
    assert mine[PUBLIC.format(1)]["summary"] == "Postponed: Budget"
    assert mine[PUBLIC.format(2)]["status"] == "CONFIRMED"


def test_how_to_join_is_only_for_those_booked_and_from_its_time_on(
    ada, election, event, join, client, time_machine
):
    other = stands(election, "Ben")
    take(other, event, 2)
    booking = take(ada, event)
    page = reverse("workshops:booking", args=["pcc-2021", booking.pk])
    public = ["/pcc-2021/programme.ics", "/pcc-2021/programme/", event.get_absolute_url()]
    join("2021-04-15 09:00", instructions="canary-passcode")

    def told(user) -> list[bool]:
        own = entries(user).get(OWN.format(booking.pk), {})
        client.force_login(user)
        return [
            "canary" in f"{own.get('location')}{own.get('description')}",
            b"canary" in client.get(page).content,
        ]

    time_machine.move_to(uk("2021-04-15 08:59"), tick=False)
    assert told(ada.user) == [False, False]
    time_machine.move_to(uk("2021-04-15 09:00"), tick=False)
    assert told(ada.user) == [True, True]
    own = entries(ada.user)[OWN.format(booking.pk)]
    assert own["location"] == f"{LINK}, canary-room"
    assert f"Join at {LINK}\n\ncanary-passcode" in own["description"]
    assert told(other.user) == [False, False]
    for address in public:
        for user in (None, ada.user):
            client.logout()
            if user:
                client.force_login(user)
            assert b"canary" not in client.get(address).content

    cancel(booking, by=By(ada.user), at=uk("2021-04-15 10:00"))
    assert told(ada.user) == [False, False]


def test_calendar_costs_the_same_for_one_booking_and_for_three(
    ada, event, make_event, release_now, join
):
    join()
    take(ada, event)
    address = reverse("my-calendar", args=[make_anew(ada.user, at=NOON).key])
    PortalClient().get(address)
    with CaptureQueriesContext(connection) as for_one:
        PortalClient().get(address)
    for _ in range(2):
        more = make_event(takes_bookings=True, starts="2021-04-25 10:00", ends=None)
        release_now(more)
        take(ada, more)
    PortalClient().get(address)

    with CaptureQueriesContext(connection) as for_three:
        PortalClient().get(address)

    assert len(for_three) == len(for_one)


def test_agent_who_gets_no_mails_counts_those_of_the_candidate(candidate, agent, event, change_it):
    take(candidate.candidacies.get(), event)
    change_it()
    tell_changes(MONDAY + SETTLE)

    [own] = [one for uid, one in entries(agent).items() if ".booking." in uid]

    assert own["sequence"] == 1


@pytest.fixture
def change_it(event, release_now):
    def _change() -> None:
        moved = new_version(event, change="minor", note="The hall is taken.", by=None, at=MONDAY)
        moved.slots.filter(number=1).update(starts_at=uk("2021-04-20 11:00"))
        release_now(moved, at=MONDAY)

    return _change
