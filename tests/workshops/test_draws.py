"""Wishes before booking opens, and the lots drawn about them."""

import datetime as dt
import json
import re
import threading

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse

from elections.models import Agent, StatusChange
from pcc_portal.own_data import own_data
from pcc_portal.retention import apply_rules
from releases.content import sha256
from releases.models import LedgerEntry
from releases.verifying import verify
from releases.versions import new_version
from tests.conftest import NOON
from tests.workshops.booking_cast import HOUR, MONDAY, stands, take
from tests.workshops.cast import uk
from workshops.draws import draw_lots, due, holds, redo
from workshops.jobs import draw_lots as draw_lots_now
from workshops.models import Booking, Draw, DrawLine, EventBook, WishList
from workshops.refusing import BookingRefused, By
from workshops.wishes import take_wishes

pytestmark = pytest.mark.django_db

OPENS = MONDAY + 24 * HOUR


@pytest.fixture
def make_offer(make_event, release_now):
    """Three one-to-one slots on 20 April 2021, booking opens on 13 April."""

    def _make(**fields):
        starts = uk("2021-04-20 10:00")
        slots = [
            {"starts_at": starts + n * HOUR, "ends_at": starts + n * HOUR + HOUR / 2, "capacity": 1}
            for n in range(3)
        ]
        fields = {"takes_wishes": True, "bookable_from": OPENS, "title": "Meet us"} | fields
        event = make_event(kind="one-to-one", takes_bookings=True, slots=slots, **fields)
        release_now(event)
        return event

    return _make


@pytest.fixture
def offer(make_offer):
    return make_offer()


@pytest.fixture
def cast(election):
    return [stands(election, name) for name in ("Ada", "Ben", "Cyn", "Dan")]


def ask(candidate, event, *numbers, at=MONDAY, by=None):
    by = by or By(candidate.user, site="http://testserver")
    return take_wishes(candidate, event.slug, numbers, by=by, at=at)


def code(*args, **kwargs) -> str:
    with pytest.raises(BookingRefused) as refused:
        ask(*args, **kwargs)
    return refused.value.code


def draw(at=OPENS) -> Draw:
    found = draw_lots(EventBook.objects.get(), at)
    assert found is not None
    return found


def got(drawn: Draw) -> dict[str, int | None]:
    return {line.candidate.surname: line.slot_number for line in drawn.lines.all()}


def test_wishes_are_kept_in_order_and_changed_until_booking_opens(cast, offer):
    ada = cast[0]

    kept = ask(ada, offer, 2, 1)
    assert ask(ada, offer, 2, 1, at=MONDAY + HOUR).made_at == kept.made_at == MONDAY
    ask(ada, offer, 3)
    assert WishList.objects.get().slot_numbers == [3]
    assert not Booking.objects.exists()
    assert ask(ada, offer) is None
    assert not WishList.objects.exists()


def test_wishes_are_refused(cast, offer, make_offer, make_event, release_now, election):
    ada = cast[0]
    plain = make_event(takes_bookings=True)
    release_now(plain)

    assert code(ada, offer, 1, 1) == "double"
    assert code(ada, offer, 9) == "no_slot"
    assert code(ada, offer, 1, at=OPENS) == "opened"
    assert code(ada, plain, 1) == "no_wishes"
    assert code(stands(election, "Gone", "withdrawn"), offer, 1) == "not_open"
    assert code(ada, make_event(slug="draft"), 1) == "no_wishes"
    assert code(ada, offer, 1, 2, 3, 4, 5, 6) == "too_many"


def test_lots_give_each_the_first_wish_that_is_left(cast, offer):
    ada, ben, cyn, _ = cast
    for one in (ada, ben, cyn):
        ask(one, offer, 1, 2)

    drawn = draw()

    first, second, third = drawn.lines.all()
    assert (first.slot_number, second.slot_number, third.slot_number) == (1, 2, None)
    assert {line.candidate for line in (first, second, third)} == {ada, ben, cyn}
    assert [line.booking.slot_number for line in (first, second)] == [1, 2]
    assert sorted(Booking.objects.values_list("state", flat=True)) == [
        "booked",
        "booked",
        "not-drawn",
    ]


