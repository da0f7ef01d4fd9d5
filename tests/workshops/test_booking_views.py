import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from elections.models import KeyDate
from elections.timetabling import set_out
from tests.workshops.booking_cast import MONDAY, stands, states, take
from tests.workshops.cast import uk
from tests.workshops.test_views import text_of
from workshops.bookings import cancel
from workshops.models import Booking, BookingNeeds, Event
from workshops.refusing import By

pytestmark = pytest.mark.django_db

LIST = "/pcc-2021/programme/"
MINE = "/pcc-2021/bookings/"


@pytest.fixture(autouse=True)
def _in_the_campaign(time_machine):
    time_machine.move_to(MONDAY)


@pytest.fixture
def workshop(make_event, release_now):
    def _workshop(*capacities: int | None, **fields) -> Event:
        slots = [
            {
                "starts_at": uk(f"2021-04-{20 + index} 10:00"),
                "ends_at": uk(f"2021-04-{20 + index} 12:00"),
                "capacity": capacity,
            }
            for index, capacity in enumerate(capacities)
        ]
        event = make_event(
            **{"slug": "budget", "title": "Budget", "takes_bookings": True, "slots": slots} | fields
        )
        release_now(event)
        return event

    return _workshop


def _open(client, user, path: str):
    client.force_login(user)
    return client.get(path)


def _confirm(client, number: int = 1, **said):
    return client.post("/pcc-2021/programme/budget/book/check/", {"slot": number, **said})


# --- the programme -------------------------------------------------------------------------------


def test_programme_tells_candidates_and_agents_what_is_left(
    client, candidate, agent, election, workshop
):
    event = workshop(3, 1, None)
    take(stands(election, "Ada"), event, 1)
    take(stands(election, "Ben"), event, 2)
    take(stands(election, "Cyn"), event, 2, may_wait=True)

    for reader in (candidate, agent):
        said = text_of(_open(client, reader, LIST))
        closes = "Booking closes at 10am on Monday 19 April 2021."
        assert f"2 of 3 places left. {closes} Book a place : Budget, Tuesday 20 April" in said
        assert "Full: waiting list of 1. Booking closes at" in said
        assert "Join the waiting list : Budget, Wednesday 21 April 2021" in said
        assert "Places are not limited. Booking closes at" in said
    assert "2 of 3 places left" in text_of(client.get(event.get_absolute_url()))
    assert "2 of 3 places left" in text_of(client.get(f"{LIST}by-day/"))


def test_nobody_else_is_told_about_places(
    client, candidate, other_candidate, withdrawn_candidate, editor, election, workshop
):
    event = workshop(3, open_to="nominated")
    take(stands(election, "Ada"), event, 1)

    # The candidate has declared, and the event is for those nominated.
    for reader in (None, candidate, other_candidate, withdrawn_candidate, editor):
        client.logout()
        if reader:
            client.force_login(reader)
        for page in (LIST, f"{LIST}by-day/", event.get_absolute_url()):
            text = client.get(page).content.decode()
            assert "left" not in text_of(client.get(page))
            assert "/book/" not in text


def test_programme_costs_the_same_for_one_booking_and_for_three(client, election, workshop):
    counts = []
    ada = stands(election, "Ada")
    event = workshop(9, 9, 9)
    for number in (1, 2, 3):
        take(stands(election, f"N{number}"), event, number)
        client.force_login(ada.user)
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))

    assert len(set(counts)) == 1


# --- three steps ---------------------------------------------------------------------------------


def test_place_is_booked_in_three_steps(client, candidate, workshop):
    workshop(3, agent_places=1, asks_access=True)
    page = _open(client, candidate, "/pcc-2021/programme/budget/book/")
    assert "Tuesday 20 April 2021, 10am to 12 noon, 3 places left" in text_of(page)

    chosen = client.post(page.request["PATH_INFO"], {"slot": "1", "agents": "1"})
    assert chosen["Location"] == "/pcc-2021/programme/budget/book/check/?slot=1&agents=1"
    checked = client.get(chosen["Location"])
    said = text_of(checked)
    assert "with 1 agent: 2 places" in said
    assert "Booking closes at 10am on Monday 19 April 2021." in said
    assert "What do you need to take part? (optional)" in said
    assert Booking.objects.count() == 0

    form = checked.context["form"].initial | {"access": "A ramp"}
    done = client.post(chosen["Location"], form)

    booking = Booking.objects.get()
    assert done["Location"] == f"{MINE}{booking.pk}/"
    assert (booking.state, booking.agents, booking.needs.access) == ("booked", 1, "A ramp")
    said = text_of(client.get(done["Location"]))
    assert "Your place is booked. We have sent a mail about it." in said
    assert "Booked Budget When Tuesday 20 April 2021, 10am to 12 noon UK time" in said
    assert "A ramp" not in said


