import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.workshops.booking_cast import MONDAY, stands, states, take
from tests.workshops.cast import uk
from workshops.models import Booking

pytestmark = pytest.mark.django_db

LIST = reverse("admin:workshops_booking_changelist")
BOOK = reverse("admin:workshops_booking_book")


@pytest.fixture(autouse=True)
def _signed_in(client, make_staff, time_machine):
    time_machine.move_to(MONDAY)
    client.force_login(make_staff("organiser", name="Olga Organiser"))


@pytest.fixture
def event(make_event, release_now):
    slots = [
        {"starts_at": uk("2021-04-20 10:00"), "ends_at": uk("2021-04-20 12:00"), "capacity": 1},
        {"starts_at": uk("2021-04-21 10:00"), "ends_at": uk("2021-04-21 12:00"), "capacity": 1},
    ]
    event = make_event(title="Budget", takes_bookings=True, slots=slots)
    release_now(event)
    return event


@pytest.fixture
def ada(election):
    return stands(election, "Ada")


def _form(candidate, slot, **said) -> dict:
    return {"candidate": candidate.pk, "slot": slot.pk, "reason": "Rang.", **said}


def test_organiser_books_for_somebody_with_a_reason(client, event, ada):
    slot = event.slots.first()

    assert b"Say why" in client.post(BOOK, _form(ada, slot, reason="")).content
    done = client.post(BOOK, _form(ada, slot))

    booking = Booking.objects.get()
    assert (booking.state, booking.reason) == ("booked", "Rang.")
    assert booking.made_as == "Olga Organiser"
    page = client.get(done["Location"]).content.decode()
    assert "Olga Organiser" in page
    assert "The place is booked, to Ada: accepted by the mail server" in page


def test_refusal_is_told_in_the_form(client, event, ada, election):
    slot, other = event.slots.all()
    take(stands(election, "Ben"), event, 1)

    page = client.post(BOOK, _form(ada, slot)).content.decode()
    assert "All places are taken. Still free: Wednesday 21 April 2021, 10am to 12 noon." in page
    client.post(BOOK, _form(ada, slot, may_wait="on"))
    client.post(BOOK, _form(ada, other))
    assert sorted(ada.bookings.values_list("state", flat=True)) == ["booked", "waiting"]


def test_organiser_moves_somebody_to_another_slot(client, event, ada):
    first = take(ada, event, 1)
    other = event.slots.last()

    assert b"has a place" in client.post(BOOK, _form(ada, other)).content or states(first) == [
        "booked"
    ]
    client.post(BOOK, _form(ada, other, replaces="on"))

    assert states(first) == ["moved"]


@pytest.mark.parametrize(
    "said", [{"slot": "x"}, {"candidate": "x"}, {"agents": "x"}, {"agents": "-1"}, {"slot": ""}]
)
def test_nonsense_books_nothing(client, event, ada, said):
    page = client.post(BOOK, _form(ada, event.slots.first()) | said)

    assert (page.status_code, Booking.objects.count()) == (200, 0)


def test_organiser_cancels_with_a_reason(client, event, ada):
    booking = take(ada, event, 1)
    cancel = reverse("admin:workshops_booking_cancel", args=[booking.pk])

    assert cancel in client.get(f"{LIST}{booking.pk}/change/").content.decode()
    client.post(cancel, {"reason": ""})
    assert states(booking) == ["booked"]
    client.post(cancel, {"reason": "Is ill."})

    booking.refresh_from_db()
    assert (booking.state, booking.ended_as) == ("cancelled", "Olga Organiser")
    assert cancel not in client.get(f"{LIST}{booking.pk}/change/").content.decode()
    assert client.get(cancel).status_code == 404


def test_staff_read_whom_the_next_offer_goes_to_and_why(client, event, ada, election):
    first = take(ada, event, 1)
    waiting = take(stands(election, "Ben"), event, 1, may_wait=True)
    take(stands(election, "Cyn"), event, 1, may_wait=True)
    book = reverse("admin:workshops_eventbook_change", args=[first.book_id])

    def said() -> str:
        return client.get(book).content.decode()

    assert "Next offer: Alex Ben, when somebody cancels, because they joined first." in said()
    assert "No next offer, because nobody is on the waiting list." in said()
    client.post(reverse("admin:workshops_booking_cancel", args=[first.pk]), {"reason": "Ill."})
    assert states(waiting) == ["offered"]
    assert (
        "Next offer: Alex Cyn, if Alex Ben declines or does not answer by 10am on "
        "Tuesday 13 April 2021, because they joined first."
    ) in said()


def test_list_costs_the_same_for_one_and_for_three(client, event, election):
    counts = []
    for number in (1, 2, 3):
        take(stands(election, f"N{number}"), event, 1, may_wait=True)
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            assert "Budget" in client.get(LIST).content.decode()
        counts.append(len(queries))

    assert len(set(counts)) == 1


@pytest.mark.parametrize("role", ["editor", "approver", "auditor", "administrator"])
def test_others_do_not_act(client, make_staff, event, ada, role):
    booking = take(ada, event, 1)
    client.force_login(make_staff(role))
    cancel = reverse("admin:workshops_booking_cancel", args=[booking.pk])

    assert client.post(cancel, {"reason": "No."}).status_code == 403
    assert client.post(BOOK, _form(ada, event.slots.last())).status_code == 403
    assert states(booking) == ["booked"]