def test_winners_and_losers_are_told_and_losers_with_what_is_free(cast, offer, time_machine):
    time_machine.move_to(OPENS)
    ada, ben, *_ = cast
    ask(ada, offer, 1)
    ask(ben, offer, 1)

    drawn = draw()

    winner, loser = (line.candidate for line in drawn.lines.all())
    told = {message.to[0]: message for message in mail.outbox}
    assert told[winner.user.email].subject == "Booked: Meet us"
    lost = told[loser.user.email]
    assert lost.subject == "The lots are drawn: Meet us"
    assert f"All that {loser} asked for went to others." in lost.body
    assert "- Tuesday 20 April 2021, 11am to 11.30am" in lost.body
    assert "- Tuesday 20 April 2021, 10am" not in lost.body
    assert winner.surname not in lost.body


def test_draw_is_made_once_and_can_be_made_again_by_anyone(cast, offer):
    for one in cast:
        ask(one, offer, 1, 2)
    drawn = draw()
    before = got(drawn)

    assert draw(OPENS + HOUR) == drawn
    assert (Draw.objects.count(), got(drawn)) == (1, before)
    assert {one.candidate: one.slot_number for one in redo(drawn)} == {
        line.candidate_id: line.slot_number for line in drawn.lines.all()
    }
    assert holds(drawn)


def test_seed_alone_decides_the_order(cast, offer, monkeypatch):
    for one in cast:
        ask(one, offer, 1, 2, 3)
    monkeypatch.setattr("secrets.token_hex", lambda size: "a seed that the test knows")

    drawn = draw()

    by_hash = sorted(cast, key=lambda one: sha256(f"{drawn.seed} {one.pk}"))
    assert [line.candidate for line in drawn.lines.all()] == by_hash


@pytest.mark.parametrize(
    "change",
    [
        {"slot_number": 3},
        {"slot_numbers": [3]},
        {"passed_over": [[1, "closed"]]},
    ],
)
def test_changed_record_is_found(cast, offer, change):
    ask(cast[0], offer, 1, 2)
    drawn = draw()

    DrawLine.objects.update(**change)

    assert not holds(Draw.objects.get(pk=drawn.pk))


def test_draw_stands_in_the_ledger_by_numbers(cast, offer):
    ask(cast[0], offer, 1)
    drawn = draw()

    facts = json.loads(LedgerEntry.objects.get(kind="offer").facts)
    assert facts["seed"] == drawn.seed
    assert facts["inputs"] == drawn.inputs_hash
    assert facts["candidates"] == sorted(one.pk for one in cast)
    assert not re.search("Ada|Meet", json.dumps(facts))
    assert verify().holds


def test_nothing_is_drawn_before_booking_opens_or_where_nobody_asked(cast, offer):
    ask(cast[0], offer, 1)
    second = dt.timedelta(seconds=1)

    assert draw_lots(EventBook.objects.get(), OPENS - second) is None
    assert due(OPENS - second) == []
    assert [str(book) for book in due(OPENS)] == [offer.slug]
    ask(cast[0], offer)
    assert draw_lots(EventBook.objects.get(), OPENS) is None
    assert due(OPENS) == []


def test_nobody_is_quicker_than_the_draw(cast, offer):
    ada, ben, *_ = cast
    ask(ada, offer, 1)

    with pytest.raises(BookingRefused) as refused:
        take(ben, offer, 1, at=OPENS)
    assert refused.value.code == "not_drawn"
    draw()
    assert take(ben, offer, 2, at=OPENS).state == "booked"


