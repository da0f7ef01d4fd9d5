"""What happens to bookings without anyone at a page: jobs, mails, retention, own data."""

import datetime as dt

import pytest
from django.core import mail

from elections.models import Agent, User
from pcc_portal.own_data import own_data
from pcc_portal.retention import apply_rules
from releases.versions import new_version
from tests.workshops.booking_cast import HOUR, MONDAY, stands, states, take
from tests.workshops.cast import uk
from workshops.bookings import cancel
from workshops.emails import send
from workshops.jobs import pass_places_on, send_waiting_now
from workshops.models import Booking, BookingMail, BookingNeeds
from workshops.refusing import By

pytestmark = pytest.mark.django_db

CAST = "tests.workshops.booking_cast"
ENDS = uk("2021-04-20 12:00")


@pytest.fixture
def event(make_event, release_now):
    slot = {"starts_at": uk("2021-04-20 10:00"), "ends_at": ENDS, "capacity": 1}
    event = make_event(title="Budget", takes_bookings=True, slots=[slot])
    release_now(event)
    return event


@pytest.fixture
def ada(election):
    return stands(election, "Ada")


def test_job_passes_places_on_and_says_so(event, ada, election, time_machine):
    first = take(ada, event)
    second = take(stands(election, "Ben"), event, may_wait=True)
    third = take(stands(election, "Cyn"), event, may_wait=True)
    cancel(first, by=By(ada.user), at=MONDAY)

    time_machine.move_to(MONDAY + 25 * HOUR)
    assert pass_places_on() == "Events somebody waits for: 1."
    assert states(second, third) == ["lapsed", "offered"]
    time_machine.move_to(ENDS)
    pass_places_on()
    assert states(third) == ["lapsed"]
    assert pass_places_on() == "Events somebody waits for: 0."


def test_mail_begun_is_not_sent_again(event, ada):
    """As when the worker was killed between claiming a mail and hearing of the mail server."""
    take(ada, event)
    written = BookingMail.objects.get()
    BookingMail.objects.update(accepted_at=None, begun_at=MONDAY)
    written.refresh_from_db()

    assert send(written.pk) == "Begun before."
    assert len(mail.outbox) == 1
    assert written.state(MONDAY + HOUR) == (
        "uncertain: sending it began, and nobody knows what became of it"
    )
    assert written.state(MONDAY) == "about to be sent"


def test_mail_that_is_refused_is_written_down_and_the_booking_stands(event, ada, settings):
    settings.EMAIL_BACKEND = f"{CAST}.RefusingBackend"

    booking = take(ada, event)

    assert states(booking) == ["booked"]
    written = BookingMail.objects.get()
    assert written.state(MONDAY) == "refused by the mail server"
    assert written.failure.startswith("AnymailRecipientsRefused: No such mailbox")


