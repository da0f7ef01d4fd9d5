import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from elections.models import User
from tests.conftest import give_status
from tests.workshops.booking_cast import MONDAY, stands, states, take
from tests.workshops.cast import uk
from workshops.models import Booking, BookingMail

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

    page = client.post(BOOK, _form(ada, other)).content.decode()
    assert "You have a place at this event already. Change that booking instead." in page
    assert states(first) == ["booked"]
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


def test_of_several_places_staff_do_not_guess_which_is_to_end(client, make_event, release_now, ada):
    slots = [{"starts_at": uk(f"2021-04-2{day} 10:00"), "capacity": 1} for day in range(3)]
    event = make_event(takes_bookings=True, entitlement=2, slots=slots)
    release_now(event)
    first, second = take(ada, event, 1), take(ada, event, 2)

    page = client.post(BOOK, _form(ada, event.slots.last(), replaces="on")).content.decode()

    assert "They have more than one place at this event." in page
    assert states(first, second) == ["booked", "booked"]


def test_whoever_a_mail_did_not_reach_is_told_and_that_is_kept(client, event, ada):
    booking = take(ada, event, 1)
    BookingMail.objects.update(accepted_at=None, failed_at=MONDAY)
    page, told = f"{LIST}{booking.pk}/change/", f"{LIST}{booking.pk}/told/"
    assert told in client.get(page).content.decode()
    assert "ring them" in client.get("/admin/").content.decode()
    form = client.get(told).context["form"]
    assert form["mails"].initial == [booking.mails.get()]

    assert (
        b"Say how they were told." in client.post(told, {"mails": booking.mails.get().pk}).content
    )
    client.post(told, {"mails": booking.mails.get().pk, "how": "By telephone"})

    sent = booking.mails.get()
    assert (sent.told_how, sent.told_by.name, sent.told_at) == (
        "By telephone",
        "Olga Organiser",
        sent.told_at,
    )
    shown = client.get(page).content.decode()
    assert "refused by the mail server; told in another way: By telephone" in shown
    assert told not in shown
    assert "ring them" not in client.get("/admin/").content.decode()


def test_nobody_is_told_of_the_mails_of_others(client, event, ada, election):
    booking, other = take(ada, event, 1), take(stands(election, "Ben"), event, 2)

    said = {"mails": other.mails.get().pk, "how": "By telephone"}
    assert client.post(f"{LIST}{booking.pk}/told/", said).status_code == 200

    assert not BookingMail.objects.exclude(told_at=None).exists()


def test_needs_told_by_telephone_are_kept_where_the_event_asks(
    client, make_event, release_now, event, ada
):
    asks = make_event(takes_bookings=True, asks_access=True, starts="2021-04-22 10:00", ends=None)
    release_now(asks)

    refused = client.post(BOOK, _form(ada, event.slots.first(), access="A ramp"))
    assert "This event does not ask for it" in refused.content.decode()
    client.post(BOOK, _form(ada, asks.slots.get(), access="A ramp"))

    assert Booking.objects.get().needs.access == "A ramp"


def test_staff_are_told_what_truly_follows(client, event, ada, election):
    """Nobody is offered a place where nobody waits; nobody is mailed without a sign-in."""
    slot = event.slots.first()
    client.post(BOOK, _form(ada, slot))
    waiting = take(stands(election, "Ben"), event, 1, may_wait=True)
    cancel = f"{LIST}{ada.bookings.get().pk}/cancel/"
    said = client.post(cancel, {"reason": "Ill."}, follow=True).content.decode()
    assert "Cancelled. Now offered to Alex Ben." in said

    said = client.post(f"{LIST}{waiting.pk}/cancel/", {"reason": "Ill."}, follow=True)
    assert "offered to" not in said.content.decode().partition("Cancelled.")[2][:60]

    ada.user = None
    ada.save()
    said = client.post(BOOK, _form(ada, slot), follow=True).content.decode()
    assert "gets no mail: tell them yourself." in said
    assert "is on its way" not in said


def test_office_books_the_induction_of_the_person_elected(
    client, make_event, release_now, ada, election, time_machine
):
    give_status(ada, "elected", dt.date(2021, 5, 7))
    election.declared_on = dt.date(2021, 5, 7)
    election.save()
    welcome = make_event(
        kind="induction",
        open_to="elected",
        takes_bookings=True,
        starts="2021-05-14 10:00",
        ends=None,
    )
    release_now(welcome)
    time_machine.move_to(uk("2021-05-10 10:00"))
    client.force_login(User.objects.get(name="Olga Organiser"))

    client.post(BOOK, _form(ada, welcome.slots.get()))

    assert Booking.objects.get().candidate == ada