def test_booking_opens_at_once_where_nobody_asked(cast, offer):
    assert take(cast[0], offer, 1, at=OPENS).state == "booked"


def test_what_cannot_be_had_whatever_the_lot_is_passed_over(cast, offer, make_offer, editor):
    ada, ben, cyn, _ = cast
    other = make_offer(takes_wishes=False, bookable_from=None, title="Elsewhere")
    take(ada, other, 1)  # a meeting at the time of the first slot
    take(ben, offer, 2, by=By(editor, reason="Rang."))
    for one in (ada, ben, cyn):
        ask(one, offer, 1, 2)
    StatusChange.objects.create(
        candidate=cyn, status="withdrawn", effective_from=MONDAY.date(), recorded_at=MONDAY
    )

    drawn = draw_lots(EventBook.objects.get(event_slug=offer.slug), OPENS)

    lines = {line.candidate.surname: line for line in drawn.lines.all()}
    assert lines["Ada"].passed_over == [[1, "one_to_one"]]
    assert [code for _, code in lines["Ben"].passed_over] == ["booked_already", "booked_already"]
    assert {code for _, code in lines["Cyn"].passed_over} == {"not_open"}
    assert got(drawn) == {"Ada": None, "Ben": None, "Cyn": None}
    assert holds(drawn)
    # Ben has the slot he asked for, and Cyn has left.
    losers = [m.to[0] for m in mail.outbox if m.subject.startswith("The lots are drawn")]
    assert losers == ["ada@example.org"]


def test_nothing_is_wished_for_once_the_lots_are_drawn(cast, offer, editor, release_now):
    ask(cast[0], offer, 1)
    draw()
    later = new_version(offer, change="correction", note="Later.", by=editor, at=OPENS)
    later.bookable_from = OPENS + HOUR
    later.save()
    release_now(later, at=OPENS)

    with pytest.raises(BookingRefused) as refusal:
        ask(cast[1], offer, 2, at=OPENS)

    assert refusal.value.code == "opened"


def test_slot_that_was_called_off_is_no_place(cast, offer, editor, release_now):
    ask(cast[0], offer, 2, 1)
    draft = new_version(offer, change="correction", note="Less.", by=editor, at=MONDAY)
    draft.slots.filter(number=2).update(status="cancelled", why="The officer is ill.")
    release_now(draft, at=MONDAY)

    drawn = draw()

    assert got(drawn) == {"Ada": 1}
    assert holds(drawn)


def test_agent_asks_for_the_candidate_and_is_told(candidate, agent, offer):
    row = candidate.candidacies.get()
    ask(row, offer, 1, by=By(agent, agent.agencies.get()))

    draw()

    assert sorted(message.to[0] for message in mail.outbox) == [
        "agent@example.org",
        "candidate@example.org",
    ]
    Agent.objects.update(revoked_at=NOON)


def test_wish_of_an_agent_who_left_is_the_candidates(candidate, agent, offer):
    ask(candidate.candidacies.get(), offer, 1, by=By(agent, agent.agencies.get()))
    Agent.objects.update(revoked_at=NOON)

    draw()

    assert [message.to[0] for message in mail.outbox] == ["candidate@example.org"]
    assert Booking.objects.get().agent is None


def test_job_draws_and_says_so(cast, offer, time_machine):
    ask(cast[0], offer, 1)
    time_machine.move_to(OPENS)

    assert draw_lots_now() == "Draws: 1."
    assert draw_lots_now() == "Draws: 0."


def test_wishes_go_two_weeks_after_the_draw_and_the_draw_stays(cast, offer):
    ask(cast[0], offer, 1)
    drawn = draw()

    apply_rules(at=OPENS + dt.timedelta(days=14))
    assert WishList.objects.exists()
    apply_rules(at=OPENS + dt.timedelta(days=14, hours=1))

    assert not WishList.objects.exists()
    assert holds(drawn)


