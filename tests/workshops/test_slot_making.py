import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from model_bakery import baker

from elections.models import NonWorkingDay
from elections.refusals import Refused
from releases.versions import new_version
from tests.conftest import NOON
from tests.workshops.booking_cast import MONDAY, stands, take
from tests.workshops.cast import uk
from workshops.models import Availability, AvailabilityException, Booking
from workshops.slot_making import make_slots, plan

pytestmark = pytest.mark.django_db

NINE, TEN, ELEVEN, ONE = dt.time(9), dt.time(10), dt.time(11), dt.time(13)


@pytest.fixture
def make_availability(election):
    """The Chief Executive, Tuesdays 10am to 11.30am in the week after Easter 2021 and the next."""

    def _make(**fields) -> Availability:
        fields = {
            "election": election,
            "officer": "Chief Executive",
            "first_day": dt.date(2021, 4, 19),
            "last_day": dt.date(2021, 4, 30),
            "slot_minutes": 40,
            "break_minutes": 10,
            "notice_hours": 48,
            "venue": "County Hall",
        } | fields
        row = Availability(**fields)
        row.full_clean()
        row.save()
        row.hours.create(weekday=1, starts_at=TEN, ends_at=dt.time(11, 30))
        return row

    return _make


@pytest.fixture
def offer(make_event):
    return make_event(kind="one-to-one", title="Meet us", slots=[], takes_bookings=True)


def starts(made) -> list[str]:
    return [str(span) for span in made.spans]


def left_out(made) -> dict[str, str]:
    return {one.when: one.why for one in made.left_out}


def test_week_becomes_slots_of_equal_length_with_pauses(make_availability, offer, editor):
    made = make_slots(make_availability(), offer, by=editor, at=MONDAY)

    assert starts(made) == [
        "Tuesday 20 April 2021, 10am to 10.40am",
        "Tuesday 20 April 2021, 10.50am to 11.30am",
        "Tuesday 27 April 2021, 10am to 10.40am",
        "Tuesday 27 April 2021, 10.50am to 11.30am",
    ]
    slot = offer.slots.first()
    assert (slot.starts_at, slot.ends_at) == (uk("2021-04-20 10:00"), uk("2021-04-20 10:40"))
    assert (slot.capacity, slot.venue) == (1, "County Hall")
    assert slot.history.get().history_user == editor


def test_looking_makes_nothing_and_making_twice_makes_nothing_twice(
    make_availability, offer, editor
):
    row = make_availability()

    assert len(plan(row, offer, MONDAY).spans) == 4
    assert not offer.slots.exists()
    make_slots(row, offer, by=editor, at=MONDAY)
    numbers = list(offer.slots.values_list("pk", "number"))
    again = make_slots(row, offer, by=editor, at=MONDAY)

    assert (len(again.spans), len(again.there)) == (0, 4)
    assert list(offer.slots.values_list("pk", "number")) == numbers


def test_bank_holidays_mourning_and_polling_day_are_left_out(make_availability, offer):
    NonWorkingDay.objects.create(date=dt.date(2021, 4, 20), reason="Day of mourning")
    row = make_availability(first_day=dt.date(2021, 4, 1), last_day=dt.date(2021, 5, 6))
    row.hours.create(weekday=0, starts_at=NINE, ends_at=dt.time(9, 40))
    row.hours.create(weekday=3, starts_at=NINE, ends_at=dt.time(9, 40))

    made = plan(row, offer, NOON)

    assert left_out(made)["Monday 5 April 2021"] == "bank holiday"
    assert left_out(made)["Tuesday 20 April 2021"] == "Day of mourning"
    assert left_out(made)["Monday 3 May 2021"] == "bank holiday"
    assert left_out(made)["Thursday 6 May 2021"] == "polling day"
    assert not {"2021-04-05", "2021-04-20", "2021-05-03", "2021-05-06"} & {
        f"{span.starts_at:%Y-%m-%d}" for span in made.spans
    }


