import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from elections.models import Agent, StatusChange
from tests.conftest import NOON
from tests.workshops.booking_cast import HOUR, MONDAY, stands, states, take
from tests.workshops.cast import uk
from workshops.bookings import accept, cancel, decline, pass_on
from workshops.models import Booking, BookingMail, BookingNeeds, Event, EventBook, Slot
from workshops.refusing import BookingRefused, By

pytestmark = pytest.mark.django_db

TEN, TWO = uk("2021-04-20 10:00"), uk("2021-04-20 14:00")


@pytest.fixture
def workshop(make_event, release_now):
    """Two slots on 20 April 2021, of two places and of one."""

    def _workshop(**fields) -> Event:
        fields = {"takes_bookings": True, "title": "Budget"} | fields
        capacities = fields.pop("capacities", (2, 1))
        starts = fields.pop("starts", TEN)
        slots = [
            {
                "starts_at": starts + 4 * index * HOUR,
                "ends_at": starts + (4 * index + 2) * HOUR,
                "capacity": capacity,
                "venue": "County Hall",
            }
            for index, capacity in enumerate(capacities)
        ]
        event = make_event(slots=slots, **fields)
        release_now(event)
        return event

    return _workshop


@pytest.fixture
def ada(election):
    return stands(election, "Ada")


@pytest.fixture
def ben(election):
    return stands(election, "Ben")


@pytest.fixture
def cyn(election):
    return stands(election, "Cyn")


def refused(*args, **kwargs) -> BookingRefused:
    with pytest.raises(BookingRefused) as caught:
        take(*args, **kwargs)
    return caught.value