def test_own_file_tells_wishes_and_lots_of_nobody_else(cast, offer):
    ada, ben, *_ = cast
    ask(ada, offer, 1, 3)
    ask(ben, offer, 2)
    draw()

    told = own_data(ada.user, at=OPENS)

    assert [one["slots"] for one in told["wishes"]] == [[1, 3]]
    assert [(one["wishes"], one["got"]) for one in told["draws"]] == [([1, 3], 1)]


# --- pages -------------------------------------------------------------------------------------


def test_candidate_says_wishes_on_the_page_and_changes_them(client, cast, offer, time_machine):
    time_machine.move_to(MONDAY)
    ada = cast[0]
    client.force_login(ada.user)
    page = reverse("workshops:wishes", args=["pcc-2021", offer.slug])
    about = client.get(offer.get_absolute_url()).content.decode()
    assert f'href="{page}"' in about

    done = client.post(page, {"first": "2", "second": "1", "third": ""}, follow=True)
    assert "Your wishes are kept." in done.content.decode()
    assert WishList.objects.get().slot_numbers == [2, 1]
    assert (
        "Choose each slot once."
        in client.post(page, {"first": "2", "second": "2"}).content.decode()
    )
    client.post(page, {})
    assert not WishList.objects.exists()
    time_machine.move_to(OPENS)
    client.force_login(ada.user)
    assert client.get(page)["Location"] == reverse("workshops:book", args=["pcc-2021", offer.slug])


def test_public_is_told_of_no_wishes(client, offer, time_machine):
    time_machine.move_to(MONDAY)

    assert "wishes" not in client.get(offer.get_absolute_url()).content.decode()


def test_staff_read_the_draw_and_that_it_holds(client, make_staff, cast, offer):
    ask(cast[0], offer, 1)
    drawn = draw()
    client.force_login(make_staff("auditor"))

    page = client.get(reverse("admin:workshops_draw_change", args=[drawn.pk])).content.decode()

    assert drawn.seed in page
    assert "Alex Ada" in page
    assert "Gives the same result." in page


def test_draw_is_told_in_times_and_words(client, make_staff, cast, make_offer):
    """The times are those of the draw, whatever the event was changed to since."""
    ada, ben, *_ = cast
    other = make_offer(takes_wishes=False, bookable_from=None, title="Another")
    take(ada, other, 1)
    offer = make_offer()
    ask(ada, offer, 1, 2)
    ask(ben, offer, 3)
    drawn = draw_lots(EventBook.objects.get(event_slug=offer.slug), OPENS)
    client.force_login(make_staff("auditor"))
    address = reverse("admin:workshops_draw_change", args=[drawn.pk])

    page = client.get(address).content.decode()

    first, second, third = (
        f"Tuesday 20 April 2021, {hours} (slot {number})"
        for number, hours in (
            (1, "10am to 10.30am"),
            (2, "11am to 11.30am"),
            (3, "12 noon to 12.30pm"),
        )
    )
    assert f"{first}, passed over: they had another meeting then; {second}</td><td>{second}" in page
    assert f"{first}: 1; {second}: 1; {third}: 1" in page
    for code in ("one_to_one", "booked_already", "no_slot"):
        assert code not in page
    assert "Meet us" in client.get(reverse("admin:workshops_draw_changelist")).content.decode()


# --- two at once -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_draw_once(cast, offer):
    if connection.vendor != "postgresql":
        pytest.skip("two writers at once are PostgreSQL’s")
    for one in cast:
        ask(one, offer, 1, 2)
    book, found = EventBook.objects.get(), []

    def work() -> None:
        try:
            found.append(draw_lots(book, OPENS))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)

    assert len(found) == 4
    assert {one.pk for one in found} == {Draw.objects.get().pk}
    assert Booking.objects.filter(state="booked").count() == 2


