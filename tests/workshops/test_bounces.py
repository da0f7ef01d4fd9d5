"""What a provider reports of mails about bookings; Postmark stands for all of them."""

import pytest

from tests.workshops.booking_cast import MONDAY, stands, take
from workshops.models import BookingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(make_event, release_now, election, time_machine, mailoutbox):
    time_machine.move_to(MONDAY, tick=False)
    event = make_event(takes_bookings=True, starts="2021-04-20 10:00", ends=None)
    release_now(event)
    take(stands(election, "Ada"), event)
    return mailoutbox[0]


def test_mail_that_came_back_is_known_by_what_it_carried(report_of_provider, sent):
    assert report_of_provider(Metadata=sent.metadata).status_code == 200

    row = BookingMail.objects.get()
    assert (row.came_back_at, row.failure) == (
        MONDAY,
        "The server was unable to deliver your message.",
    )
    assert row.state(MONDAY) == "came back: it did not arrive"


def test_number_of_the_message_will_do(sent):
    assert sent.extra_headers["Message-ID"].startswith(
        f"<booking-mail-{sent.metadata['booking-mail']}-"
    )


@pytest.mark.parametrize(
    "event",
    [
        {"Metadata": {}},
        {"Metadata": {"delivery": "1"}},
        {"Metadata": {"booking-mail": "987654"}},
        {"RecordType": "Delivery"},
    ],
)
def test_what_is_none_of_ours_or_comes_later_changes_nothing(report_of_provider, sent, event):
    assert report_of_provider(**{"Metadata": sent.metadata} | event).status_code == 200
    assert BookingMail.objects.get().came_back_at is None