def test_other_days_take_away_and_add(make_availability, offer):
    row = make_availability(last_day=dt.date(2021, 5, 3))
    row.exceptions.create(date=dt.date(2021, 4, 20), reason="On leave")
    row.exceptions.create(
        date=dt.date(2021, 4, 27), starts_at=TEN, ends_at=dt.time(10, 30), reason="Board"
    )
    # A bank holiday and a Saturday on which the officer is there all the same.
    for date in (dt.date(2021, 5, 3), dt.date(2021, 4, 24)):
        row.exceptions.create(date=date, is_available=True, starts_at=NINE, ends_at=TEN)

    made = plan(row, offer, MONDAY)

    assert starts(made) == [
        "Saturday 24 April 2021, 9am to 9.40am",
        "Tuesday 27 April 2021, 10.30am to 11.10am",
        "Monday 3 May 2021, 9am to 9.40am",
    ]
    assert left_out(made) == {
        "Tuesday 20 April 2021": "On leave",
        "Tuesday 27 April 2021, 10am to 10.30am": "Board",
    }


def test_break_of_the_day_is_kept_free(make_availability, offer):
    row = make_availability(
        break_from=dt.time(10, 40), break_until=ELEVEN, last_day=dt.date(2021, 4, 20)
    )
    row.hours.create(weekday=1, starts_at=ELEVEN, ends_at=ONE)

    assert starts(plan(row, offer, MONDAY)) == [
        "Tuesday 20 April 2021, 10am to 10.40am",
        "Tuesday 20 April 2021, 11am to 11.40am",
        "Tuesday 20 April 2021, 11.50am to 12.30pm",
    ]


def test_notice_leaves_out_what_is_too_soon_and_closes_booking_in_time(
    make_availability, offer, editor
):
    made = make_slots(make_availability(), offer, by=editor, at=uk("2021-04-18 10:00"))

    assert starts(made)[0] == "Tuesday 20 April 2021, 10.50am to 11.30am"
    assert left_out(made) == {
        "Tuesday 20 April 2021, 10am to 10.40am": "less than 48 hours from now, so nobody could "
        "book it"
    }
    offer.refresh_from_db()
    assert offer.book_until_hours == 48


def test_officer_is_never_at_two_meetings(make_availability, offer, make_event):
    row = make_availability(officer="Paul Hindson", last_day=dt.date(2021, 4, 20))
    make_event(title="Budget", starts="2021-04-20 11:00", ends="2021-04-20 12:00")

    made = plan(row, offer, MONDAY)

    assert starts(made) == ["Tuesday 20 April 2021, 10am to 10.40am"]
    assert left_out(made) == {
        "Tuesday 20 April 2021, 10.50am to 11.30am": "the officer has “Budget” then"
    }


def test_what_is_called_off_keeps_no_hour_of_the_officer(make_availability, offer, make_event):
    row = make_availability(officer="Paul Hindson", last_day=dt.date(2021, 4, 20))
    whole = plan(row, offer, NOON)
    slot = {"starts_at": uk("2021-04-20 10:50"), "ends_at": uk("2021-04-20 11:30")}
    make_event(title="Budget", slots=[slot | {"status": "cancelled", "why": "Nobody came."}])

    assert plan(row, offer, NOON).spans == whole.spans


def test_times_are_uk_times_on_both_sides_of_the_clock_change(make_availability, offer):
    row = make_availability(first_day=dt.date(2021, 3, 23), last_day=dt.date(2021, 3, 30))

    first, *_, last = plan(row, offer, dt.datetime(2021, 3, 1, tzinfo=dt.UTC)).spans

    assert first.starts_at == dt.datetime(2021, 3, 23, 10, 0, tzinfo=dt.UTC)
    assert last.starts_at == dt.datetime(2021, 3, 30, 9, 50, tzinfo=dt.UTC)
    assert first.length == last.length


