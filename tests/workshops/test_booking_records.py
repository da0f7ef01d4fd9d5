"""What happens to bookings without anyone at a page: jobs, mails, retention, own data."""

import datetime as dt

import pytest
from django.core import mail

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

    apply_rules(at=ENDS + dt.timedelta(days=40))

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