def test_needs_are_not_asked_without_use(client, candidate, workshop):
    workshop(3)
    client.force_login(candidate)

    page = client.get("/pcc-2021/programme/budget/book/check/?slot=1")
    _confirm(client, access="A ramp", diet="Fish")

    assert "need to take part" not in text_of(page)
    assert not BookingNeeds.objects.exists()


@pytest.mark.parametrize("said", [{}, {"slot": "7"}, {"slot": "x"}, {"slot": "²"}])
def test_choosing_nothing_or_nonsense_is_told(client, candidate, workshop, said):
    workshop(3)
    client.force_login(candidate)

    page = client.post("/pcc-2021/programme/budget/book/", said)

    assert page.status_code == 200
    assert "Choose a time" in text_of(page)


@pytest.mark.parametrize(
    "said", ["", "?slot=7", "?slot=x", "?slot=1&agents=x", "?slot=99999999999999999999"]
)
def test_check_of_nonsense_leads_back_or_shows_the_slot(client, candidate, workshop, said):
    workshop(3)

    page = _open(client, candidate, f"/pcc-2021/programme/budget/book/check/{said}")

    assert page.status_code in (200, 302)


@pytest.mark.parametrize(
    "said",
    [
        {"slot": "1", "agents": "-1"},
        {"slot": "1", "agents": "9"},
        {"slot": "99999999999"},
        {"slot": "1", "replaces": "x"},
        {"slot": "1", "access": "x" * 5000},
        {},
    ],
)
def test_nonsense_in_the_confirmation_books_nothing(client, candidate, workshop, said):
    workshop(3, asks_access=True)
    client.force_login(candidate)

    page = client.post("/pcc-2021/programme/budget/book/check/", said)

    assert page.status_code in (200, 302, 409)
    assert not Booking.objects.exists()


def test_sending_twice_is_one_booking(client, candidate, workshop):
    workshop(3)
    client.force_login(candidate)

    assert _confirm(client)["Location"] == _confirm(client)["Location"]
    assert Booking.objects.count() == 1


def test_last_place_taken_meanwhile_is_told_with_what_is_free(
    client, candidate, election, workshop
):
    event = workshop(1, 5, asks_access=True)
    client.force_login(candidate)
    take(stands(election, "Ada"), event, 1)

    page = _confirm(client, access="A ramp")

    said = text_of(page)
    assert page.status_code == 409
    assert "All places are taken. Still free: Wednesday 21 April 2021" in said
    assert "Still free Wednesday 21 April 2021, 10am to 12 noon, 5 places left" in said
    assert said.index("There is a problem") < said.index("Still free") < said.index("When ")
    assert said.count("There is a problem") == 1
    assert "A ramp" in said
    assert "Join the waiting list Choose again" in said
    joined = _confirm(client, may_wait="on", access="A ramp")
    assert "You are on the waiting list" in text_of(client.get(joined["Location"]))
    said = text_of(client.get(joined["Location"]))
    assert "You are 1st on the waiting list" in said
    assert "we write to you and keep it for 8 office hours (9am to 5pm on working days)" in said


def test_wait_is_not_said_to_have_times_to_change_it(client, candidate, election, workshop):
    event = workshop(1)
    take(stands(election, "Ada"), event)

    page = _open(client, candidate, "/pcc-2021/programme/budget/book/check/?slot=1")

    said = text_of(page)
    assert "Booking closes at 10am on Monday 19 April 2021." in said
    assert "You can change it until" not in said


def test_what_is_over_is_not_said_to_be_changed(client, candidate, workshop, time_machine):
    booking = take(candidate.candidacies.get(), workshop(1))
    until = "It can be changed until 10am on Monday 19 April 2021"
    assert until in text_of(_open(client, candidate, f"{MINE}{booking.pk}/"))

    time_machine.move_to(uk("2021-04-20 12:00"))

    assert until not in text_of(_open(client, candidate, f"{MINE}{booking.pk}/"))


def test_full_event_without_a_list_says_so(client, candidate, election, workshop):
    event = workshop(1, has_waiting_list=False)
    take(stands(election, "Ada"), event, 1)

    said = text_of(_open(client, candidate, "/pcc-2021/programme/budget/book/"))

    assert "Nothing of this event can be booked now." in said
    assert "Tuesday 20 April 2021, 10am to 12 noon, full. Booking closes at" in said


