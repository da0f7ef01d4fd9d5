"""What happens to the bookings that the workers are killed over, and what has to come of it.

Each scene leaves something for one job to do. Where time has to pass between two scenes, what was
written is dated back: nothing waits.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

HOUR = dt.timedelta(hours=1)
SETTLED = dt.timedelta(minutes=10)
SENDING = "sending"
FEWEST = 4


def scenes(people: Sequence[Any]) -> Iterator[str]:
    """Set one scene after the other; each yields the name of the job that has work to do in it."""
    yield from _moved_and_cancelled(people)
    yield from _waited_for(people)
    yield from _drawn(people)
    yield from _soon(people)


def expected(number: int) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """How many mails of each kind, and bookings in each state, each event has in the end."""
    some, won = number // 3, 3 * (number // 4)
    mails = {
        ("moved", "booked"): number,
        ("moved", "changed"): number,
        ("moved", "cancelled"): number,
        ("waited", "booked"): 1,
        ("waited", "waiting"): number - 1,
        ("waited", "offered"): 2 * some,
        ("waited", "lapsed"): 2 * some,
        ("waited", "closed"): number - 1 - 2 * some,
        ("drawn", "booked"): won,
        ("drawn", "not-drawn"): number - won,
        ("soon", "booked"): number,
        ("soon", "reminder"): number,
    }
    states = {
        ("moved", "cancelled"): number,
        ("waited", "booked"): 1,
        ("waited", "lapsed"): 2 * some,
        ("waited", "closed"): number - 1 - 2 * some,
        ("drawn", "booked"): won,
        ("drawn", "not-drawn"): number - won,
        ("soon", "booked"): number,
    }
    return _counted(mails), _counted(states)


def _counted(numbers: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {key: number for key, number in numbers.items() if number}


def people(number: int) -> list[Any]:
    """An election, and so many candidates in it with a sign-in of their own."""
    from django.utils import timezone

    from elections.models import Candidate, Election, Office, StatusChange, User

    now = timezone.now()
    office = Office.objects.create(
        name="The Office", short_name="Office", post="Commissioner", contact_email="o@example.org"
    )
    election = Election.objects.create(
        office=office, name="Poll", slug="poll", poll_date=timezone.localdate(now)
    )
    found = []
    for index in range(number):
        user = User.objects.create_user(f"person.{index}@example.org", f"Person {index}")
        candidate = Candidate.objects.create(
            election=election, user=user, surname=f"Surname{index}", other_names="Name"
        )
        StatusChange.objects.create(
            candidate=candidate, status="declared", effective_from="2016-01-01", recorded_at=now
        )
        found.append(candidate)
    return found


def _moved_and_cancelled(people: Sequence[Any]) -> Iterator[str]:
    now = _now()
    event = _event("moved", people, [{"starts_at": now + 216 * HOUR}])
    _book(people, event, now)
    yield SENDING
    event = _change(event, slots={"starts_at": now + 217 * HOUR})
    yield "tell_changes_now"
    _change(event, slots={"status": "cancelled", "why": "The hall is flooded."})
    yield "tell_changes_now"


def _waited_for(people: Sequence[Any]) -> Iterator[str]:
    """One place, all others wait. A third more places; nobody answers; at last booking closes."""
    from workshops.models import Booking

    now = _now()
    event = _event("waited", people, [{"starts_at": now + 216 * HOUR, "capacity": 1}])
    _book(people, event, now, may_wait=True)
    yield SENDING
    event = _change(event, slots={"capacity": 1 + len(people) // 3})
    yield "pass_places_on"
    offers = Booking.objects.filter(state=Booking.State.OFFERED)
    offers.update(offered_until=now - HOUR)
    yield "pass_places_on"
    _change(event, book_until_hours=240)
    yield "pass_places_on"


def _drawn(people: Sequence[Any]) -> Iterator[str]:
    """Three slots for about three quarters of those who ask."""
    from workshops.refusing import By
    from workshops.wishes import take_wishes

    now = _now()
    slots = [
        {"starts_at": now + (240 + index) * HOUR, "capacity": len(people) // 4}
        for index in range(3)
    ]
    opens = {"takes_wishes": True, "bookable_from": now - HOUR}
    event = _event("drawn", people, slots, kind="one-to-one", **opens)
    for one in people:
        take_wishes(one, event.slug, (1, 2, 3), by=By(one.user), at=now - 2 * HOUR)
    yield "draw_lots"


def _soon(people: Sequence[Any]) -> Iterator[str]:
    """It begins in two hours: a reminder is due since a minute ago."""
    now = _now()
    starts_at = now + 2 * HOUR - dt.timedelta(minutes=1)
    event = _event("soon", people, [{"starts_at": starts_at}], book_until_hours=0)
    _book(people, event, now - 2 * HOUR)
    yield "remind_now"


def _now() -> dt.datetime:
    from django.utils import timezone

    return timezone.now()


def _event(slug: str, people: Sequence[Any], slots: Sequence[dict[str, Any]], **fields: Any) -> Any:
    """Released three hours ago."""
    from scripts.approved import release_approved
    from workshops.models import Event

    event = Event.objects.create(
        election=people[0].election,
        slug=slug,
        title=slug,
        summary="What it is about.",
        takes_bookings=True,
        **{"kind": "workshop"} | fields,
    )
    for slot in slots:
        event.slots.create(**slot)
    release_approved(event, election=event.election, title=slug, at=_now() - 3 * HOUR)
    return event


def _book(people: Sequence[Any], event: Any, at: dt.datetime, *, may_wait: bool = False) -> None:
    from workshops.bookings import book
    from workshops.refusing import By, Wish

    for one in people:
        book(one, Wish(event.slug, 1, may_wait=may_wait), by=By(one.user), at=at)


def _change(event: Any, slots: dict[str, Any] | None = None, **fields: Any) -> Any:
    """A new version, released long enough ago to have settled."""
    from releases.versions import new_version
    from scripts.approved import release_approved
    from workshops.models import Event

    at = _now() - SETTLED
    draft = new_version(event, change="correction", note="The hall is wet.", by=None, at=at)
    if slots:
        draft.slots.update(**slots)
    if fields:
        Event.objects.filter(pk=draft.pk).update(**fields)
        draft.refresh_from_db()
    release_approved(draft, election=event.election, title="Change", at=at)
    return draft
