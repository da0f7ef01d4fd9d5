"""How many slots of one event each candidate may have, and who comes first."""

import threading

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from tests.workshops.booking_cast import HOUR, MONDAY, stands, states, take
from tests.workshops.cast import uk
from workshops.bookings import accept, cancel, decline, pass_on
from workshops.invitations import booking_entry
from workshops.models import Booking
from workshops.own_bookings import slots_of
from workshops.refusing import BookingRefused, By

pytestmark = pytest.mark.django_db

WINDOW = MONDAY + 24 * HOUR


@pytest.fixture
def make_offer(make_event, release_now):
    """Four one-to-one slots of half an hour on 20 April 2021."""

    def _make(**fields):
        starts = uk("2021-04-20 10:00")
        slots = [
            {"starts_at": starts + n * HOUR, "ends_at": starts + n * HOUR + HOUR / 2, "capacity": 1}
            for n in range(4)
        ]
        fields = {"entitlement": 2, "first_window_until": WINDOW} | fields
        event = make_event(kind="one-to-one", takes_bookings=True, slots=slots, **fields)
        release_now(event)
        return event

    return _make


@pytest.fixture
def offer(make_offer):
    return make_offer()


@pytest.fixture
def ada(election):
    return stands(election, "Ada")


@pytest.fixture
def ben(election):
    return stands(election, "Ben")


def code(*args, **kwargs) -> str:
    with pytest.raises(BookingRefused) as refused:
        take(*args, **kwargs)
    return refused.value.code


def test_each_may_have_as_many_as_the_offer_says_and_no_more(ada, make_offer):
    offer = make_offer(first_window_until=None)

    first, second = take(ada, offer, 1), take(ada, offer, 2)

    assert (first.turn, second.turn, states(first, second)) == (1, 2, ["booked", "booked"])
    with pytest.raises(BookingRefused) as refused:
        take(ada, offer, 3)
    assert (refused.value.code, refused.value.sentence) == (
        "booked_already",
        "You have 2 places at this event, as many as each candidate may. Change or cancel one of "
        "them instead.",
    )


def test_in_the_first_window_nobody_gets_a_second_one(ada, ben, editor, offer):
    first = take(ada, offer, 1)

    with pytest.raises(BookingRefused) as refused:
        take(ada, offer, 2)
    assert (refused.value.code, refused.value.sentence) == (
        "first_window",
        "Until 10am on Tuesday 13 April 2021 only those without a place here book. You have one: "
        "you can change it, or book another after that.",
    )
    assert code(ada, offer, 2, by=By(editor, reason="Rang.")) == "first_window"
    assert take(ben, offer, 2).state == "booked"
    moved = take(ada, offer, 3, replaces=first.pk)
    assert states(first, moved) == ["moved", "booked"]
    assert take(ada, offer, 4, at=WINDOW).state == "booked"


def test_either_booking_can_be_changed_and_the_other_stays(ada, make_offer):
    offer = make_offer(first_window_until=None)
    first, second = take(ada, offer, 1), take(ada, offer, 2)

    moved = take(ada, offer, 3, replaces=first.pk)

    assert states(first, second, moved) == ["moved", "booked", "booked"]
    assert (moved.turn, moved.moved_from) == (1, first)
    assert take(ada, offer, 2, replaces=moved.pk) == second
    assert states(second, moved) == ["booked", "booked"]


def test_accepting_is_a_second_one_when_it_may_be_and_a_change_when_not(ada, ben, offer):
    for at, expected in ((MONDAY, "moved"), (WINDOW, "booked")):
        Booking.objects.update(began_as=None, moved_from=None)
        Booking.objects.all().delete()
        taken, held = take(ben, offer, 1, at=MONDAY), take(ada, offer, 2, at=MONDAY)
        waiting = take(ada, offer, 1, may_wait=True, at=MONDAY)
        cancel(taken, by=By(ben.user), at=at)

        accept(waiting, by=By(ada.user), at=at)

        assert states(held, waiting) == [expected, "booked"]


def test_accepting_more_than_one_may_have_is_refused(ada, ben, make_offer):
    offer = make_offer(first_window_until=None)
    taken = take(ben, offer, 3)
    take(ada, offer, 1)
    waiting = take(ada, offer, 3, may_wait=True)
    take(ada, offer, 2)
    cancel(taken, by=By(ben.user), at=MONDAY)

    with pytest.raises(BookingRefused) as refused:
        accept(waiting, by=By(ada.user), at=MONDAY)

    assert (refused.value.code, states(waiting)) == ("booked_already", ["offered"])


