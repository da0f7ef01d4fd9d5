"""What a provider reports, by the library's own webhook; Postmark stands for all of them."""

import pytest

from releases.models import Delivery


@pytest.fixture
def accepted(deliver) -> Delivery:
    delivery = deliver()
    Delivery.objects.update(state="accepted")
    return delivery


def state_of(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def test_hard_bounce_is_taken_in(report_of_provider, accepted):
    response = report_of_provider(Metadata={"delivery": str(accepted.pk)})

    assert (response.status_code, state_of(accepted)) == (200, "bounced")
    assert accepted.reply == "The server was unable to deliver your message."


def test_complaint_is_noted_and_changes_no_state(report_of_provider, accepted):
    report_of_provider(
        RecordType="SpamComplaint",
        Type="SpamComplaint",
        TypeCode=512,
        Metadata={"delivery": str(accepted.pk)},
    )

    assert state_of(accepted) == "accepted"
    assert accepted.reply.startswith("Reported as unwanted.")


@pytest.mark.parametrize("metadata", [{}, {"delivery": "987654"}, {"delivery": "x"}])
def test_what_is_none_of_ours_is_ignored(report_of_provider, accepted, metadata):
    assert report_of_provider(Metadata=metadata).status_code == 200
    assert state_of(accepted) == "accepted"


def test_nobody_reports_without_the_secret(report_of_provider, accepted):
    response = report_of_provider(given="portal:guessed", Metadata={"delivery": str(accepted.pk)})

    assert (response.status_code, state_of(accepted)) == (400, "accepted")


def test_without_a_provider_there_is_no_such_page(client, db):
    assert client.post("/mail-events/", {}).status_code == 404