def test_winner_reads_that_it_came_by_lot(cast, offer, time_machine):
    time_machine.move_to(OPENS)
    ask(cast[0], offer, 1)

    draw()

    [message] = mail.outbox
    assert "Lots were drawn among all who said before which slots" in message.body


@pytest.mark.parametrize("has_waiting_list", [True, False])
def test_loser_is_led_to_the_waiting_list_where_there_is_one(
    cast, make_offer, has_waiting_list, time_machine
):
    time_machine.move_to(OPENS)
    offer = make_offer(has_waiting_list=has_waiting_list)
    for one in cast:
        ask(one, offer, 1, 2, 3)

    draw()

    [lost] = [one for one in mail.outbox if one.subject.startswith("The lots are drawn")]
    assert "No slot is left." in lost.body
    assert ("join the waiting list" in lost.body) == has_waiting_list


def test_draw_that_is_overdue_stands_on_the_first_page(client, cast, offer, editor, time_machine):
    ask(cast[0], offer, 1)
    client.force_login(editor)

    def stands_there(at) -> bool:
        time_machine.move_to(at)
        return "lots about them are not drawn yet" in client.get("/admin/").content.decode()

    assert not stands_there(OPENS + HOUR / 6)
    assert stands_there(OPENS + HOUR / 3)
    draw(OPENS + HOUR / 3)
    assert not stands_there(OPENS + HOUR / 2)


def test_office_takes_nothing_from_the_draw(cast, offer, editor):
    ada, ben, *_ = cast
    ask(ada, offer, 1)
    office = By(editor, reason="Rang.")

    for at, when in (
        (MONDAY, "are drawn at 10am on Tuesday 13 April 2021. Book what is left after that."),
        (OPENS, "are being drawn. Try again in a few minutes."),
    ):
        with pytest.raises(BookingRefused) as refused:
            take(ben, offer, 1, by=office, at=at)
        assert refused.value.code == "not_drawn"
        assert refused.value.sentence == f"Slots of this event were asked for, and {when}"
    draw()
    assert take(ben, offer, 2, by=office, at=OPENS).state == "booked"


def test_wishes_that_come_too_late_are_told_why(client, cast, offer, time_machine):
    time_machine.move_to(OPENS)
    client.force_login(cast[0].user)
    page = reverse("workshops:wishes", args=["pcc-2021", offer.slug])

    said = client.post(page, {"first": "1"}, follow=True).content.decode()

    assert "Booking opened at 10am on Tuesday 13 April 2021: wishes were taken until then." in said
    assert not WishList.objects.exists()


def test_wishes_are_warned_of_what_stands_at_the_same_time(
    client, cast, offer, make_offer, time_machine
):
    time_machine.move_to(MONDAY)
    take(cast[0], make_offer(takes_wishes=False, bookable_from=None, title="Elsewhere"), 1)
    client.force_login(cast[0].user)

    page = client.get(reverse("workshops:wishes", args=["pcc-2021", offer.slug]))

    time = "Tuesday 20 April 2021, 10am to 10.30am"
    assert f"{time}: you have “Elsewhere” at the same time: {time}." in page.content.decode()


def test_everyone_who_asked_is_written_to_whatever_came_of_it(
    cast, offer, release_now, time_machine
):
    time_machine.move_to(MONDAY)
    ada, ben, *_ = cast
    ask(ada, offer, 1)
    ask(ben, offer, 2)
    new = new_version(offer, change="minor", note="Is away.", by=None, at=MONDAY)
    new.slots.filter(number=1).update(status="cancelled", why="Is away.")
    release_now(new, at=MONDAY)
    time_machine.move_to(OPENS)

    draw()

    told = {message.to[0]: message for message in mail.outbox}
    assert told["ben@example.org"].subject == "Booked: Meet us"
    lost = told["ada@example.org"].body
    assert "What Alex Ada asked for cannot be had any more" in lost
    assert "- Tuesday 20 April 2021, 12 noon to 12.30pm" in lost
