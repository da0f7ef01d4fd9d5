"""The command that books: by the same function, with the same refusals."""

import pytest
from django.core.management import CommandError, call_command

from tests.workshops.booking_cast import MONDAY, stands, states, take
from tests.workshops.cast import uk
from workshops.models import Booking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_campaign(time_machine):
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def event(make_event, release_now):
    slots = [{"starts_at": uk(f"2021-04-2{day} 10:00"), "capacity": 1} for day in range(2)]
    event = make_event(slug="budget", title="Budget", takes_bookings=True, slots=slots)
    release_now(event)
    return event


@pytest.fixture
def ada(election):
    return stands(election, "Ada")


@pytest.fixture
def run(make_staff, capsys, event, ada):
    organiser = make_staff("organiser")

    def _run(**said) -> str:
        options = {
            "election": "pcc-2021",
            "event": "budget",
            "starts": "2021-04-20 10:00",
            "candidate": "Ada@example.org",
            "by": organiser.email,
            "reason": "Wrote a letter.",
        }
        call_command("book_place", **options | said)
        return capsys.readouterr().out

    return _run


def test_place_is_booked_as_staff_would_and_once(run, mailoutbox):
    said = run(site="https://portal.example.org/")

    assert said == "Alex Ada, Budget, Tuesday 20 April 2021, 10am: Booked.\n"
    assert run(site="https://portal.example.org/") == said
    booking = Booking.objects.get()
    assert (booking.reason, booking.made_as) == ("Wrote a letter.", str(booking.made_by))
    [message] = mailoutbox
    assert f"https://portal.example.org/pcc-2021/bookings/{booking.pk}/" in message.body


def test_full_slot_is_refused_with_what_is_free_or_waited_for(run, event, election):
    take(stands(election, "Ben"), event, 1)

    with pytest.raises(CommandError) as refused:
        run()
    assert str(refused.value) == (
        "All places are taken. Still free: Wednesday 21 April 2021, 10am. (full)"
    )
    assert "You are 1st on the waiting list" in run(may_wait=True)


def test_place_is_taken_instead_of_another(run, event, ada):
    first = take(ada, event, 1)

    run(starts="2021-04-21 10:00", instead_of="2021-04-20 10:00")

    assert states(first) == ["moved"]
    with pytest.raises(CommandError, match="They have no place at this event that starts"):
        run(instead_of="2021-04-20 10:00")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"election": "pcc-1999"}, "There is no election"),
        ({"candidate": "nobody@example.org"}, "Nobody who stands"),
        ({"by": "ada@example.org"}, "nobody of the office"),
        ({"starts": "2021-04-20 11:00"}, "has no slot on the programme"),
        ({"starts": "soon"}, "Write “soon” as in"),
        ({"reason": " "}, r"Say why the office books it. \(no_reason\)"),
        ({"guests": 1}, r"You can bring no guests to this event. \(too_many\)"),
    ],
)
def test_nonsense_books_nothing(run, said, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(**said)
    assert not Booking.objects.exists()
