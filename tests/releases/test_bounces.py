"""What a provider reports, by the library's own webhook; Postmark stands for all of them."""

import base64
import json

import pytest

from releases.models import Delivery

CREDENTIALS = "portal:development"
BOUNCE = {
    "RecordType": "Bounce",
    "ID": 4323372036854775807,
    "Type": "HardBounce",
    "TypeCode": 1,
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Description": "The server was unable to deliver your message.",
    "Email": "candidate@example.org",
    "BouncedAt": "2021-04-01T16:33:54.9070259Z",
}


@pytest.fixture
def report(client, settings):
    settings.MAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": CREDENTIALS}

    def _report(given: str = CREDENTIALS, **event):
        words = base64.b64encode(given.encode()).decode()
        return client.post(
            "/mail-events/",
            json.dumps(BOUNCE | event),
            content_type="application/json",
            headers={"Authorization": f"Basic {words}"},
        )

    return _report


@pytest.fixture
def accepted(deliver) -> Delivery:
    delivery = deliver()
    Delivery.objects.update(state="accepted")
    return delivery


def state_of(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def test_hard_bounce_is_taken_in(report, accepted):
    response = report(Metadata={"delivery": str(accepted.pk)})

    assert (response.status_code, state_of(accepted)) == (200, "bounced")
    assert accepted.reply == "The server was unable to deliver your message."


def test_complaint_is_noted_and_changes_no_state(report, accepted):
    report(
        RecordType="SpamComplaint",
        Type="SpamComplaint",
        TypeCode=512,
        Metadata={"delivery": str(accepted.pk)},
    )

    assert state_of(accepted) == "accepted"
    assert accepted.reply.startswith("Reported as unwanted.")


@pytest.mark.parametrize("metadata", [{}, {"delivery": "987654"}, {"delivery": "x"}])
def test_what_is_none_of_ours_is_ignored(report, accepted, metadata):
    assert report(Metadata=metadata).status_code == 200
    assert state_of(accepted) == "accepted"


def test_nobody_reports_without_the_secret(report, accepted):
    response = report(given="portal:guessed", Metadata={"delivery": str(accepted.pk)})

    assert (response.status_code, state_of(accepted)) == (400, "accepted")


def test_without_a_provider_there_is_no_such_page(client, db):
    assert client.post("/mail-events/", {}).status_code == 404
