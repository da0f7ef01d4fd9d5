import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from releases.releasing import ReleaseRefused, release_items
from tests.workshops.cast import uk
from workshops.models import Event, Slot, with_next_slot

pytestmark = pytest.mark.django_db


def sentences(row) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    return refused.value.messages


def test_event_without_a_slot_is_not_released(make_event, election, now):
    event = make_event(slots=[])

    with pytest.raises(ReleaseRefused) as refused:
        release_items([event], election=election, title="Events", at=now)

    assert refused.value.code == "not_ready"
    assert "Nobody could tell when this event is." in refused.value.sentence


def test_event_by_appointment_is_released_without_a_slot(make_event, release_now, anonymous, now):
    event = make_event(by_appointment=True)

    release_now(event)

    assert list(Event.objects.visible_to(anonymous, now)) == [event]


def test_event_by_appointment_refuses_the_slots_it_has(make_event):
    event = make_event()
    event.by_appointment = True

    assert sentences(event) == [
        "This event is by appointment, and it has slots. Take out its slots and save it first, "
        "or clear “by appointment”."
    ]


def test_slot_of_an_event_by_appointment_is_refused(make_event):
    event = make_event(by_appointment=True)

    slot = Slot(event=event, starts_at=uk("2021-03-18 10:00"))

    assert sentences(slot) == ["An event by appointment has no slots."]


@pytest.mark.parametrize("slug", ["by-day", "print"])
def test_event_cannot_take_an_address_of_the_programme(make_event, slug):
    with pytest.raises(ValidationError) as refused:
        make_event(slug=slug)

    assert refused.value.message_dict == {
        "slug": [f"The programme uses the address “{slug}” itself. Choose another."]
    }


@pytest.mark.parametrize("said", ["At https://meet.example.org/1", "On WWW.example.org"])
def test_event_that_is_not_public_shows_no_address_to_join(make_event, said):
    with pytest.raises(ValidationError) as refused:
        make_event(how_to_join=said)

    assert list(refused.value.message_dict) == ["how_to_join"]


def test_public_event_may_say_where_to_watch(make_event):
    event = make_event(how_to_join="Watch on https://www.example.org", open_to="public")

    assert event.how_to_join == "Watch on https://www.example.org"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"starts_at": uk("2021-03-20 10:00"), "ends_at": uk("2021-03-20 10:00")},
            "A slot has to end after it starts.",
        ),
        (
            {"starts_at": uk("2021-03-18 10:00")},
            "This event already has a slot at that time.",
        ),
        (
            {"starts_at": uk("2021-03-20 10:00"), "number": 1},
            "Two slots of this event have the same number.",
        ),
        (
            {
                "starts_at": uk("2021-03-20 00:00"),
                "ends_at": uk("2021-03-20 12:00"),
                "is_all_day": True,
            },
            "Where only the day is known, leave the end empty.",
        ),
        (
            {"starts_at": uk("2021-03-20 10:00"), "capacity": 0},
            "A slot has at least one place. Leave it empty where places are not limited.",
        ),
    ],
)
def test_slot_constraints_are_kept_by_the_database_too(make_event, fields, sentence):
    slot = Slot(event=make_event(), **fields)

    assert sentences(slot) == [sentence]
    with pytest.raises(IntegrityError), transaction.atomic():
        slot.save()


def test_slot_of_more_than_a_day_is_refused(make_event):
    event = make_event(slots=[])

    slot = Slot(event=event, starts_at=uk("2021-03-20 10:00"), ends_at=uk("2021-04-20 12:00"))

    assert sentences(slot) == ["A slot lasts 24 hours at most. Add a slot for each day."]


def test_slot_of_a_day_starts_at_its_midnight(make_event):
    event = make_event(slots=[{"starts_at": uk("2021-04-14 15:30"), "is_all_day": True}])

    assert event.slots.get().starts_at == uk("2021-04-14 00:00")


def test_slot_is_on_the_uk_day_it_starts_on(make_event):
    # Half past midnight in British summer time is still the day before in UTC.
    event = make_event(starts="2021-04-15 00:30", ends="2021-04-15 02:00")

    slot = event.slots.get()

    assert slot.day == dt.date(2021, 4, 15)
    assert str(slot) == "Event 1 (15 April 2021)"


def test_slots_are_numbered_in_turn(make_event):
    event = make_event(
        slots=[{"starts_at": uk("2021-03-20 10:00")}, {"starts_at": uk("2021-03-19 10:00")}]
    )

    assert list(event.slots.values_list("number", flat=True).order_by("id")) == [1, 2]


def test_slot_keeps_its_number_in_the_next_version(make_event):
    first = uk("2021-03-18 10:00")
    second, added = uk("2021-03-19 10:00"), uk("2021-03-17 10:00")
    make_event(slug="repeated", slots=[{"starts_at": first}, {"starts_at": second}])

    make_event(slug="repeated", version=2, slots=[{"starts_at": added}, {"starts_at": second}])

    assert list(
        Slot.objects.filter(event__version=2).values_list("starts_at", "number").order_by("number")
    ) == [(second, 2), (added, 3)]


def test_upcoming_slots_are_those_from_the_beginning_of_the_uk_day(make_event):
    event = make_event(
        slots=[{"starts_at": uk("2021-04-13 23:59")}, {"starts_at": uk("2021-04-14 00:00")}]
    )

    upcoming = event.slots.upcoming(dt.date(2021, 4, 14))

    assert [slot.starts_at for slot in upcoming] == [uk("2021-04-14 00:00")]


def test_next_slot_is_the_first_from_that_day_on(make_event):
    make_event(slots=[{"starts_at": uk(f"2021-04-{day} 10:00")} for day in (12, 14, 16)])

    def next_slot(on: dt.date):
        return with_next_slot(Event.objects.all(), on).get().next_slot

    assert next_slot(dt.date(2021, 4, 14)) == uk("2021-04-14 10:00")
    assert next_slot(dt.date(2021, 4, 17)) is None