def test_mail_waits_in_order_while_the_mail_server_is_away(event, ada, settings, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{CAST}.AwayBackend"
    cancel(take(ada, event), by=By(ada.user), at=MONDAY)
    assert [str(one.state(MONDAY)) for one in BookingMail.objects.all()] == ["about to be sent"] * 2

    time_machine.move_to(MONDAY + HOUR, tick=False)
    assert send_waiting_now() == "Mails tried: 1."
    assert mail.outbox == []
    settings.EMAIL_BACKEND = backend
    assert send_waiting_now() == "Mails tried: 2."
    assert send_waiting_now() == "Mails tried: 0."

    assert [message.subject for message in mail.outbox] == ["Booked: Budget", "Cancelled: Budget"]


def test_mail_is_given_up_after_a_day(event, ada, settings, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    settings.EMAIL_BACKEND = f"{CAST}.AwayBackend"
    take(ada, event)

    time_machine.move_to(MONDAY + 24 * HOUR, tick=False)
    send_waiting_now()

    written = BookingMail.objects.get()
    assert written.state(MONDAY) == "refused by the mail server"
    assert written.failure == "OSError: Connection refused"


def test_mail_whose_answer_was_lost_is_in_doubt(event, ada, settings, time_machine):
    settings.EMAIL_BACKEND = f"{CAST}.SilentBackend"
    take(ada, event)

    written = BookingMail.objects.get()
    assert send(written.pk) == "Begun before."
    assert written.state(written.begun_at + HOUR).startswith("uncertain")


def test_needs_are_deleted_14_days_after_the_event(event, ada):
    take(ada, event, access="A ramp")

    apply_rules(at=ENDS + dt.timedelta(days=14))
    assert BookingNeeds.objects.exists()
    apply_rules(at=ENDS + dt.timedelta(days=14, seconds=1))
    assert not BookingNeeds.objects.exists()
    assert Booking.objects.count() == 1


def test_needs_of_what_is_postponed_are_kept(event, ada, release_now):
    take(ada, event, access="A ramp")
    new = new_version(event, change="minor", note="The hall is closed.", by=None, at=MONDAY)
    new.slots.update(status="postponed", why="The hall is closed.")
    release_now(new, at=MONDAY)

    apply_rules(at=ENDS + dt.timedelta(days=20))

    assert BookingNeeds.objects.exists()


def test_reasons_and_mails_end_with_the_accounts(event, ada, editor, election):
    take(ada, event, by=By(editor, reason="Rang."))
    election.declared_on = dt.date(2021, 5, 7)
    election.save()

    apply_rules(at=uk("2021-08-15 12:00"))
    assert Booking.objects.get().reason == "Rang."
    apply_rules(at=uk("2021-08-16 12:00"))
    assert Booking.objects.get().reason == ""
    assert not BookingMail.objects.exists()


def test_own_data_tells_bookings_needs_and_mails(event, ada, election):
    take(ada, event, access="A ramp")
    take(stands(election, "Ben"), event, may_wait=True)

    data = own_data(ada.user, at=MONDAY)

    [booking] = data["bookings"]
    assert (booking["event"], booking["when"], booking["state"], booking["access_needs"]) == (
        "Budget",
        "Tuesday 20 April 2021, 10am to 12 noon",
        "Booked",
        "A ramp",
    )
    assert [row["what"] for row in data["booking_mails"]] == ["The place is booked"]


def test_nothing_goes_to_an_agent_who_left_meanwhile(
    candidate, agent, event, settings, time_machine
):
    time_machine.move_to(MONDAY, tick=False)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{CAST}.AwayBackend"
    take(candidate.candidacies.get(), event, by=By(agent, agent.agencies.get()))
    Agent.objects.update(revoked_at=MONDAY)
    settings.EMAIL_BACKEND = backend

    time_machine.move_to(MONDAY + HOUR, tick=False)
    send_waiting_now()

    assert [message.to[0] for message in mail.outbox] == ["candidate@example.org"]
    row = BookingMail.objects.get(recipient=agent)
    assert row.state(MONDAY + HOUR) == "not sent: it was not for them, or not so, any more"
    assert not BookingMail.objects.in_doubt(MONDAY + 3 * HOUR).exists()


def test_nothing_goes_to_a_sign_in_that_was_ended(event, ada, settings, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    settings.EMAIL_BACKEND = f"{CAST}.AwayBackend"
    take(ada, event)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    User.objects.filter(pk=ada.user_id).update(is_active=False)

    time_machine.move_to(MONDAY + HOUR, tick=False)
    send_waiting_now()

    assert mail.outbox == []


def test_each_is_greeted_by_their_own_name(candidate, agent, event):
    """Also an agent who booked it first, when the candidate changes it."""
    first = take(candidate.candidacies.get(), event, by=By(agent, agent.agencies.get()))
    mail.outbox.clear()

    cancel(first, by=By(candidate), at=MONDAY)

    said = {message.to[0]: message.body.partition(",")[0] for message in mail.outbox}
    assert said == {
        "agent@example.org": "Dear Adam Agent",
        "candidate@example.org": f"Dear {first.candidate}",
    }


def test_agent_who_booked_is_greeted_after_the_candidate_changed_it(
    candidate, agent, make_event, release_now
):
    slots = [{"starts_at": uk(f"2021-04-2{day} 10:00"), "capacity": 1} for day in range(2)]
    event = make_event(takes_bookings=True, slots=slots)
    release_now(event)
    row = candidate.candidacies.get()
    first = take(row, event, 1, by=By(agent, agent.agencies.get()))
    mail.outbox.clear()

    take(row, event, 2, replaces=first.pk)

    [told] = [message.body for message in mail.outbox if message.to == ["agent@example.org"]]
    assert told.startswith("Dear Adam Agent,\n")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (
            MONDAY,
            "To change it (until 10am on Monday 19 April 2021) or cancel it (until 10am on "
            "Tuesday 20 April 2021), sign in",
        ),
        (uk("2021-04-19 10:00"), "To cancel it (until 10am on Tuesday 20 April 2021), sign in"),
        (uk("2021-04-20 10:00"), "To see it, sign in"),
    ],
)
def test_mail_invites_to_nothing_that_is_not_possible(ada, event, editor, at, said, time_machine):
    time_machine.move_to(at, tick=False)
    begun = take(ada, event, at=min(at, uk("2021-04-20 09:00")), by=By(editor, reason="Rang."))

    send(begun.mails.get().pk)

    assert said in mail.outbox[0].body


def test_agent_who_left_reads_only_what_they_did(candidate, agent, event):
    row = candidate.candidacies.get()
    booking = take(row, event, by=By(agent, agent.agencies.get()), access="A ramp")
    Agent.objects.update(revoked_at=MONDAY)
    cancel(booking, by=By(candidate), at=MONDAY + HOUR)

    [told] = own_data(agent, at=MONDAY + 2 * HOUR)["bookings"]

    assert told == {
        "event": "Budget",
        "candidate": str(row),
        "places": 1,
        "asked_for_at": MONDAY,
        "ended_at": None,
    }


def test_needs_are_not_kept_for_ever_for_a_new_date(event, ada, release_now, election):
    take(ada, event, access="A ramp")
    off = new_version(event, change="minor", note="No hall.", by=None, at=MONDAY)
    off.slots.update(status="postponed", why="No hall.")
    release_now(off, at=MONDAY)
    poll = uk(f"{election.poll_date} 12:00")

    apply_rules(at=poll + dt.timedelta(days=14))
    assert BookingNeeds.objects.exists()
    apply_rules(at=poll + dt.timedelta(days=15))
    assert not BookingNeeds.objects.exists()


def test_mails_about_what_is_to_come_and_what_is_not_sent_are_kept(
    make_event, release_now, ada, event, election
):
    coming = make_event(takes_bookings=True, starts="2021-09-20 10:00", ends=None)
    release_now(coming)
    for one in (event, coming):
        take(ada, one)
    unsent = BookingMail.objects.get(booking__book__event_slug=event.slug)
    BookingMail.objects.filter(pk=unsent.pk).update(begun_at=None, accepted_at=None)
    election.declared_on = dt.date(2021, 5, 7)
    election.save()

    apply_rules(at=uk("2021-09-01 12:00"))
    assert BookingMail.objects.count() == 2
    BookingMail.objects.filter(pk=unsent.pk).update(begun_at=MONDAY)
    apply_rules(at=uk("2021-10-04 09:00"))
    assert BookingMail.objects.get().booking.book.event_slug == coming.slug
    apply_rules(at=uk("2021-10-04 10:01"))
    assert not BookingMail.objects.exists()
