"""The report on equal offers, and “no, thank you”."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from elections.models import StatusChange
from releases.versions import new_version
from tests.conftest import NOON, give_status
from tests.workshops.booking_cast import HOUR, MONDAY, stands, take
from tests.workshops.cast import uk
from workshops.bookings import accept, cancel
from workshops.equal_offers import report, table
from workshops.models import Booking, Meeting, NoThanks
from workshops.no_thanks import say_no_thanks
from workshops.refusing import BookingRefused, By

pytestmark = pytest.mark.django_db

TEN = uk("2021-04-20 10:00")


@pytest.fixture
def make_offer(make_event, release_now):
    def _make(**fields):
        slots = [
            {"starts_at": TEN + n * HOUR, "ends_at": TEN + (n + 1) * HOUR, "capacity": 1}
            for n in range(3)
        ]
        event = make_event(
            **{"kind": "one-to-one", "title": "Meet us", "takes_bookings": True, "slots": slots}
            | fields
        )
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


def answers(election, at=MONDAY) -> dict[str, list[str]]:
    return {
        row.candidate.surname: [str(told.answer) for told in row.told]
        for row in report(election, at=at).candidates
    }


def raised(election, at=MONDAY) -> list[str]:
    return report(election, at=at).raised


def say_no(candidate, event, at=MONDAY):
    return say_no_thanks(candidate, event.slug, by=By(candidate.user), at=at)


def test_each_answer_is_told(election, ada, ben, offer):
    cyn, dan, eve = (stands(election, name) for name in ("Cyn", "Dan", "Eve"))
    take(ada, offer, 1)
    take(ben, offer, 1, may_wait=True)
    say_no(cyn, offer)
    cancel(take(dan, offer, 2), by=By(dan.user), at=MONDAY)

    assert answers(election) == {
        "Ada": ["took-up"],
        "Ben": ["waits"],
        "Cyn": ["declined"],
        "Dan": ["cancelled"],
        "Eve": ["none"],
    }
    first = report(election, at=MONDAY).candidates[0].told[0]
    assert (first.since, first.is_later) == (NOON, False)
    assert first.when == "Tuesday 20 April 2021, 10am to 11am"
    assert str(eve) in {str(row.candidate) for row in report(election, at=MONDAY).candidates}


def test_only_what_is_released_booked_and_for_each_alone_is_an_offer(
    election, ada, make_offer, make_event
):
    make_offer(kind="visit", title="The station")
    make_offer(kind="induction", title="First day", open_to="elected")
    make_offer(kind="workshop", title="Budget")
    make_offer(takes_bookings=False)
    make_event(kind="one-to-one", takes_bookings=True, title="Draft")

    assert [str(one.event) for one in report(election, at=MONDAY).offers] == [
        "First day",
        "The station",
    ]
    assert answers(election) == {"Ada": ["not-offered", "none"]}


def test_offered_since_the_release_or_since_they_could_attend(election, offer, make_offer, ada):
    make_offer(title="For the nominated", open_to="nominated")
    late = stands(election, "Late", "declared")
    StatusChange.objects.filter(candidate=late).delete()
    give_status(late, "declared", on=dt.date(2021, 4, 1))
    give_status(late, "nominated", on=dt.date(2021, 4, 9))
    gone = stands(election, "Gone")
    give_status(gone, "withdrawn", on=dt.date(2021, 3, 1))

    found = {row.candidate.surname: row for row in report(election, at=MONDAY).candidates}

    assert [told.since for told in found["Late"].told] == [
        uk("2021-04-09 00:00"),
        uk("2021-04-01 00:00"),
    ]
    assert [told.is_later for told in found["Late"].told] == [True, True]
    assert not any(told.is_later for told in found["Ada"].told)
    assert [told.answer for told in found["Gone"].told] == ["not-offered", "not-offered"]
    assert [told.since for told in report(election, at=NOON).candidates[-1].told] == [None, None]


def test_nobody_is_later_where_all_could_attend_from_the_same_day(election, make_offer):
    make_offer(open_to="nominated")
    for name in ("Ada", "Ben"):
        one = stands(election, name, "declared")
        give_status(one, "nominated", on=dt.date(2021, 4, 9))

    told = [row.told[0] for row in report(election, at=MONDAY).candidates]

    assert [one.since for one in told] == [uk("2021-04-09 00:00")] * 2
    assert [one.is_later for one in told] == [False, False]


def test_new_version_and_withdrawal_are_the_same_offer(election, ada, offer, editor, release_now):
    take(ada, offer, 1)
    for change in ("minor", "withdrawal"):
        draft = new_version(
            election.events.order_by("-version").first(),
            change=change,
            note="Why.",
            by=editor,
            at=MONDAY,
        )
        release_now(draft, at=MONDAY)

    [only] = report(election, at=MONDAY).offers

    assert (only.since, only.event.change) == (NOON, "withdrawal")
    assert answers(election) == {"Ada": ["took-up"]}


def test_booking_again_after_no_thanks_counts(election, ada, offer):
    assert say_no(ada, offer) == say_no(ada, offer, at=MONDAY + HOUR)
    assert NoThanks.objects.get().at == MONDAY
    take(ada, offer, 1)

    assert answers(election) == {"Ada": ["took-up"]}


def test_no_thanks_is_refused_where_it_makes_no_sense(election, ada, offer, make_offer):
    workshop = make_offer(kind="workshop")
    take(ada, offer, 1)

    for candidate, event, code in (
        (ada, offer, "has_booking"),
        (ada, workshop, "no_offer"),
        (stands(election, "Gone", "withdrawn"), offer, "not_open"),
    ):
        with pytest.raises(BookingRefused) as refused:
            say_no(candidate, event)
        assert refused.value.code == code


def test_what_the_office_gave_one_alone_is_raised(election, ada, ben, editor, make_offer):
    by = By(editor, reason="Rang.")
    early = make_offer(title="Early", bookable_from=MONDAY + HOUR)
    late = make_offer(title="Late")
    some = make_offer(title="Some", open_to="nominated", kind="visit")
    take(ada, early, 1, by=by)
    take(ada, late, 2, by=by, at=TEN)
    take(ada, some, 3, by=by)
    take(ben, some, 1)

    assert raised(election) == [
        "The office booked Alex Ada at “Early” at 10am on Monday 12 April 2021, before booking "
        "opened to the others at 11am on Monday 12 April 2021.",
        "The office booked Alex Ada at “Late” at 10am on Tuesday 20 April 2021, after booking had "
        "closed to the others at 11am on Monday 19 April 2021.",
        "The office booked Alex Ada at “Some”, which is not open to all: nominated candidates.",
    ]


FAVOUR = (
    "The office booked Alex {} at “Meet us” at 10am on Monday 12 April 2021, before booking "
    "opened to the others at 11am on Monday 12 April 2021."
)


@pytest.fixture
def favour(ada, editor, make_offer):
    """A place the office gave Ada before the others could book."""
    offer = make_offer(bookable_from=MONDAY + HOUR, guest_places=1)
    return take(ada, offer, 1, by=By(editor, reason="Rang."))


def test_favour_stays_one_after_the_place_was_changed(election, ada, favour):
    offer, at = election.events.get(slug=favour.book.event_slug), MONDAY + 2 * HOUR

    moved = take(ada, offer, 2, at=at, replaces=favour.pk)

    favour.refresh_from_db()
    assert (favour.state, moved.moved_from) == ("moved", favour)
    assert raised(election, at) == [FAVOUR.format("Ada")]
    cancel(moved, by=By(ada.user), at=at + HOUR)
    assert raised(election, at + HOUR) == [FAVOUR.format("Ada")]


def test_favour_stays_one_after_the_place_was_given_up(election, ada, favour):
    cancel(favour, by=By(ada.user), at=MONDAY + 2 * HOUR)

    assert raised(election, MONDAY + 2 * HOUR) == [FAVOUR.format("Ada")]


def test_place_that_came_of_an_early_wait_is_a_favour_too(election, ben, editor, favour):
    offer, at = election.events.get(slug=favour.book.event_slug), MONDAY + 2 * HOUR
    office = By(editor, reason="Rang.")
    waits = take(ben, offer, 1, by=office, may_wait=True)
    assert raised(election) == [FAVOUR.format("Ada")]

    cancel(favour, by=office, at=at)
    accept(Booking.objects.get(pk=waits.pk), by=By(ben.user), at=at)

    assert raised(election, at) == [FAVOUR.format("Ada"), FAVOUR.format("Ben")]


def test_place_at_what_was_never_open_to_them_is_raised_once(election, ada, editor, make_offer):
    offer = make_offer(open_to="elected", kind="visit")
    Booking.objects.create(
        book=take(stands(election, "Eve", "elected"), offer, 3).book,
        slot_number=1,
        candidate=ada,
        state="cancelled",
        made_at=MONDAY,
        booked_at=MONDAY,
        ended_at=MONDAY + HOUR,
    )
    told = "Alex Ada {} a place at “Meet us”, which was never open to them."
    assert raised(election) == [told.format("had")]

    Booking.objects.filter(candidate=ada).update(state="booked", ended_at=None)
    assert raised(election) == [told.format("has")]


def test_office_that_books_as_anyone_could_is_not_raised(election, ada, editor, offer):
    take(ada, offer, 1, by=By(editor, reason="Rang."))

    assert raised(election) == []


def test_meeting_that_was_no_part_of_an_offer_is_raised(election, ada, ben, offer):
    booking = take(ben, offer, 1)
    for candidate, of in ((ada, None), (ben, booking)):
        Meeting.objects.create(
            election=election,
            held_on=dt.date(2021, 4, 9),
            officer="Chief Executive",
            subject="The budget",
            candidate=candidate,
            booking=of,
            recorded_at=MONDAY,
        )

    assert raised(election) == [
        "Alex Ada had a meeting with Chief Executive on Friday 9 April 2021 about “The budget” "
        "that was no part of an offer: the others were not offered it."
    ]


def test_report_costs_the_same_queries_for_many(election, ada, make_offer, met):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            report(election, at=MONDAY)
        return len(queries)

    booking = take(ada, make_offer(), 1)
    met(ada, booking=booking)
    met(ada, event_slug=booking.book.event_slug)
    one = cost()
    for name in ("Ben", "Cyn"):
        booking = take(stands(election, name), make_offer(slug=name.lower()), 1)
        met(booking.candidate, booking=booking)
        met(booking.candidate, event_slug=booking.book.event_slug)

    assert cost() == one


def test_file_holds_a_line_for_each_offer_and_candidate(election, ada, offer):
    ada.surname = "=1+1"
    ada.other_names = ""
    ada.save()
    take(ada, offer, 1)

    rows = list(table(report(election, at=MONDAY)))

    assert rows[4][2:] == [
        "Meet us",
        "One-to-one meeting",
        "2021-03-30 12:00",
        "2021-03-30 12:00",
        "no",
        "Took it up",
        "Tuesday 20 April 2021, 10am to 11am",
    ]
    assert rows[-1] == ["Nothing."]


def test_offer_by_appointment_is_taken_up_by_a_meeting(election, ada, ben, make_offer):
    offer = make_offer(takes_bookings=False, by_appointment=True)
    say_no(ben, offer)
    Meeting.objects.create(
        election=election,
        held_on=dt.date(2021, 4, 9),
        officer="Chief Executive",
        subject="The budget",
        candidate=ada,
        event_slug=offer.slug,
        recorded_at=MONDAY,
    )

    assert answers(election) == {"Ada": ["took-up"], "Ben": ["declined"]}
    assert report(election, at=MONDAY).candidates[0].told[0].when == "Friday 9 April 2021"
    assert raised(election) == []


@pytest.fixture
def met(election):
    """Enters a meeting without the checks of the form: rows from before them are raised too."""

    def _met(candidate, on="2021-04-09", **fields) -> Meeting:
        return Meeting.objects.create(
            election=election,
            held_on=dt.date.fromisoformat(on),
            officer="Chief Executive",
            subject="The budget",
            candidate=candidate,
            recorded_at=MONDAY,
            **fields,
        )

    return _met


def test_meeting_under_an_offer_that_was_never_open_to_them_is_raised(
    election, ada, ben, make_offer, met
):
    offer = make_offer(takes_bookings=False, by_appointment=True, open_to="elected")
    met(ada, event_slug=offer.slug)

    assert raised(election) == [
        "Alex Ada had a meeting under “Meet us” on Friday 9 April 2021, which was never open to "
        "them."
    ]


def test_meeting_from_before_the_offer_is_raised(election, ada, make_offer, met):
    offer = make_offer(takes_bookings=False, by_appointment=True)
    met(ada, "2021-03-29", event_slug=offer.slug)

    assert raised(election) == [
        "Alex Ada had a meeting under “Meet us” on Monday 29 March 2021, before it was open to "
        "them on Tuesday 30 March 2021."
    ]


def test_more_meetings_under_an_offer_than_each_may_have_are_raised(
    election, ada, ben, make_offer, met
):
    offer = make_offer(takes_bookings=False, by_appointment=True, entitlement=2)
    for day in ("2021-04-07", "2021-04-08"):
        met(ben, day, event_slug=offer.slug)
    assert raised(election) == []

    for day in ("2021-04-07", "2021-04-08", "2021-04-09"):
        met(ada, day, event_slug=offer.slug)

    assert raised(election) == [
        "Alex Ada had 3 meetings under “Meet us”, of which each candidate may have 2."
    ]


def test_meeting_beside_the_place_they_have_is_one_too_many(election, ada, offer, met):
    take(ada, offer, 1)
    met(ada, event_slug=offer.slug)

    assert raised(election) == [
        "Alex Ada had 2 meetings under “Meet us”, of which each candidate may have 1."
    ]


def test_meeting_filed_under_what_is_no_offer_here_is_raised(
    election, ada, offer, make_offer, met, other_election
):
    elsewhere = make_offer(
        title="There", election=other_election, takes_bookings=False, by_appointment=True
    )
    workshop = take(ada, make_offer(kind="workshop"), 1)
    met(ada, "2021-04-07", event_slug=elsewhere.slug)
    met(ada, "2021-04-08", booking=workshop)

    assert raised(election) == [
        f"Alex Ada had a meeting with Chief Executive on {day} about “The budget” that was no "
        "part of an offer: the others were not offered it."
        for day in ("Wednesday 7 April 2021", "Thursday 8 April 2021")
    ]


# --- pages -------------------------------------------------------------------------------------


def test_staff_page_and_file(client, make_staff, election, ada, ben, offer, time_machine):
    time_machine.move_to(MONDAY)
    take(ada, offer, 1)
    client.force_login(make_staff("approver"))

    page = client.get(reverse("admin:workshops_equal_offers")).content.decode()
    assert "Took it up" in page
    assert "Did not answer" in page
    assert "Nothing was found." in page
    Booking.objects.all()
    ada.other_names, ada.surname = "=1+1", ""
    ada.save()
    file = client.get(reverse("admin:workshops_equal_offers_csv", args=["pcc-2021"]))
    assert "'=1+1" in file.content.decode()


def test_candidate_says_no_thanks_on_the_page(client, ada, offer, time_machine):
    time_machine.move_to(MONDAY)
    client.force_login(ada.user)
    page = offer.get_absolute_url()
    button = reverse("workshops:no-thanks", args=["pcc-2021", offer.slug])
    assert button in client.get(page).content.decode()

    done = client.post(button, follow=True).content.decode()

    assert "The office knows that you do not want this." in done
    assert "Alex Ada told the office on Monday 12 April 2021: “No, thank you”." in done
    assert button not in done
    assert NoThanks.objects.get().candidate == ada
    take(ada, offer, 1)
    assert button not in client.get(page).content.decode()
    client.logout()
    assert button not in client.get(page).content.decode()


def test_whoever_did_not_come_did_not_take_it_up(ada, ben, election, offer, editor):
    for candidate, number, came in ((ada, 1, True), (ben, 2, False)):
        booking = take(candidate, offer, number)
        booking.attendances.create(came=not came, marked_at=TEN, marked_by=editor)
        booking.attendances.create(came=came, marked_at=TEN + HOUR, marked_by=editor)

    assert answers(election, TEN + 2 * HOUR) == {"Ada": ["took-up"], "Ben": ["did-not-come"]}


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("closed", "full"),
        ("not-drawn", "not-drawn"),
        ("lapsed", "lapsed"),
        ("declined", "declined"),
    ],
)
def test_what_came_of_a_wait_is_told_as_it_was(ada, election, offer, state, answer):
    booking = take(ada, offer)
    Booking.objects.filter(pk=booking.pk).update(state=state, ended_at=MONDAY)

    assert answers(election) == {"Ada": [answer]}


def test_nobody_declines_what_is_over(client, ada, offer, time_machine):
    client.force_login(ada.user)
    for at, is_asked in ((MONDAY, True), (TEN + 3 * HOUR, False)):
        time_machine.move_to(at)
        page = client.get(offer.get_absolute_url()).content.decode()
        assert ("No, thank you" in page) == is_asked

    with pytest.raises(BookingRefused) as refused:
        say_no(ada, offer, at=TEN + 3 * HOUR)
    assert refused.value.code == "no_offer"
