"""Small factories; what a test does not name is plausible and of no importance to it."""

import datetime as dt
from collections.abc import Callable, Iterable
from itertools import count

import pytest
from django.contrib.auth.models import AnonymousUser

from elections.models import KeyDate
from tests.workshops.cast import uk
from workshops.models import Event, EventHost, Slot


@pytest.fixture
def make_event(election) -> Callable[..., Event]:
    """A draft workshop on 18 March 2021, 10am to 12 noon, led by one person."""
    numbers = count(1)

    def _make(
        *,
        starts: str = "2021-03-18 10:00",
        ends: str | None = "2021-03-18 12:00",
        slots: Iterable[dict] | None = None,
        **fields,
    ) -> Event:
        number = next(numbers)
        event = Event(
            **{
                "election": election,
                "slug": f"event-{number}",
                "title": f"Event {number}",
                "kind": Event.Kind.WORKSHOP,
                "summary": "What it is about.",
                "format": Event.Format.ONLINE,
            }
            | fields
        )
        event.full_clean()
        event.save()
        EventHost.objects.create(event=event, name="Paul Hindson", role="Chief Executive")
        if slots is None:
            slots = [{"starts_at": uk(starts), "ends_at": ends and uk(ends)}]
        for slot in slots if not event.by_appointment else ():
            new = Slot(event=event, **slot)
            new.full_clean()
            new.save()
        return event

    return _make


@pytest.fixture
def make_day_event(make_event) -> Callable[..., Event]:
    """A draft event of which only the day is known."""

    def _make(day: str, **fields) -> Event:
        return make_event(slots=[{"starts_at": uk(f"{day} 00:00"), "is_all_day": True}], **fields)

    return _make


@pytest.fixture
def poll(election) -> KeyDate:
    return KeyDate.objects.create(
        election=election, kind=KeyDate.Kind.POLL, title="Polling day", date=dt.date(2021, 5, 6)
    )


@pytest.fixture
def anonymous() -> AnonymousUser:
    return AnonymousUser()


@pytest.fixture
def readers(anonymous, candidate, other_candidate, withdrawn_candidate, editor) -> dict:
    return {
        "anonymous": anonymous,
        "candidate": candidate,
        "other_candidate": other_candidate,
        "withdrawn_candidate": withdrawn_candidate,
        "staff": editor,
    }


@pytest.fixture
def open_as(client, readers) -> Callable:
    """The response to one member of the cast who opens a page."""

    def _open(reader: str, path: str):
        client.logout()
        if reader != "anonymous":
            client.force_login(readers[reader], backend="django.contrib.auth.backends.ModelBackend")
        return client.get(path)

    return _open