def test_two_meetings_at_once_are_refused_within_one_offer_and_between_two(
    ada, make_event, release_now, make_offer
):
    starts = uk("2021-04-20 10:00")
    slots = [
        {"starts_at": starts, "ends_at": starts + HOUR, "capacity": 1},
        {"starts_at": starts + HOUR / 2, "ends_at": starts + 2 * HOUR, "capacity": 1},
    ]
    overlapping = make_event(
        kind="one-to-one", takes_bookings=True, entitlement=2, slots=slots, title="Two officers"
    )
    release_now(overlapping)
    take(ada, overlapping, 1)

    assert code(ada, overlapping, 2) == "one_to_one"
    assert code(ada, make_offer(), 1) == "one_to_one"


def test_database_refuses_two_bookings_of_one_turn(ada, make_offer):
    offer = make_offer(first_window_until=None)
    take(ada, offer, 1)
    second = take(ada, offer, 2)

    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=second.pk).update(turn=1)


def test_first_window_without_a_second_slot_makes_no_sense(make_offer):
    with pytest.raises(Exception, match="Nobody can book a second slot"):
        make_offer(entitlement=1)


def test_pages_book_another_and_change_the_one_that_is_named(client, ada, make_offer, time_machine):
    time_machine.move_to(MONDAY)
    offer = make_offer(first_window_until=None)
    first = take(ada, offer, 1)
    client.force_login(ada.user)
    page = f"/pcc-2021/programme/{offer.slug}/book/"

    shown = client.get(page).content.decode()
    assert "1 of the 2 places that each candidate may have is booked." in shown
    check = client.post(page, {"slot": 2})["Location"]
    assert "Book this place" in client.get(check).content.decode()
    client.post(f"{page}check/", {"slot": 2, "agents": 0, "guests": 0})
    assert sorted(Booking.objects.values_list("slot_number", "state")) == [
        (1, "booked"),
        (2, "booked"),
    ]

    check = client.post(f"{page}?replaces={first.pk}", {"slot": 3, "replaces": first.pk})
    assert f"replaces={first.pk}" in check["Location"]
    assert "Change my booking" in client.get(check["Location"]).content.decode()
    client.post(f"{page}check/", {"slot": 3, "replaces": first.pk})

    assert states(first) == ["moved"]
    assert Booking.objects.filter(state="booked").count() == 2


def test_each_place_stays_one_entry_of_its_own_in_a_calendar(ada, make_offer):
    offer = make_offer(first_window_until=None)
    first, second = take(ada, offer, 1), take(ada, offer, 2)
    known = [uid_of(first), uid_of(second)]
    assert len(set(known)) == 2

    cancel(first, by=By(ada.user), at=MONDAY)
    moved = take(ada, offer, 3, replaces=second.pk)
    again = take(ada, offer, 4)

    assert uid_of(moved) == known[1]
    assert uid_of(again) not in known


def uid_of(booking: Booking) -> str:
    fresh = Booking.objects.get(pk=booking.pk)
    slot = slots_of([fresh], MONDAY)[fresh.pk]
    return str(booking_entry(fresh, slot, None, "")["uid"])


@pytest.mark.django_db(transaction=True)
def test_many_wishes_at_once_give_no_more_than_each_may_have(ada, make_offer):
    if connection.vendor != "postgresql":
        pytest.skip("two writers at once are PostgreSQL’s")
    offer, outcomes = make_offer(first_window_until=None), []

    def ask(number: int) -> None:
        try:
            outcomes.append(take(ada, offer, number).state)
        except BookingRefused as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    asking = [threading.Thread(target=ask, args=[number]) for number in (1, 2, 3, 4)]
    for one in asking:
        one.start()
    for one in asking:
        one.join(20)

    assert sorted(outcomes) == ["booked", "booked", "booked_already", "booked_already"]


@pytest.fixture
def both_held(ada, ben, make_offer):
    """Ada has both places she may have; Ben has the one at 3."""
    offer = make_offer(first_window_until=None)
    return offer, take(ada, offer, 1), take(ada, offer, 2), take(ben, offer, 3)


def test_whoever_has_all_they_may_says_which_place_a_wait_is_instead_of(ada, both_held):
    offer, first, second, taken = both_held

    assert code(ada, offer, 3, may_wait=True) == "booked_already"
    waiting = take(ada, offer, 3, may_wait=True, replaces=first.pk)
    cancel(taken, by=By(taken.candidate.user), at=MONDAY)
    assert states(first, second, waiting) == ["booked", "booked", "offered"]
    accept(waiting, by=By(ada.user), at=MONDAY)

    assert states(first, second, waiting) == ["moved", "booked", "booked"]