def test_booking_holds_a_place_and_is_told(ada, workshop, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    booking = take(ada, workshop())

    assert (booking.state, booking.made_as, booking.places) == ("booked", "Alex Ada", 1)
    assert (booking.made_at, booking.booked_at) == (MONDAY, MONDAY)
    [message] = mail.outbox
    assert (message.to, message.subject) == (["ada@example.org"], "Booked: Budget")
    assert "When: Tuesday 20 April 2021, 10am to 12 noon (UK time)" in message.body
    assert "Where: County Hall" in message.body
    assert f"http://testserver/pcc-2021/bookings/{booking.pk}/" in message.body
    assert "(until 10am on Tuesday 20 April 2021)" in message.body


def test_same_wish_twice_is_one_booking_and_one_mail(ada, workshop):
    event = workshop()

    assert take(ada, event) == take(ada, event, at=MONDAY + HOUR)
    assert (Booking.objects.count(), len(mail.outbox)) == (1, 1)


def test_full_slot_is_refused_and_the_free_ones_are_named(ada, ben, workshop):
    event = workshop()
    take(ada, event, 2)

    refusal = refused(ben, event, 2)

    assert refusal.code == "full"
    assert refusal.sentence == (
        "All places are taken. Still free: Tuesday 20 April 2021, 10am to 12 noon."
    )
    assert [slot.number for slot in refusal.free] == [1]


def test_agents_and_guests_count_against_the_places(ada, ben, cyn, workshop):
    event = workshop(agent_places=1, guest_places=2, capacities=(3,))

    take(ada, event, agents=1)

    assert refused(ben, event, guests=1).sentence == (
        "You ask for more than is left: 1 of 3 places left."
    )
    assert refused(ben, event, agents=2).code == "too_many"
    assert refused(ben, event, agents=-1).code == "too_many"
    assert refused(ben, event, agents=1, guests=2).code == "too_many"
    assert take(ben, event).state == "booked"
    assert refused(cyn, event).code == "full"


def test_no_agent_where_none_may_come(ada, workshop):
    refusal = refused(ada, workshop(), agents=1)

    assert (refusal.code, refusal.sentence) == (
        "too_many",
        "You can bring no agents to this event.",
    )


@pytest.mark.parametrize(
    ("fields", "at", "code"),
    [
        ({"takes_bookings": False}, MONDAY, "no_bookings"),
        ({"bookable_from": MONDAY + HOUR}, MONDAY, "not_yet"),
        ({"book_until_hours": 24}, TEN - 24 * HOUR, "closed"),
        ({"book_until_hours": 0}, TEN, "over"),
        ({"open_to": "elected"}, MONDAY, "not_open"),
    ],
)
def test_booking_is_refused(ada, workshop, fields, at, code):
    assert refused(ada, workshop(**fields), at=at).code == code


def test_booking_is_open_to_the_last_moment(ada, workshop):
    second = dt.timedelta(seconds=1)
    event = workshop(bookable_from=MONDAY, book_until_hours=24)

    assert take(ada, event, at=TEN - 24 * HOUR - second).state == "booked"


def test_slot_nobody_knows_is_refused(ada, workshop, make_event):
    draft = make_event(takes_bookings=True)

    assert refused(ada, workshop(), 9).code == "no_slot"
    assert refused(ada, draft).code == "no_slot"
    assert not EventBook.objects.exists()


def test_candidate_of_another_election_finds_no_such_slot(other_election, workshop):
    stranger = stands(other_election, "Stranger")

    assert refused(stranger, workshop()).code == "no_slot"


def test_those_who_may_attend_follow_their_status(election, workshop):
    event = workshop(open_to="nominated")
    early = stands(election, "Early", "declared")

    assert refused(early, event).sentence == "Those who may attend: nominated candidates."
    StatusChange.objects.create(
        candidate=early,
        status="nominated",
        effective_from=MONDAY.date(),
        notice_title="Notice",
        recorded_at=MONDAY,
    )
    assert take(early, event).state == "booked"


def test_withdrawn_candidate_is_refused(election, workshop):
    assert refused(stands(election, "Gone", "withdrawn"), workshop()).code == "not_open"


# --- agents and staff ----------------------------------------------------------------------------


def test_agent_books_for_the_candidate_and_both_are_told(candidate, agent, workshop):
    row, acting = candidate.candidacies.get(), agent.agencies.get()

    booking = take(row, workshop(), by=By(agent, acting, site="http://testserver"))

    assert booking.made_as == f"Adam Agent, agent for {row}"
    assert sorted(message.to[0] for message in mail.outbox) == [
        "agent@example.org",
        "candidate@example.org",
    ]
    assert "Dear Adam Agent," in next(m.body for m in mail.outbox if "agent@" in m.to[0])
    Agent.objects.update(revoked_at=NOON)
    cancel(Booking.objects.get(), by=By(candidate), at=MONDAY)
    assert [message.to[0] for message in mail.outbox[2:]] == ["candidate@example.org"]


def test_agent_whose_access_ended_meanwhile_is_refused(candidate, agent, workshop):
    acting = agent.agencies.get()
    Agent.objects.update(revoked_at=NOON)

    assert refused(candidate.candidacies.get(), workshop(), by=By(agent, acting)).code == (
        "agent_ended"
    )


def test_staff_book_with_a_reason_also_after_booking_closed(ada, editor, workshop):
    event = workshop()
    late = TEN - HOUR

    assert refused(ada, event, by=By(editor), at=late).code == "no_reason"
    booking = take(ada, event, by=By(editor, reason="Rang the office."), at=late)

    assert (booking.made_as, booking.reason) == ("Edith Editor", "Rang the office.")
    assert "Booked by the office: Rang the office." in mail.outbox[0].body


def test_staff_cannot_overbook_either(ada, ben, editor, workshop):
    event = workshop()
    take(ada, event, 2)

    assert refused(ben, event, 2, by=By(editor, reason="Please.")).code == "full"


def test_candidate_without_a_sign_in_is_booked_and_nobody_is_mailed(ada, editor, workshop):
    ada.user = None
    ada.save()

    take(ada, workshop(), by=By(editor, reason="Wrote a letter."))

    assert mail.outbox == []


# --- changing ------------------------------------------------------------------------------------


def test_second_booking_of_the_event_is_refused_unless_it_replaces_the_first(ada, workshop):
    event = workshop()
    first = take(ada, event, 1)

    assert refused(ada, event, 2).code == "booked_already"
    assert refused(ada, event, 2, replaces=first.pk + 1).code == "changed"
    second = take(ada, event, 2, replaces=first.pk)

    assert states(first, second) == ["moved", "booked"]
    assert second.moved_from == first
    assert mail.outbox[-1].subject == "Changed: Budget"
    assert "Before: Tuesday 20 April 2021, 10am to 12 noon" in mail.outbox[-1].body
    assert take(ada, event, 2, replaces=first.pk) == second
    assert Booking.objects.count() == 2


def test_change_to_a_full_slot_keeps_the_place(ada, ben, workshop):
    event = workshop()
    take(ben, event, 2)
    first = take(ada, event, 1)

    assert refused(ada, event, 2, replaces=first.pk).code == "full"
    waiting = take(ada, event, 2, replaces=first.pk, may_wait=True)

    assert states(first, waiting) == ["booked", "waiting"]


def test_what_somebody_needs_can_be_taken_back(ada, workshop):
    event = workshop()
    first = take(ada, event, access="A ramp", diet="No nuts")

    take(ada, event)
    assert BookingNeeds.objects.get().access == "A ramp"
    take(ada, event, access="")
    needs = BookingNeeds.objects.get()
    assert (needs.access, needs.diet) == ("", "No nuts")
    take(ada, event, 2, replaces=first.pk, access="", diet=" ")
    assert not BookingNeeds.objects.exists()


def test_change_closes(ada, workshop):
    event = workshop(change_until_hours=48, book_until_hours=1)
    first = take(ada, event)

    refusal = refused(ada, event, 2, replaces=first.pk, at=TEN - 48 * HOUR)

    assert (refusal.code, states(first)) == ("change_closed", ["booked"])
    assert refusal.sentence == ("Your booking could be changed until 10am on Sunday 18 April 2021.")


def test_party_is_changed_at_the_same_slot(ada, workshop):
    event = workshop(guest_places=1)
    first = take(ada, event, access="A ramp")

    second = take(ada, event, guests=1, replaces=first.pk)

    assert states(first, second) == ["moved", "booked"]
    assert BookingNeeds.objects.get().booking == second
    assert refused(ada, workshop(guest_places=2), guests=2, replaces=second.pk).code == "too_many"


def test_change_frees_the_old_place_for_the_next(ada, ben, workshop):
    event = workshop()
    first = take(ada, event, 2)
    waiting = take(ben, event, 2, may_wait=True)

    take(ada, event, 1, replaces=first.pk)

    assert states(waiting) == ["offered"]


def test_needs_move_with_the_booking_and_go_with_it(ada, workshop):
    event = workshop()
    first = take(ada, event, access="A ramp", diet=" ")
    second = take(ada, event, 2, replaces=first.pk, access="", diet="No nuts")

    needs = BookingNeeds.objects.get()
    assert (needs.booking, needs.access, needs.diet) == (second, "", "No nuts")
    cancel(second, by=By(ada.user), at=MONDAY)
    assert not BookingNeeds.objects.exists()


def test_two_one_to_ones_at_once_are_refused(ada, workshop):
    one = workshop(kind="one-to-one", title="Chief Executive", capacities=(1,))
    other = workshop(kind="one-to-one", starts=TEN + HOUR, capacities=(1, 1))
    take(ada, one)

    refusal = refused(ada, other)

    assert refusal.code == "one_to_one"
    assert refusal.sentence == (
        "You have another meeting then: Chief Executive, Tuesday 20 April 2021, 10am to 12 noon. "
        "Still free: Tuesday 20 April 2021, 3pm to 5pm."
    )
    assert take(ada, other, 2).state == "booked"
    assert take(ada, workshop()).state == "booked"


def test_what_is_free_instead_of_a_meeting_clashes_with_none(ada, workshop):
    one = workshop(kind="one-to-one", title="Chief Executive", capacities=(1,))
    other = workshop(kind="one-to-one", starts=TEN + HOUR / 2, capacities=(1, 1))
    again = workshop(kind="one-to-one", title="Again", starts=TEN + 4 * HOUR, capacities=(1,))
    take(ada, one)
    later = take(ada, again)

    refusal = refused(ada, other, 1)
    assert (refusal.code, refusal.free) == ("one_to_one", [])

    cancel(later, by=By(ada.user), at=MONDAY)
    assert [slot.number for slot in refused(ada, other, 1).free] == [2]


@pytest.mark.parametrize(("at", "code"), [(TEN - 2 * HOUR, "closed"), (TEN, "over")])
def test_what_is_free_is_told_where_another_time_helps(ada, workshop, at, code):
    refusal = refused(ada, workshop(book_until_hours=3), 1, at=at)

    assert refusal.code == code
    assert refusal.sentence.endswith(" Still free: Tuesday 20 April 2021, 2pm to 4pm.")


# --- cancelling ----------------------------------------------------------------------------------


def test_cancelling_frees_the_place_once(ada, ben, workshop):
    event = workshop()
    booking = take(ada, event, 2)

    cancel(booking, by=By(ada.user), at=MONDAY)
    again = cancel(booking, by=By(ada.user), at=MONDAY + HOUR)

    assert (again.state, again.ended_at, again.ended_as) == ("cancelled", MONDAY, "Alex Ada")
    assert [message.subject for message in mail.outbox] == ["Booked: Budget", "Cancelled: Budget"]
    assert take(ben, event, 2).state == "booked"
    assert take(ada, event, 1) != booking


def test_cancelling_closes_but_not_for_staff(ada, editor, workshop):
    booking = take(ada, workshop(cancel_until_hours=2))

    with pytest.raises(BookingRefused) as caught:
        cancel(booking, by=By(ada.user), at=TEN - 2 * HOUR)
    assert caught.value.code == "cancel_closed"
    with pytest.raises(BookingRefused) as caught:
        cancel(booking, by=By(editor), at=TEN - HOUR)
    assert caught.value.code == "no_reason"
    done = cancel(booking, by=By(editor, reason="Is ill."), at=TEN - HOUR)

    assert (done.state, done.ended_as, done.ended_reason) == (
        "cancelled",
        "Edith Editor",
        "Is ill.",
    )
    assert "Reason: Is ill." in mail.outbox[-1].body


# --- the waiting list ----------------------------------------------------------------------------


@pytest.fixture
def queue(ada, ben, cyn, workshop):
    """Ada has the only place of the second slot; Ben waits, then Cyn."""
    event = workshop()
    taken = take(ada, event, 2)
    return event, taken, take(ben, event, 2, may_wait=True), take(cyn, event, 2, may_wait=True)


def test_waiting_list_keeps_its_order_and_is_joined_once(queue, ben):
    event, _, second, third = queue

    assert states(second, third) == ["waiting", "waiting"]
    assert take(ben, event, 2, may_wait=True, at=MONDAY + HOUR) == second
    assert "is on the waiting list: number 2." in mail.outbox[-1].body


def test_no_waiting_list_where_none_is_kept(ada, ben, workshop):
    event = workshop(has_waiting_list=False)
    take(ada, event, 2)

    assert refused(ben, event, 2, may_wait=True).code == "full"


def test_freed_place_is_offered_for_office_hours_and_held(queue, ada, election):
    event, taken, second, third = queue

    cancel(taken, by=By(ada.user), at=MONDAY)

    offer = Booking.objects.get(pk=second.pk)
    assert (offer.state, offer.offered_until) == ("offered", uk("2021-04-13 10:00"))
    assert mail.outbox[-1].subject == "A place for you, please answer: Budget"
    assert "until 10am on Tuesday 13 April 2021 (UK time)" in mail.outbox[-1].body
    assert refused(stands(election, "Dan"), event, 2).code == "full"
    assert states(third) == ["waiting"]


def test_offer_is_accepted_once(queue, ada, ben):
    _, taken, second, _ = queue
    cancel(taken, by=By(ada.user), at=MONDAY)

    done = accept(second, by=By(ben.user), at=MONDAY + HOUR)
    again = accept(second, by=By(ben.user), at=MONDAY + 2 * HOUR)

    assert (done.state, done.booked_at) == ("booked", MONDAY + HOUR)
    assert again.booked_at == MONDAY + HOUR
    assert [m.subject for m in mail.outbox if m.to == ["ben@example.org"]] == [
        "On the waiting list: Budget",
        "A place for you, please answer: Budget",
        "Booked: Budget",
    ]


def test_needs_said_later_of_the_same_place_are_kept(ada, workshop):
    event = workshop()
    first = take(ada, event)

    assert take(ada, event, access="A ramp") == first
    assert take(ada, event) == first

    needs = BookingNeeds.objects.get()
    assert (needs.booking, needs.access) == (first, "A ramp")


def test_needs_go_along_when_an_offer_is_accepted(ada, ben, workshop):
    event = workshop()
    ready = take(ben, event, 2)
    held = take(ada, event, access="A ramp")
    waiting = take(ada, event, 2, may_wait=True)
    cancel(ready, by=By(ben.user), at=MONDAY)

    accept(waiting, by=By(ada.user), at=MONDAY + HOUR)

    assert BookingNeeds.objects.get().booking == waiting
    assert states(held) == ["moved"]


def test_offer_declined_goes_to_the_next(queue, ada, ben):
    _, taken, second, third = queue
    cancel(taken, by=By(ada.user), at=MONDAY)

    decline(second, by=By(ben.user), at=MONDAY + HOUR)
    decline(second, by=By(ben.user), at=MONDAY + HOUR)

    assert states(second, third) == ["declined", "offered"]
    with pytest.raises(BookingRefused) as caught:
        accept(second, by=By(ben.user), at=MONDAY + HOUR)
    assert caught.value.code == "lapsed"


def test_offer_lapses_to_the_next(queue, ada, ben):
    _, taken, second, third = queue
    cancel(taken, by=By(ada.user), at=MONDAY)
    until = uk("2021-04-13 10:00")

    pass_on(EventBook.objects.get(), until - dt.timedelta(seconds=1))
    assert states(second, third) == ["offered", "waiting"]
    pass_on(EventBook.objects.get(), until)
    pass_on(EventBook.objects.get(), until)

    assert states(second, third) == ["lapsed", "offered"]


def test_offer_that_ran_out_is_not_accepted_though_no_job_came_by(queue, ada, ben):
    _, taken, second, third = queue
    cancel(taken, by=By(ada.user), at=MONDAY)

    with pytest.raises(BookingRefused) as caught:
        accept(second, by=By(ben.user), at=uk("2021-04-13 10:00"))

    assert caught.value.code == "lapsed"
    pass_on(EventBook.objects.get(), uk("2021-04-13 10:00"))
    assert states(second, third) == ["lapsed", "offered"]


def test_nobody_jumps_the_queue(queue, ada, election):
    """A place is free though somebody waits, as after a new version with more places."""
    event, taken, second, third = queue
    Booking.objects.filter(pk=taken.pk).update(state="cancelled", ended_at=MONDAY)

    assert take(stands(election, "Dan"), event, 2, may_wait=True).state == "waiting"
    assert states(second, third) == ["offered", "waiting"]


def test_no_offer_after_the_last_moment_to_book(queue, ada):
    _, taken, second, third = queue
    cancel(taken, by=By(ada.user), at=TWO - 24 * HOUR)

    assert states(second, third) == ["closed", "closed"]
    assert mail.outbox[-1].subject == "No place came free: Budget"


def test_offer_never_holds_beyond_the_last_moment_to_book(queue, ada):
    _, taken, second, _ = queue
    cancel(taken, by=By(ada.user), at=TWO - 26 * HOUR)

    assert Booking.objects.get(pk=second.pk).offered_until == TWO - 24 * HOUR


def test_offer_goes_to_the_first_who_fits(ada, ben, cyn, workshop):
    event = workshop(guest_places=1, capacities=(2,))
    one = take(ada, event)
    cancelled = take(ben, event)
    large = take(cyn, event, guests=1, may_wait=True)
    small = take(stands(ada.election, "Dan"), event, may_wait=True)

    cancel(cancelled, by=By(ben.user), at=MONDAY)
    assert states(large, small) == ["waiting", "offered"]
    decline(small, by=By(small.candidate.user), at=MONDAY)
    cancel(one, by=By(ada.user), at=MONDAY)
    assert states(large, small) == ["offered", "declined"]


def test_whoever_has_left_the_contest_is_offered_nothing(queue, ada, ben):
    _, taken, second, third = queue
    StatusChange.objects.filter(candidate=ben).update(status="withdrawn")

    cancel(taken, by=By(ada.user), at=MONDAY)

    assert states(second, third) == ["waiting", "offered"]


def test_accepting_gives_up_the_other_place_of_the_event(queue, ada, ben, cyn):
    event, taken, second, _ = queue
    first = take(ben, event, 1)
    cancel(taken, by=By(ada.user), at=MONDAY)

    accept(second, by=By(ben.user), at=MONDAY)

    assert states(first, second) == ["moved", "booked"]


def test_leaving_the_waiting_list_changes_nothing_for_others(queue, ben):
    _, taken, second, third = queue

    cancel(second, by=By(ben.user), at=MONDAY)

    assert states(taken, second, third) == ["booked", "cancelled", "waiting"]
    assert "is no longer on the waiting list." in mail.outbox[-1].body


def test_other_wish_while_waiting_is_refused(ada, ben, workshop):
    event = workshop(guest_places=1, capacities=(1, 2))
    taken = take(ada, event)
    waiting = take(ben, event, may_wait=True)

    assert refused(ben, event, guests=1, may_wait=True).code == "too_many"
    Booking.objects.filter(pk=waiting.pk).update(slot_number=2)
    assert refused(ben, event, 2, guests=1).code == "waits_already" or states(taken)


# --- versions, constraints, mails, cost --------------------------------------------------------


def test_bookings_survive_a_new_version_with_more_places(ada, ben, workshop, release_now, election):
    event = workshop(capacities=(1,))
    booking, waiting = take(ada, event), take(ben, event, may_wait=True)
    newer = Event.objects.create(
        election=election,
        slug=event.slug,
        version=2,
        change_note="There is a larger room.",
        title="Budget, in the large room",
        kind="workshop",
        summary=".",
        takes_bookings=True,
    )
    Slot.objects.create(event=newer, starts_at=TEN, ends_at=TEN + HOUR, capacity=5)
    release_now(newer)

    assert take(ada, event) == booking
    pass_on(EventBook.objects.get(), MONDAY)
    assert states(booking, waiting) == ["booked", "offered"]
    assert take(stands(election, "Dan"), event).state == "booked"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"slot_number": 2}, "booking_once_per_turn"),
        ({"state": "waiting", "booked_at": None}, "booking_once_per_slot"),
        ({"state": "cancelled"}, "booking_end_has_a_time"),
        ({"state": "offered", "slot_number": 3}, "booking_offer_has_an_end"),
        ({"slot_number": 4, "booked_at": None}, "booking_"),
    ],
)
def test_database_has_the_last_word(ada, workshop, fields, name):
    first = take(ada, workshop())
    row = {
        "book": first.book,
        "slot_number": 1,
        "candidate": ada,
        "state": "booked",
        "made_at": MONDAY,
        "booked_at": MONDAY,
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.create(**row | fields)
    assert any(c.name.startswith(name) for c in Booking._meta.constraints)


def test_mail_is_written_down_once_for_each_person(ada, workshop):
    booking = take(ada, workshop())
    [written] = BookingMail.objects.all()

    assert written.state(MONDAY) == "accepted by the mail server"
    with pytest.raises(IntegrityError), transaction.atomic():
        BookingMail.objects.create(
            booking=booking, what="booked", recipient=ada.user, queued_at=MONDAY
        )


def test_booking_costs_few_queries(ada, ben, workshop):
    event = workshop()
    take(ada, event)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        take(ben, event)

    told = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    before_the_mail = [sql for sql in told if "bookingmail" not in sql.lower()]
    assert len(before_the_mail) <= 12, before_the_mail