def test_clashes_polling_day_and_deadlines_are_warned_of(
    client, candidate, election, workshop, make_event, release_now
):
    set_out(election)
    deadline = KeyDate.objects.get(election=election, kind="registration").date
    row = candidate.candidacies.get()
    poll, deadline_day = election.poll_date, deadline
    slots = [
        {
            "starts_at": uk(f"{day} 16:00"),
            "ends_at": uk(f"{day} 17:00"),
        }
        for day in (poll, deadline_day)
    ]
    workshop(slots=slots)
    other = make_event(slots=slots[:1], takes_bookings=True, title="Other")
    release_now(other)
    take(row, other, 1)

    client.force_login(candidate)
    said = text_of(client.get("/pcc-2021/programme/budget/book/check/?slot=1"))
    assert "This is polling day." in said
    assert "You have “Other” at the same time: Thursday 6 May 2021, 4pm to 5pm." in said
    said = text_of(client.get("/pcc-2021/programme/budget/book/check/?slot=2"))
    assert "On the same day: last day to register to vote." in said


# --- my bookings ---------------------------------------------------------------------------------


def test_candidate_and_agent_see_the_same_bookings(client, candidate, agent, workshop):
    booking = take(candidate.candidacies.get(), workshop(3))

    for reader in (candidate, agent):
        assert "Budget, Tuesday 20 April 2021, 10am to 12 noon Booked" in text_of(
            _open(client, reader, MINE)
        )
        assert client.get(f"{MINE}{booking.pk}/").status_code == 200
        assert "Budget, Tuesday 20 April 2021" in text_of(client.get(reverse("my-page")))


def test_booking_is_changed_in_one_step(client, candidate, workshop):
    event = workshop(3, 2)
    first = take(candidate.candidacies.get(), event)
    client.force_login(candidate)
    said = text_of(client.get("/pcc-2021/programme/budget/book/"))
    assert "Booked now: Tuesday 20 April 2021, 10am to 12 noon. Choose another time" in said
    assert "When Tuesday 20 April 2021, 10am to 12 noon, booked now Wednesday 21 April" in said

    page = client.get("/pcc-2021/programme/budget/book/check/?slot=2")
    done = client.post(page.request["PATH_INFO"], page.context["form"].initial)

    assert "Instead of Tuesday 20 April 2021, 10am to 12 noon" in text_of(page)
    assert "Change my booking Choose again" in text_of(page)
    assert states(first) == ["moved"]
    assert "Your booking is changed." in text_of(client.get(done["Location"]))
    assert "The booking it was changed to" in text_of(client.get(f"{MINE}{first.pk}/"))


def test_booking_is_cancelled_after_a_question(client, candidate, workshop):
    booking = take(candidate.candidacies.get(), workshop(3))
    page = _open(client, candidate, f"{MINE}{booking.pk}/cancel/")

    assert (page.status_code, states(booking)) == (200, ["booked"])
    client.post(f"{MINE}{booking.pk}/cancel/")
    again = client.post(f"{MINE}{booking.pk}/cancel/", follow=True)

    assert states(booking) == ["cancelled"]
    assert "Cancelled Budget" in text_of(again)


def test_cancelling_too_late_is_told(client, candidate, workshop, time_machine):
    booking = take(candidate.candidacies.get(), workshop(3, cancel_until_hours=2))
    time_machine.move_to(uk("2021-04-20 09:00"))
    client.force_login(candidate)

    page = client.post(f"{MINE}{booking.pk}/cancel/", follow=True)

    assert states(booking) == ["booked"]
    assert "It could be cancelled until 8am on Tuesday 20 April 2021." in text_of(page)
    assert "Cancel this booking" not in text_of(page)


@pytest.mark.parametrize(("answer", "state"), [("accept", "booked"), ("decline", "declined")])
def test_offer_is_answered_by_post_only(client, candidate, election, workshop, answer, state):
    event = workshop(1)
    ada = stands(election, "Ada")
    first = take(ada, event)
    mine = take(candidate.candidacies.get(), event, may_wait=True)
    client.force_login(ada.user)
    client.post(f"{MINE}{first.pk}/cancel/")
    client.force_login(candidate)
    page = text_of(client.get(f"{MINE}{mine.pk}/"))

    assert "A place is kept for you until 10am on Tuesday 13 April 2021" in page
    assert client.get(f"{MINE}{mine.pk}/{answer}/").status_code == 405
    for _ in range(2):
        client.post(f"{MINE}{mine.pk}/{answer}/")

    assert states(mine) == [state]


def test_offer_answered_too_late_is_told(client, candidate, election, workshop, time_machine):
    event = workshop(1)
    ada = stands(election, "Ada")
    first = take(ada, event)
    mine = take(candidate.candidacies.get(), event, may_wait=True)
    client.force_login(ada.user)
    client.post(f"{MINE}{first.pk}/cancel/")
    time_machine.move_to(MONDAY + dt.timedelta(days=2))
    client.force_login(candidate)

    page = client.post(f"{MINE}{mine.pk}/accept/", follow=True)

    assert "This place is no longer kept for you." in text_of(page)


