"""What the checks find in an event: its words, who leads it and its agenda."""

import datetime as dt

import pytest
from model_bakery import baker

from elections.models import Candidate
from releases.versions import new_version
from tests.workshops.booking_cast import MONDAY, stands, take
from tests.workshops.cast import uk
from workshops.bookings import cancel
from workshops.models import AgendaItem, Slot
from workshops.refusing import By

pytestmark = pytest.mark.django_db


def codes(item):
    return [finding.code for finding in item.findings()]


def test_good_event_raises_nothing(make_event):
    assert codes(make_event()) == []


def test_recording_through_a_shortener_is_found_at_its_field(make_event):
    found = make_event(recording="https://bit.ly/39sgICX").findings()

    assert ("link-short", "recording") in [(finding.code, finding.field) for finding in found]


def test_agenda_and_hosts_are_read_too(make_event, election):
    event = make_event()
    AgendaItem.objects.create(event=event, title="The MTFS")
    baker.make(Candidate, election=election, surname="HINDSON", other_names="Paul")

    assert sorted(codes(event)) == ["abbreviation", "candidate-name"]


TEN = uk("2021-04-20 10:00")


@pytest.fixture
def booked(make_event, release_now, election) -> list:
    """Three places are taken of three: two booked, one of them by a guest, and one offered."""
    slot = {"starts_at": TEN, "ends_at": TEN + dt.timedelta(hours=2), "capacity": 3}
    later = slot | {"starts_at": TEN + dt.timedelta(days=1), "ends_at": None}
    event = make_event(takes_bookings=True, guest_places=1, slots=[slot, later])
    release_now(event)
    ada, ben, cyn = (stands(election, name) for name in ("Ada", "Ben", "Cyn"))
    bookings = [take(ada, event, guests=1), take(ben, event), take(cyn, event, may_wait=True)]
    cancel(bookings[1], by=By(ben.user), at=MONDAY)
    bookings[2].refresh_from_db()
    assert bookings[2].state == "offered"
    return [event, *bookings]


def test_fewer_places_than_are_taken_are_found(booked, editor):
    event = booked[0]
    draft = new_version(event, change="minor", note="", by=editor, at=MONDAY)
    assert codes(draft) == []

    draft.slots.update(capacity=1)

    [finding] = draft.findings()
    assert (finding.code, finding.severity) == ("too-few-places", "warning")
    assert finding.sentence == (
        "Tuesday 20 April 2021, 10am to 12 noon: 3 places are booked or offered of 1. They all "
        "keep their places. Give it more, or agree with them who comes another time."
    )
    draft.slots.filter(starts_at=TEN).update(status=Slot.Status.CANCELLED, why="The room.")
    assert codes(draft) == []


def slots_of(*minutes: int | None) -> list[dict]:
    return [
        {
            "starts_at": TEN + dt.timedelta(hours=number),
            "ends_at": length and TEN + dt.timedelta(hours=number, minutes=length),
        }
        for number, length in enumerate(minutes)
    ]


def test_one_to_one_meetings_of_unequal_length_are_found(make_event):
    assert codes(make_event(kind="one-to-one", slots=slots_of(30, 30))) == []
    assert codes(make_event(kind="workshop", slots=slots_of(30, 20))) == []
    event = make_event(kind="one-to-one", slots=slots_of(30, 30, 20, None))

    [finding] = event.findings()

    assert (finding.code, finding.severity) == ("slot-lengths", "warning")
    assert finding.sentence == (
        "The meetings are not equally long: 1 slot of 20 minutes, 2 slots of 30 minutes, 1 slot "
        "without an end. Each candidate is offered the same."
    )
    event.slots.exclude(ends_at=TEN + dt.timedelta(minutes=30)).update(
        status=Slot.Status.CANCELLED, why="Ill."
    )
    assert codes(event) == []
