"""How those booked join: told to them alone, from its time on, and again when it changes."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse

from elections.refusals import Refused
from pcc_portal.retention import apply_rules
from releases.versions import new_version
from tests.conftest import give_status
from tests.workshops.booking_cast import HOUR, MONDAY, stands, take
from tests.workshops.cast import uk
from workshops.changes import SETTLE, tell_changes
from workshops.joining import Details, say_how_to_join
from workshops.models import BookingMail, Event, Joining

pytestmark = pytest.mark.django_db

LINK, NEW_LINK = "https://meet.example.org/one", "https://meet.example.org/two"
STARTS, SHOWN = uk("2021-04-20 10:00"), uk("2021-04-15 09:00")
ADD = reverse("admin:workshops_joining_add")


@pytest.fixture(autouse=True)
def _in_the_campaign(time_machine):
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def event(make_event, release_now) -> Event:
    slot = {"starts_at": STARTS, "ends_at": STARTS + HOUR, "capacity": 2}
    event = make_event(slug="budget", title="Budget", takes_bookings=True, slots=[slot])
    release_now(event)
    return event


@pytest.fixture
def ada(election):
    return stands(election, "Ada")


@pytest.fixture
def join(election, editor):
    def _join(at: dt.datetime = MONDAY, **said) -> Joining:
        details = Details(**{"link": LINK} | said)
        return say_how_to_join(election, "budget", 1, details, by=editor, at=at)

    return _join


def test_details_are_mailed_once_when_their_time_has_come(ada, election, event, join, time_machine):
    take(ada, event)
    take(stands(election, "Ben"), event)
    take(stands(election, "Cyn"), event, may_wait=True)
    join(show_from=SHOWN, instructions="Passcode 4711")
    mail.outbox.clear()

    time_machine.move_to(SHOWN + SETTLE, tick=False)
    assert tell_changes(SHOWN - SETTLE) == 0
    assert (tell_changes(SHOWN + SETTLE), tell_changes(SHOWN + SETTLE)) == (2, 0)

    assert [message.to[0] for message in mail.outbox] == ["ada@example.org", "ben@example.org"]
    message = mail.outbox[0]
    assert message.subject == "How to join: Budget"
    assert f"for those booked only:\n{LINK}\nPasscode 4711\n" in message.body
    assert "Reason:" not in message.body
    assert f"LOCATION:{LINK}" in message.alternatives[0].content


def test_whoever_books_later_reads_them_at_once_and_only_once(ada, event, join):
    join(at=MONDAY - HOUR)

    take(ada, event)

    assert LINK in mail.outbox[0].body
    assert tell_changes(MONDAY + HOUR) == 0


def test_new_link_needs_a_reason_and_is_told(ada, event, join, time_machine):
    join()
    take(ada, event)
    with pytest.raises(Refused) as refused:
        join(link=NEW_LINK)
    assert (refused.value.code, refused.value.field) == ("no_reason", "reason")

    join(at=MONDAY + HOUR, link=NEW_LINK, reason="The first one was passed on.")
    time_machine.move_to(MONDAY + HOUR + SETTLE, tick=False)
    assert tell_changes(MONDAY + HOUR + SETTLE) == 1

    body = mail.outbox[-1].body
    assert NEW_LINK in body
    assert LINK not in body
    assert "Reason: The first one was passed on.\n" in body


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"link": ""}, "nothing"),
        ({"show_from": STARTS}, "too_late"),
    ],
)
def test_such_details_are_refused(event, join, said, code):
    with pytest.raises(Refused) as refused:
        join(**said)
    assert refused.value.code == code
    assert not Joining.objects.exists()


def test_time_nobody_knows_is_refused(election, editor):
    with pytest.raises(Refused) as refused:
        say_how_to_join(election, "budget", 1, Details(link=LINK), by=editor, at=MONDAY)
    assert refused.value.code == "no_slot"


def test_whoever_left_the_contest_is_not_told(ada, event, join):
    take(ada, event)
    give_status(ada, "withdrawn", on=MONDAY.date())
    join()

    assert tell_changes(MONDAY + HOUR) == 0
    assert LINK not in "".join(message.body for message in mail.outbox)


def test_details_are_deleted_14_days_after_the_event(ada, event, join):
    join()
    take(ada, event)
    over = STARTS + HOUR + dt.timedelta(days=14)

    apply_rules(at=over)
    assert Joining.objects.exists()
    apply_rules(at=over + dt.timedelta(seconds=1))
    assert not Joining.objects.exists()
    assert BookingMail.objects.get().joining is None


def test_organiser_says_how_to_join(client, make_staff, event):
    client.force_login(make_staff("organiser"))
    slot = event.slots.get()
    said = {"slot": slot.pk, "link": LINK, "room": "Room 4", "show_from": "2021-04-15T09:00"}

    page = client.post(ADD, said, follow=True)

    assert page.redirect_chain == [(reverse("admin:workshops_joining_changelist"), 302)]
    row = Joining.objects.get()
    assert (row.link, row.room, row.show_from, row.made_by.name) == (
        LINK,
        "Room 4",
        SHOWN,
        "Staff organiser",
    )
    assert "Budget" in page.content.decode()
    page = client.post(ADD, said | {"room": "Room 5"})
    assert "Say why it changed" in page.content.decode()
    assert Joining.objects.count() == 1
    assert (
        "Room 4"
        in client.get(reverse("admin:workshops_joining_change", args=[row.pk])).content.decode()
    )


@pytest.mark.parametrize("role", ["editor", "approver", "auditor"])
def test_others_do_not(client, make_staff, event, role):
    client.force_login(make_staff(role))
    assert client.post(ADD, {"slot": event.slots.get().pk, "link": LINK}).status_code == 403
    assert not Joining.objects.exists()


@pytest.mark.parametrize(
    ("moved_to", "shown"),
    [
        # As long before the start as was meant.
        ("2021-04-14 10:00", "2021-04-09 09:00"),
        ("2021-04-17 10:00", "2021-04-12 09:00"),
        # Moved back: it stays as it was set.
        ("2021-04-27 10:00", "2021-04-15 09:00"),
    ],
)
def test_details_of_a_slot_that_is_moved_are_shown_in_time(
    client, ada, event, join, move, moved_to, shown, time_machine
):
    booking = take(ada, event)
    join(show_from=SHOWN)
    move(moved_to, at=MONDAY + HOUR)
    page = f"/pcc-2021/bookings/{booking.pk}/"
    begins = max(uk(shown), MONDAY + HOUR)

    def is_shown(at: dt.datetime) -> bool:
        time_machine.move_to(at, tick=False)
        client.force_login(ada.user)
        return LINK in client.get(page).content.decode()

    assert is_shown(begins)
    assert begins == MONDAY + HOUR or not is_shown(begins - HOUR)
    time_machine.move_to(begins + SETTLE, tick=False)
    assert tell_changes(begins + SETTLE) == 1
    assert LINK in mail.outbox[-1].body
    assert tell_changes(begins + SETTLE + HOUR) == 0


@pytest.fixture
def move(event, release_now, time_machine):
    def _move(starts: str, *, at: dt.datetime) -> None:
        time_machine.move_to(at, tick=False)
        new = new_version(event, change="minor", note="The hall is taken.", by=None, at=at)
        slot = new.slots.get()
        slot.starts_at, slot.ends_at = uk(starts), uk(starts) + HOUR
        slot.save()
        release_now(new, at=at)

    return _move