def test_released_offer_gets_slots_in_a_new_version_only(
    make_availability, offer, editor, election, release_now
):
    row = make_availability()
    make_slots(row, offer, by=editor, at=MONDAY)
    release_now(offer)
    offer.refresh_from_db()
    taken = take(stands(election, "Ada"), offer, 2)
    row.hours.create(weekday=2, starts_at=TEN, ends_at=ELEVEN)

    with pytest.raises(Refused) as refused:
        make_slots(row, offer, by=editor, at=MONDAY)
    assert refused.value.code == "released"
    draft = new_version(offer, change="minor", note="More times.", by=editor, at=MONDAY)
    make_slots(row, draft, by=editor, at=MONDAY)

    kept = {slot.number: slot.starts_at for slot in offer.slots.all()}
    now = {slot.number: slot.starts_at for slot in draft.slots.all()}
    assert (len(kept), len(now)) == (4, 6)
    assert {number: now[number] for number in kept} == kept
    assert Booking.objects.get() == taken


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "workshop"}, "kind"),
        ({"by_appointment": True, "takes_bookings": False}, "kind"),
        (
            {"slots": [{"starts_at": uk("2021-04-20 10:00"), "ends_at": uk("2021-04-20 12:00")}]},
            "length",
        ),
    ],
)
def test_refused(make_availability, make_event, editor, fields, code):
    event = make_event(**{"kind": "one-to-one", "slots": [], "takes_bookings": True} | fields)

    with pytest.raises(Refused) as refused:
        make_slots(make_availability(), event, by=editor, at=MONDAY)

    assert refused.value.code == code


def test_other_election_and_nothing_that_fits_are_refused(
    make_availability, offer, editor, other_election
):
    for row, code in (
        (make_availability(election=other_election), "election"),
        (make_availability(slot_minutes=120), "nothing"),
    ):
        with pytest.raises(Refused) as refused:
            make_slots(row, offer, by=editor, at=MONDAY)
        assert refused.value.code == code


@pytest.mark.parametrize(
    "fields",
    [
        {"first_day": dt.date(2021, 5, 1)},
        {"break_from": TEN},
        {"break_until": TEN},
        {"break_from": ELEVEN, "break_until": TEN},
    ],
)
def test_availability_is_whole_in_the_database_too(election, fields):
    whole = {"first_day": dt.date(2021, 4, 1), "last_day": dt.date(2021, 4, 2)} | fields

    with pytest.raises(IntegrityError), transaction.atomic():
        baker.make(Availability, election=election, **whole)


@pytest.mark.parametrize(
    "fields",
    [{"is_available": True}, {"starts_at": TEN}, {"starts_at": TEN, "ends_at": NINE}],
)
def test_other_day_is_whole_in_the_database_too(make_availability, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        AvailabilityException.objects.create(
            availability=make_availability(), date=dt.date(2021, 4, 20), **fields
        )


# --- the staff page ----------------------------------------------------------------------------


@pytest.fixture
def page(client, make_staff, make_availability, time_machine):
    time_machine.move_to(MONDAY)
    client.force_login(make_staff("organiser"))
    return reverse("admin:workshops_availability_slots", args=[make_availability().pk])


def test_organiser_looks_then_makes(client, page, offer):
    looked = client.get(page, {"event": offer.pk}).content.decode()
    assert "4 slots of 40 minutes would be made" in looked
    assert "Tuesday 20 April 2021, 10am to 10.40am" in looked
    assert not offer.slots.exists()

    done = client.post(page, {"event": offer.pk}, follow=True).content.decode()

    assert offer.slots.count() == 4
    assert "4 slots were made. Booking of each closes 48 hours before it." in done


def test_page_offers_drafts_of_one_to_ones_only(client, page, offer, make_event, release_now):
    make_event(title="A workshop")
    released = make_event(title="Released", kind="one-to-one")
    release_now(released)

    shown = client.get(page).content.decode()
    assert "Meet us" in shown
    assert "A workshop" not in shown
    assert "Released" not in shown
    assert "is no draft any more" in client.post(page, {"event": released.pk}).content.decode()