def test_place_a_wait_is_instead_of_may_have_been_changed_since(ada, both_held):
    offer, first, second, taken = both_held
    waiting = take(ada, offer, 3, may_wait=True, replaces=first.pk)
    moved = take(ada, offer, 4, replaces=first.pk)
    cancel(taken, by=By(taken.candidate.user), at=MONDAY)

    accept(waiting, by=By(ada.user), at=MONDAY)

    assert states(moved, second, waiting) == ["moved", "booked", "booked"]


def test_nobody_waits_instead_of_what_is_not_theirs(ada, both_held):
    offer, *_, taken = both_held

    assert code(ada, offer, 3, may_wait=True, replaces=taken.pk) == "changed"


def test_offer_says_on_its_page_and_in_its_mail_which_place_it_ends(
    client, ada, both_held, time_machine
):
    time_machine.move_to(MONDAY)
    offer, first, _, taken = both_held
    waiting = take(ada, offer, 3, may_wait=True, replaces=first.pk)
    cancel(taken, by=By(taken.candidate.user), at=MONDAY)
    client.force_login(ada.user)

    page = client.get(f"/pcc-2021/bookings/{waiting.pk}/").content.decode()

    ends = "the place you have now ends: Tuesday 20 April 2021, 10am to 10.30am."
    assert f"If you accept, {ends}" in page
    [offered] = [one for one in mail.outbox if one.subject.startswith("A place for you")]
    assert f"If you accept it, {ends}" in offered.body


def test_page_asks_which_of_several_is_to_be_changed(client, ada, both_held, time_machine):
    time_machine.move_to(MONDAY)
    offer, first, *_ = both_held
    client.force_login(ada.user)
    address = f"/pcc-2021/programme/{offer.slug}/book/"

    page = client.get(address).content.decode()
    assert "Which booking would you like to change?" in page
    assert f'href="{address}?replaces={first.pk}">Change Tuesday 20 April 2021, 10am' in page
    assert client.get(f"{address}check/?slot=4")["Location"] == address

    chosen = client.get(f"{address}?replaces={first.pk}").content.decode()
    assert "Choose another time to change it" in chosen
    check = client.get(f"{address}check/?slot=3&replaces={first.pk}").content.decode()
    assert "Booked until then" in check
    assert f'name="replaces" value="{first.pk}"' in check


def test_in_the_first_window_a_freed_place_goes_to_those_without_one(
    client, make_staff, ada, ben, election, offer, time_machine
):
    cyn = stands(election, "Cyn")
    taken = take(ben, offer, 1)
    take(ada, offer, 2)
    first, second = take(ada, offer, 1, may_wait=True), take(cyn, offer, 1, may_wait=True)
    time_machine.move_to(MONDAY)
    client.force_login(make_staff("organiser"))
    page = f"/admin/workshops/eventbook/{taken.book_id}/change/"
    assert (
        "Next offer: Alex Cyn, when somebody cancels, because they have no place yet, and those "
        "without one come first for now."
    ) in client.get(page).content.decode()

    cancel(taken, by=By(ben.user), at=MONDAY)
    assert states(first, second) == ["waiting", "offered"]

    decline(second, by=By(cyn.user), at=WINDOW)
    assert states(first) == ["offered"]


def test_nobody_holds_more_offers_than_they_may_have_places(ada, ben, make_offer):
    offer = make_offer(entitlement=1, first_window_until=None)
    holders = [ben, *(stands(ada.election, name) for name in ("Cyn", "Dan"))]
    taken = [take(one, offer, number) for number, one in enumerate(holders, start=1)]
    waits = [take(ada, offer, number, may_wait=True) for number in (1, 2, 3)]
    eve = take(stands(ada.election, "Eve"), offer, 2, may_wait=True)

    for one in taken:
        cancel(one, by=By(one.candidate.user), at=MONDAY)

    assert states(*waits, eve) == ["offered", "waiting", "waiting", "offered"]
    decline(waits[0], by=By(ada.user), at=MONDAY)
    pass_on(taken[0].book, MONDAY)
    assert states(*waits) == ["declined", "waiting", "offered"]


def test_page_says_who_comes_first_in_the_first_window(client, ada, ben, offer, time_machine):
    take(ben, offer, 1)
    for at, is_first in ((MONDAY, True), (WINDOW, False)):
        time_machine.move_to(at)
        client.force_login(ada.user)
        page = client.get(f"/pcc-2021/programme/{offer.slug}/book/check/?slot=1").content.decode()
        assert ("first to those who have no place at this event" in page) == is_first
