"""The public register of meetings held."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from elections.refusals import Refused
from tests.workshops.booking_cast import HOUR, MONDAY, stands, take
from tests.workshops.cast import uk
from workshops.models import Meeting
from workshops.register import strike_out

pytestmark = pytest.mark.django_db

HELD = dt.date(2021, 4, 8)
BOOKED_FOR = dt.date(2021, 4, 20)
DAY = dt.timedelta(days=1)
# The last moment before meetings of that day are public, and the first one after.
BEFORE, PUBLIC = uk("2021-04-21 23:59"), uk("2021-04-22 00:00")
PAGE = "/pcc-2021/programme/meetings/"


@pytest.fixture
def ada(election):
    return stands(election, "Ada")


@pytest.fixture
def make_meeting(election, ada):
    def _make(**fields) -> Meeting:
        row = Meeting(
            **{
                "election": election,
                "held_on": HELD,
                "officer": "Chief Executive",
                "subject": "The budget",
                "candidate": ada,
                "recorded_at": MONDAY,
            }
            | fields
        )
        row.full_clean()
        row.save()
        return row

    return _make


def test_every_meeting_becomes_public_on_the_same_day_after(
    client, make_meeting, election, time_machine
):
    ben = stands(election, "Ben")
    make_meeting()
    make_meeting(candidate=ben, subject="The police and crime plan", recorded_at=MONDAY - DAY)

    time_machine.move_to(BEFORE)
    assert "No meeting stands in the register yet." in client.get(PAGE).content.decode()
    time_machine.move_to(PUBLIC)
    page = client.get(PAGE).content.decode()

    assert "The budget" in page
    assert "The police and crime plan" in page
    assert "8 April 2021" in page


def test_nobody_reads_with_whom_or_sees_it_earlier(
    client, make_meeting, ada, make_staff, time_machine
):
    make_meeting()
    for reader in (ada.user, make_staff("organiser"), None):
        for moment, is_there in ((BEFORE, False), (PUBLIC, True)):
            time_machine.move_to(moment)
            client.logout()
            if reader:
                client.force_login(reader)
            main = client.get(PAGE).content.decode().partition("<main")[2].partition("</main")[0]
            file = client.get("/pcc-2021/programme/meetings.csv").content.decode()
            for told in (main, file):
                assert ("The budget" in told) == is_there
                assert "Ada" not in told


def test_other_election_has_its_own_register(client, make_meeting, other_election, time_machine):
    make_meeting()
    time_machine.move_to(PUBLIC)

    assert "The budget" not in client.get("/pcc-2024/programme/meetings/").content.decode()


def test_late_entry_says_so(client, make_meeting, time_machine):
    make_meeting(recorded_at=PUBLIC + DAY)
    time_machine.move_to(PUBLIC + 2 * DAY)

    assert "Entered late, on 23 April 2021." in client.get(PAGE).content.decode()


def test_file_is_harmless_in_a_spreadsheet(client, make_meeting, time_machine):
    make_meeting(subject="=1+1")
    time_machine.move_to(PUBLIC)

    rows = client.get("/pcc-2021/programme/meetings.csv").content.decode("utf-8-sig").splitlines()

    assert rows[:2] == ["Date,Officer,Subject,Remark", "2021-04-08,Chief Executive,'=1+1,"]
    assert rows[-1].startswith("Licence,")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"subject": "A talk with Alex Ada"}, "subject"),
        ({"subject": "What Ada asked"}, "subject"),
        ({"subject": "The plans of the Labour Party"}, "subject"),
        ({"officer": "Alex Ada"}, "officer"),
        ({"held_on": dt.date(2199, 1, 1)}, "held_on"),
    ],
)
def test_public_words_name_nobody_who_stands(make_meeting, fields, field):
    with pytest.raises(ValidationError) as refused:
        make_meeting(**fields)

    assert list(refused.value.message_dict) == [field]


def test_officer_may_share_a_surname_with_somebody_who_stands(make_meeting):
    assert make_meeting(officer="Grace Ada")


def test_what_is_public_is_struck_out_and_not_changed(
    client, make_meeting, make_staff, time_machine
):
    row = make_meeting()
    organiser = make_staff("organiser")
    client.force_login(organiser)
    change = reverse("admin:workshops_meeting_change", args=[row.pk])
    strike = reverse("admin:workshops_meeting_strike", args=[row.pk])
    time_machine.move_to(BEFORE)
    client.force_login(organiser)
    assert 'name="_save"' in client.get(change).content.decode()
    with pytest.raises(Refused) as refused:
        strike_out(row, reason="Wrong.", by=organiser, at=BEFORE)
    assert refused.value.code == "not_public"

    time_machine.move_to(PUBLIC)
    client.force_login(organiser)
    assert 'name="_save"' not in client.get(change).content.decode()
    assert client.post(change, {"subject": "Other"}).status_code == 403
    assert client.post(change.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert "everyone reads it" in client.post(strike, {"reason": " "}).content.decode()
    named = f"It was with {row.candidate}."
    assert "Everyone reads this." in client.post(strike, {"reason": named}).content.decode()
    client.post(strike, {"reason": "It was held a week later."})

    page = client.get(PAGE).content.decode()
    assert "The budget" in page
    assert "Struck out on 22 April 2021: It was held a week later." in page
    row.refresh_from_db()
    assert (row.struck_by, row.subject) == (organiser, "The budget")
    assert strike_out(row, reason="Again.", by=organiser, at=PUBLIC).struck_reason == (
        "It was held a week later."
    )


def test_database_strikes_nothing_out_without_a_reason(make_meeting):
    row = make_meeting()

    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=row.pk).update(struck_at=PUBLIC)


def test_kept_page_follows_the_register(client, make_meeting, time_machine, settings):
    settings.PAGE_CACHE = True
    time_machine.move_to(PUBLIC)
    assert "The budget" not in client.get(PAGE).content.decode()
    make_meeting()

    assert "The budget" in client.get(PAGE).content.decode()


# --- from the booking to the register ------------------------------------------------------------


@pytest.fixture
def booking(make_event, release_now, ada):
    slot = {
        "starts_at": uk("2021-04-20 10:00"),
        "ends_at": uk("2021-04-20 11:00"),
        "capacity": 1,
    }
    event = make_event(kind="one-to-one", title="Meet us", takes_bookings=True, slots=[slot])
    release_now(event)
    return take(ada, event)


def test_meeting_that_is_over_is_due_and_entered_from_its_booking(
    client, booking, make_staff, time_machine, ada
):
    over = uk("2021-04-20 11:00")
    organiser = make_staff("organiser")
    page = reverse("admin:workshops_booking_change", args=[booking.pk])
    time_machine.move_to(over - HOUR)
    client.force_login(organiser)
    assert "Enter it as held" not in client.get(page).content.decode()

    time_machine.move_to(over)
    assert "One-to-one meetings that are over" in client.get("/admin/").content.decode()
    shown = client.get(page).content.decode()
    assert "Enter it as held" in shown
    address = shown.partition("Enter it as held")[0].rpartition('href="')[2].partition('"')[0]
    address = address.replace("&amp;", "&")
    form = client.get(address).context["adminform"].form
    said = {name: form[name].value() or "" for name in form.fields}
    client.post(address, said)

    row = Meeting.objects.get()
    assert (row.booking, row.candidate, row.held_on) == (booking, ada, over.date())
    assert (row.officer, row.subject) == ("Paul Hindson", "Meet us")
    assert (row.recorded_by, row.recorded_at.date()) == (organiser, over.date())
    assert "One-to-one meetings that are over" not in client.get("/admin/").content.decode()
    assert "Enter it as held" not in client.get(page).content.decode()


def test_booking_of_somebody_else_is_refused(make_meeting, booking, election):
    with pytest.raises(ValidationError) as refused:
        make_meeting(candidate=stands(election, "Ben"), booking=booking)

    assert list(refused.value.message_dict) == ["booking"]


def refusal(make_meeting, **fields) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        make_meeting(**fields)
    return refused.value.message_dict


def test_meeting_is_held_on_the_day_it_was_booked_for(make_meeting, booking):
    assert refusal(make_meeting, booking=booking, held_on=HELD) == {
        "held_on": ["It was booked for 20 April 2021. Enter that day, or leave the booking empty."]
    }

    assert make_meeting(booking=booking, held_on=BOOKED_FOR)


def test_place_at_a_workshop_is_no_meeting(
    client, make_meeting, make_event, make_staff, release_now, ada, time_machine
):
    workshop = make_event(takes_bookings=True, starts="2021-04-20 10:00", ends="2021-04-20 11:00")
    release_now(workshop)
    booking = take(ada, workshop)

    assert refusal(make_meeting, booking=booking, held_on=BOOKED_FOR) == {
        "booking": [
            "That is no booking of a one-to-one meeting, a visit or an induction. Leave this empty."
        ]
    }
    time_machine.move_to(uk("2021-04-20 11:00"))
    client.force_login(make_staff("organiser"))
    page = client.get(reverse("admin:workshops_booking_change", args=[booking.pk]))
    assert "Enter it as held" not in page.content.decode()


@pytest.fixture
def arranged(make_event, release_now):
    """An offer by appointment in the election, or in another one."""

    def _make(**fields):
        offer = make_event(
            **{"kind": "one-to-one", "title": "By appointment", "by_appointment": True} | fields
        )
        release_now(offer)
        return offer

    return _make


def test_meeting_is_filed_under_an_offer_of_its_election(
    make_meeting, make_event, arranged, other_election
):
    elsewhere = arranged(election=other_election)
    draft = make_event(kind="one-to-one", by_appointment=True)
    briefing = arranged(kind="briefing")

    for offer in (elsewhere, draft, briefing):
        assert refusal(make_meeting, event_slug=offer.slug) == {
            "event_slug": ["There is no such offer by appointment in this election."]
        }
    assert make_meeting(event_slug=arranged().slug)


def test_form_offers_what_belongs_to_the_election(
    client, arranged, booking, make_event, make_staff, other_election, release_now, time_machine
):
    time_machine.move_to(uk("2021-04-20 11:00"))
    here, there = arranged(title="Here"), arranged(title="There", election=other_election)
    workshop = make_event(takes_bookings=True, starts="2021-04-19 10:00", ends=None)
    release_now(workshop)
    ada, eve = booking.candidate, stands(other_election, "Eve")
    take(ada, workshop, at=MONDAY)
    client.force_login(make_staff("organiser"))
    address = reverse("admin:workshops_meeting_add")

    def offered(form) -> list[list]:
        names = ("candidate", "booking", "event_slug")
        return [[str(key) for key, _ in form.fields[name].choices if key] for name in names]

    form = client.get(address).context["adminform"].form
    assert form["election"].value() == booking.book.election_id
    assert offered(form) == [[str(ada.pk)], [str(booking.pk)], [here.slug]]

    told = client.post(address, {"election": other_election.pk, "candidate": ada.pk})
    form = told.context["adminform"].form
    assert form.errors["candidate"] == [
        "This candidate stands in another election. Choose one of this one."
    ]
    assert offered(form) == [[str(eve.pk)], [], [there.slug]]


def test_what_was_struck_out_is_due_again_and_can_be_entered_anew(
    client, booking, make_meeting, make_staff, time_machine, editor
):
    first = make_meeting(booking=booking, held_on=dt.date(2021, 4, 20))
    time_machine.move_to(uk("2021-05-04 12:00"))
    client.force_login(make_staff("organiser"))
    page = reverse("admin:workshops_booking_change", args=[booking.pk])
    assert "Enter it as held" not in client.get(page).content.decode()
    with pytest.raises(ValidationError, match="stands in the register already"):
        make_meeting(booking=booking)

    strike_out(first, reason="The wrong day.", by=editor, at=uk("2021-05-04 12:00"))

    assert "One-to-one meetings that are over" in client.get("/admin/").content.decode()
    assert "Enter it as held" in client.get(page).content.decode()
    form = client.get(reverse("admin:workshops_meeting_add")).context["adminform"].form
    assert booking in form.fields["booking"].queryset
    make_meeting(booking=booking, held_on=dt.date(2021, 4, 20))
    assert "One-to-one meetings that are over" not in client.get("/admin/").content.decode()


def test_database_keeps_one_meeting_of_a_booking(booking, make_meeting):
    first = make_meeting(booking=booking, held_on=BOOKED_FOR)
    first.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def test_meeting_nobody_came_to_is_not_to_be_entered(
    client, booking, make_staff, time_machine, editor
):
    over = uk("2021-04-20 11:00")
    time_machine.move_to(over)
    client.force_login(make_staff("organiser"))
    page = reverse("admin:workshops_booking_change", args=[booking.pk])
    for came in (False, True):
        booking.attendances.create(came=came, marked_at=over, marked_by=editor)
        desk = client.get("/admin/").content.decode()
        assert ("One-to-one meetings that are over" in desk) == came
        assert ("Enter it as held" in client.get(page).content.decode()) == came