@pytest.mark.parametrize("page", ["", "{pk}/", "{pk}/cancel/"])
def test_bookings_of_others_are_not_found(
    client, candidate, other_candidate, withdrawn_candidate, editor, election, workshop, page
):
    booking = take(stands(election, "Ada"), workshop(3))
    path = MINE + page.format(pk=booking.pk)

    assert "/account/login/" in client.get(path)["Location"]
    for reader in (other_candidate, withdrawn_candidate, editor):
        assert _open(client, reader, path).status_code == 404
    if page:
        assert _open(client, candidate, path).status_code == 404
        assert client.post(path).status_code in (404, 405)
    assert states(booking) == ["booked"]


def test_list_of_bookings_costs_the_same_for_one_and_for_three(
    client, candidate, make_event, release_now
):
    counts = []
    for number in (1, 2, 3):
        event = make_event(
            takes_bookings=True,
            slots=[{"starts_at": uk(f"2021-04-2{number} 10:00"), "capacity": 3}],
        )
        release_now(event)
        take(candidate.candidacies.get(), event)
        client.force_login(candidate)
        client.get(MINE)
        with CaptureQueriesContext(connection) as queries:
            assert len(re.findall("portal-list__main", client.get(MINE).content.decode())) == number
        counts.append(len(queries))

    assert len(set(counts)) == 1


def test_answer_that_comes_too_late_says_that_nothing_was_changed(client, candidate, workshop):
    """An agent has accepted meanwhile, say: a decline must not sound as if the place were free."""
    held = take(candidate.candidacies.get(), workshop(2))
    client.force_login(candidate)

    page = client.post(f"{MINE}{held.pk}/decline/", follow=True).content.decode()

    assert "Nothing was changed: you have this place." in page
    held.refresh_from_db()
    assert held.state == "booked"


@pytest.mark.parametrize(
    ("fields", "query", "sentence"),
    [
        ({"has_waiting_list": False}, "slot=1", "All places are taken."),
        ({"bookable_from": uk("2021-04-15 10:00")}, "slot=2", "Booking opens at 10am on Thursday"),
        ({"book_until_hours": 300}, "slot=2", "Booking closed at"),
        ({}, "slot=9", "This time is not on the programme any more."),
    ],
)
def test_old_link_says_why_it_leads_nowhere(
    client, candidate, election, workshop, make_staff, fields, query, sentence
):
    event = workshop(1, 1, **fields)
    office = By(make_staff("organiser"), reason="Rang.")
    take(stands(election, "Ada"), event, 1, by=office)

    page = f"{event.get_absolute_url()}book/check/?{query}"
    client.force_login(candidate)

    assert sentence in client.get(page, follow=True).content.decode()


def test_nobody_is_promised_a_waiting_list_for_their_own_time(client, candidate, workshop):
    event = workshop(1, guest_places=1)
    client.force_login(candidate)
    _confirm(client)

    page = f"{event.get_absolute_url()}book/check/?slot=1&guests=1"
    said = client.get(page, follow=True).content.decode()

    assert "There is 1 place in all." in said
    assert "Join the waiting list" not in said
    two = workshop(2, slug="two", guest_places=1)
    take(stands(two.election, "Ada"), two)
    take(Booking.objects.first().candidate, two)
    said = client.get(f"{two.get_absolute_url()}book/check/?slot=1&guests=1", follow=True)
    assert "You ask for more than is left: 1 of 2 places left." in said.content.decode()


def test_needs_are_shown_again_and_can_be_taken_back(client, candidate, workshop):
    event = workshop(2, 2, asks_access=True)
    client.force_login(candidate)
    _confirm(client, access="A ramp")
    held = Booking.objects.get()
    page = f"{event.get_absolute_url()}book/check/"

    assert "A ramp" in client.get(f"{page}?slot=2").content.decode()
    client.post(page, {"slot": 2, "replaces": held.pk, "access": ""})

    assert states(held) == ["moved"]
    assert not BookingNeeds.objects.exists()


def test_clash_is_warned_of_before_an_offer_is_accepted(client, candidate, election, workshop):
    event = workshop(1)
    taken = take(stands(election, "Ada"), event)
    client.force_login(candidate)
    _confirm(client, may_wait="on")
    waiting = Booking.objects.get(state="waiting")
    take(waiting.candidate, workshop(1, slug="other", title="Elsewhere"))
    cancel(taken, by=By(taken.candidate.user), at=MONDAY)

    page = client.get(f"{MINE}{waiting.pk}/").content.decode()

    assert "You have “Elsewhere” at the same time" in page
