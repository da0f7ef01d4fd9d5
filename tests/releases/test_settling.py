import json

import pytest
import time_machine
from django.utils import timezone

from elections.refusals import Refused
from releases.mails import message_id
from releases.models import Delivery, LedgerEntry, MailChoice, Subscriber
from releases.posting import number_named
from releases.sending import send_due
from releases.settling import (
    note_bounce,
    note_complaint,
    say_accepted,
    say_bounced,
    say_refused,
    send_again,
    tell,
)


def last_facts(kind: str = "delivery") -> dict:
    return json.loads(LedgerEntry.objects.filter(kind=kind).last().facts)


@pytest.fixture
def in_doubt(deliver):
    delivery = deliver()
    Delivery.objects.update(state="uncertain")
    delivery.refresh_from_db()
    return delivery


def test_doubt_sent_again_is_the_same_message(in_doubt, editor, sink):
    send_again(in_doubt, by=editor, at=timezone.now())
    send_due()

    assert [message["Message-ID"] for _, message in sink.messages] == [
        message_id("delivery", in_doubt.pk, in_doubt.release.released_at)
    ]
    assert Delivery.objects.get().state == "accepted"


def test_sent_again_it_goes_to_the_address_staff_put_right(in_doubt, editor, candidate, sink):
    candidate.email = "right@example.org"
    candidate.save()
    send_again(Delivery.objects.get(), by=editor, at=timezone.now())
    send_due()

    assert [to for to, _ in sink.messages] == ["right@example.org"]


def test_all_of_one_daily_mail_are_settled_together(deliver, candidate, editor, sink):
    MailChoice.objects.create(user=candidate, is_daily=True)
    deliver("cut-unsaid.1@example.org")
    second = deliver("cut-unsaid.1@example.org", number=2)
    with time_machine.travel(second.due_at):
        send_due()
        candidate.email = "fine@example.org"
        candidate.save()
        send_again(Delivery.objects.get(pk=second.pk), by=editor, at=timezone.now())
        send_due()

    assert set(Delivery.objects.values_list("state", flat=True)) == {"accepted"}
    numbers = [message["Message-ID"] for _, message in sink.messages]
    assert len(numbers) == 2
    assert len(set(numbers)) == 1


@pytest.mark.parametrize(
    ("settle", "state"), [(say_accepted, "accepted"), (say_refused, "refused")]
)
def test_doubt_is_settled_by_what_the_mail_server_recorded(in_doubt, editor, settle, state):
    settle(in_doubt, by=editor, at=timezone.now())

    assert Delivery.objects.get().state == state
    facts = last_facts()
    assert (facts["state"], facts["by"]) == (state, editor.pk)


@pytest.mark.parametrize("settle", [say_accepted, say_refused])
def test_what_is_not_in_doubt_is_not_settled(deliver, editor, settle):
    delivery = deliver()

    with pytest.raises(Refused) as refusal:
        settle(delivery, by=editor, at=timezone.now())
    assert refusal.value.code == "state"
    assert not LedgerEntry.objects.filter(kind="delivery").exists()


def test_what_arrived_is_not_sent_again(deliver, editor):
    delivery = deliver()
    Delivery.objects.update(state="accepted")

    with pytest.raises(Refused) as refusal:
        send_again(delivery, by=editor, at=timezone.now())
    assert refusal.value.code == "state"


def test_nobody_without_an_address_is_sent_anything_again(in_doubt, candidate, editor):
    candidate.is_active = False
    candidate.save()

    with pytest.raises(Refused) as refusal:
        send_again(Delivery.objects.get(), by=editor, at=timezone.now())
    assert refusal.value.code == "no_address"


def test_told_by_telephone_is_kept_and_entered_without_the_words(in_doubt, editor):
    now = timezone.now()
    tell(in_doubt, by=editor, at=now, how="By telephone, to Ada")

    row = Delivery.objects.get()
    assert (row.told_at, row.told_by, row.told_how) == (now, editor, "By telephone, to Ada")
    entry = LedgerEntry.objects.get(kind="told")
    assert "Ada" not in entry.facts
    assert json.loads(entry.facts)["delivery"] == row.pk


@pytest.mark.parametrize(
    ("code", "state", "how"),
    [("how", "refused", " "), ("state", "accepted", "Told"), ("told", "refused", "Again")],
)
def test_telling_is_refused(deliver, editor, code, state, how):
    delivery = deliver()
    Delivery.objects.update(state=state, told_at=timezone.now() if code == "told" else None)

    with pytest.raises(Refused) as refusal:
        tell(delivery, by=editor, at=timezone.now(), how=how)
    assert refusal.value.code == code


def test_bounce_after_it_was_accepted_is_a_failure(deliver):
    delivery = deliver()
    Delivery.objects.update(state="accepted", reply="250 Kept")
    note_bounce(delivery.pk, reply="No such letter box.", at=timezone.now())

    row = Delivery.objects.failed().get()
    assert (row.state, row.reply) == ("bounced", "No such letter box. 250 Kept")
    assert last_facts()["state"] == "bounced"


@pytest.mark.parametrize("act", ["bounce", "complaint", "by hand"])
def test_subscriber_whose_mail_failed_gets_no_more(election, deliver, make_issue, editor, act):
    reader = Subscriber.objects.create(
        election=election,
        address="reader@example.org",
        asked_at=timezone.now(),
        confirmed_at=timezone.now(),
    )
    deliver()
    Delivery.objects.update(state="accepted")
    mail = Delivery.objects.get(subscriber=reader)
    now = timezone.now()
    if act == "bounce":
        note_bounce(mail.pk, reply="Gone", at=now)
    elif act == "complaint":
        note_complaint(mail.pk, reply="Unwanted", at=now)
    else:
        say_bounced(mail, by=editor, at=now)
    deliver(number=2)

    assert Delivery.objects.filter(subscriber=reader).count() == 1
    mail.refresh_from_db()
    assert mail.state == ("accepted" if act == "complaint" else "bounced")


@pytest.mark.parametrize(
    ("message_id", "metadata", "found"),
    [
        ("<delivery-12-1617102000@example.org>", {}, 12),
        ("provider-77", {"delivery": "12"}, 12),
        ("provider-77", {}, None),
        ("", {"delivery": "x"}, None),
        ("<delivery-99999999999999999999-1617102000@example.org>", {}, None),
    ],
)
def test_event_is_known_by_our_number(message_id, metadata, found):
    assert number_named("delivery", message_id, metadata) == found
