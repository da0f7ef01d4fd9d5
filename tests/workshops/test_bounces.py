"""What a provider reports of mails about bookings; Postmark stands for all of them."""

import base64
import json

import pytest

from tests.workshops.booking_cast import MONDAY, stands, take
from workshops.models import BookingMail

pytestmark = pytest.mark.django_db

CREDENTIALS = "portal:development"
BOUNCE = {
    "RecordType": "Bounce",
    "ID": 4323372036854775807,
    "Type": "HardBounce",
    "TypeCode": 1,
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Description": "There is no such mailbox.",
    "Email": "ada@example.org",
    "BouncedAt": "2021-04-12T16:33:54Z",
}


@pytest.fixture
def report(client, settings):
    settings.MAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": CREDENTIALS}

    def _report(**event):
        words = base64.b64encode(CREDENTIALS.encode()).decode()
        return client.post(
            "/mail-events/",
            json.dumps(BOUNCE | event),
            content_type="application/json",
            headers={"Authorization": f"Basic {words}"},
        )

    return _report


@pytest.fixture
def sent(make_event, release_now, election, time_machine, mailoutbox):
    time_machine.move_to(MONDAY, tick=False)
    event = make_event(takes_bookings=True, starts="2021-04-20 10:00", ends=None)
    release_now(event)
    take(stands(election, "Ada"), event)
    return mailoutbox[0]


def test_mail_that_came_back_is_known_by_what_it_carried(report, sent):
    assert report(Metadata=sent.metadata).status_code == 200

    row = BookingMail.objects.get()
    assert (row.came_back_at, row.failure) == (MONDAY, "There is no such mailbox.")
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
def test_what_is_none_of_ours_or_comes_later_changes_nothing(report, sent, event):
    assert report(**{"Metadata": sent.metadata} | event).status_code == 200
    assert BookingMail.objects.get().came_back_at is None
