import datetime as dt
import json

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from releases.mails import message_id
from releases.models import Delivery, LedgerEntry, MailChoice, Subscriber
from releases.sending import claim_next, give_up, send_due
from scripts.mail_sink import FAULTS

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)

# What becomes of a mail, by what the server does, and what was kept there.
BECOMES = {
    "": ("accepted", 1),
    "later": ("queued", 0),
    "never": ("refused", 0),
    "later-after-all": ("queued", 0),
    "never-after-all": ("refused", 0),
    "cut": ("queued", 0),
    "cut-unheard": ("uncertain", 0),
    "cut-unsaid": ("uncertain", 1),
}


def entered(delivery: Delivery) -> list[str]:
    """The states the ledger has of a delivery, in order."""
    facts = [json.loads(e.facts) for e in LedgerEntry.objects.filter(kind="delivery")]
    return [fact["state"] for fact in facts if fact["delivery"] == delivery.pk]


@pytest.mark.parametrize("fault", ["", *FAULTS])
def test_what_a_server_does_decides_what_is_known(sink, deliver, fault):
    delivery = deliver(f"{fault or 'fine'}.1@example.org")

    send_due()

    delivery.refresh_from_db()
    assert (delivery.state, len(sink.messages)) == BECOMES[fault]
    assert entered(delivery) == [delivery.state]


def test_ledger_names_nobody(sink, deliver):
    delivery = deliver("never.ada@example.org")

    send_due()

    entry = LedgerEntry.objects.get(kind="delivery")
    assert json.loads(entry.facts) == {
        "delivery": delivery.pk,
        "release": delivery.release_id,
        "candidate": delivery.candidate_id,
        "role": "candidate",
        "state": "refused",
    }


def test_server_that_says_later_is_asked_again_later_and_longer(sink, deliver):
    delivery = deliver("later.1@example.org")
    pauses = []
    for _ in range(8):
        with time_machine.travel(Delivery.objects.get().due_at, tick=False):
            send_due()
            pauses.append((Delivery.objects.get().due_at - timezone.now()) / MINUTE)

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    delivery.refresh_from_db()
    assert (delivery.tries, delivery.reply) == (8, "450 4.2.0 Later, please")


def test_after_a_day_of_tries_it_is_refused(sink, deliver):
    delivery = deliver("later.1@example.org")
    began = delivery.due_at
    while Delivery.objects.get().state == "queued":
        with time_machine.travel(Delivery.objects.get().due_at, tick=False):
            send_due()

    delivery.refresh_from_db()
    assert delivery.state == "refused"
    assert dt.timedelta(days=1) < delivery.state_at - began < dt.timedelta(days=1.1)


def test_server_that_is_away_ends_the_run_and_costs_nobody_anything(
    settings, sink, deliver, make_staff
):
    deliver()
    deliver(number=2)
    settings.EMAIL_PORT = 1

    send_due()

    assert list(Delivery.objects.values_list("state", "tries")) == [("queued", 1), ("queued", 0)]
    settings.EMAIL_PORT = sink.port
    Delivery.objects.update(due_at=timezone.now())
    send_due()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"accepted"}


def test_accepted_keeps_the_words_of_the_server(sink, deliver):
    delivery = deliver()

    send_due()

    delivery.refresh_from_db()
    assert delivery.reply == "250 2.0.0 Kept"


def test_one_connection_carries_many(sink, deliver):
    for number in range(1, 4):
        deliver(number=number)

    sent = send_due()

    assert (len(sink.messages), sent.states) == (3, {"accepted": 3})


def test_what_is_not_due_is_left(sink, deliver):
    deliver()
    Delivery.objects.update(due_at=timezone.now() + HOUR)

    assert str(send_due()) == "No mail was due."
    assert sink.messages == []


def test_row_a_worker_left_is_in_doubt_and_never_sent_again(sink, deliver, settings):
    delivery = deliver()
    claim = claim_next(at=timezone.now())
    assert claim.ids == (delivery.pk,)

    with time_machine.travel(timezone.now() + MINUTE):
        send_due()
    assert Delivery.objects.get().state == "sending"
    with time_machine.travel(
        timezone.now() + dt.timedelta(seconds=settings.MAIL_LEASE_SECONDS + 1)
    ):
        send_due()
        send_due()

    delivery.refresh_from_db()
    assert delivery.state == "uncertain"
    assert delivery.reply == "The portal stopped while it was sending this. It may have been sent."
    assert (sink.messages, entered(delivery)) == ([], ["uncertain"])


def test_answer_that_comes_late_ends_the_doubt(deliver):
    from releases.posting import Outcome, Result
    from releases.sending import _record

    delivery = deliver()
    claim = claim_next(at=timezone.now())
    give_up(at=timezone.now() + HOUR)

    _record(claim, Outcome(Result.ACCEPTED, "250 OK"), None)

    assert Delivery.objects.get().state == "accepted"
    assert entered(delivery) == ["uncertain", "accepted"]


def test_what_was_forgotten_for_two_hours_waits_for_a_person(sink, deliver):
    delivery = deliver()

    with time_machine.travel(timezone.now() + 2 * HOUR + MINUTE):
        send_due()

    delivery.refresh_from_db()
    assert (delivery.state, sink.messages) == ("uncertain", [])
    assert "more than two hours" in delivery.reply


def test_mail_out_that_takes_hours_is_not_forgotten(sink, deliver):
    deliver()
    deliver(number=2)
    claim_next(at=timezone.now() + 2 * HOUR)

    with time_machine.travel(timezone.now() + 2 * HOUR + MINUTE):
        send_due()

    assert len(sink.messages) == 1


def test_two_workers_never_claim_the_same(deliver):
    deliver()
    deliver(number=2)

    claims = [claim_next(at=timezone.now()) for _ in range(3)]

    assert claims[0].ids != claims[1].ids
    assert claims[2] is None


def test_time_ends_a_run_before_the_queue_is_empty(sink, deliver):
    deliver()

    sent = send_due(seconds=0)

    assert (sent.is_over, sink.messages) == (False, [])


@pytest.mark.django_db(transaction=True)
def test_sending_inside_a_transaction_is_refused(deliver):
    deliver()
    with pytest.raises(RuntimeError), transaction.atomic():
        send_due()


def test_release_hands_the_mail_over_when_it_is_committed(
    deliver, settings, django_capture_on_commit_callbacks
):
    settings.JOBS_AT_ONCE = False
    with django_capture_on_commit_callbacks(execute=True):
        deliver()
        assert not OrmQ.objects.exists()

    assert [row.task["func"] for row in OrmQ.objects.all()] == ["releases.jobs.send_deliveries"]


def test_release_that_is_undone_mails_nobody(
    make_issue, release_now, candidate, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        release_now(make_issue())
        transaction.set_rollback(True)

    assert (mailoutbox, Delivery.objects.count()) == ([], 0)


# --- one mail a day -----------------------------------------------------------------------------


@pytest.fixture
def daily(candidate):
    MailChoice.objects.create(user=candidate, is_daily=True)


def _number(delivery: Delivery) -> str:
    return message_id("delivery", delivery.pk, delivery.release.released_at)


def _when_due() -> dt.datetime:
    return Delivery.objects.latest("due_at").due_at


def test_daily_mail_waits_for_half_past_seven(daily, deliver):
    delivery = deliver()

    local = timezone.localtime(delivery.due_at)
    assert (local.hour, local.minute, delivery.is_daily) == (7, 30, True)
    assert dt.timedelta(0) < delivery.due_at - timezone.now() <= dt.timedelta(hours=25)  # clocks


def test_what_is_due_to_one_person_goes_in_one_mail(daily, deliver, sink, agent):
    deliver()
    deliver(number=2)

    with time_machine.travel(_when_due()):
        send_due()

    mine = list(Delivery.objects.filter(role="candidate").order_by("pk"))
    assert [row.state for row in mine] == ["accepted", "accepted"]
    assert [row.carried_by_id for row in mine] == [None, mine[0].pk]
    numbers = [message["Message-ID"] for to, message in sink.messages if "candidate" in to]
    assert numbers == [_number(mine[0])]
    assert [entered(row) for row in mine] == [["accepted"], ["accepted"]]


def test_second_try_of_a_daily_mail_is_the_same_mail(daily, deliver, sink):
    deliver("later.1@example.org")
    deliver("later.1@example.org", number=2)
    with time_machine.travel(_when_due()):
        send_due()
        deliver("later.1@example.org", number=3)
        Delivery.objects.update(due_at=timezone.now())
        Delivery.objects.update(address="fine.1@example.org")
        send_due()

    first, second, third = Delivery.objects.order_by("pk")
    assert (first.carried_by, second.carried_by, third.carried_by) == (None, first, None)
    assert [message["Message-ID"] for _, message in sink.messages] == [
        _number(first),
        _number(third),
    ]


def test_daily_mail_in_doubt_puts_all_in_doubt(daily, deliver, sink):
    deliver("cut-unsaid.1@example.org")
    deliver("cut-unsaid.1@example.org", number=2)
    with time_machine.travel(_when_due()):
        send_due()

    assert set(Delivery.objects.values_list("state", flat=True)) == {"uncertain"}


def test_daily_subscribers_get_their_own_mail(election, deliver, sink):
    for name in ("one", "two"):
        Subscriber.objects.create(
            election=election,
            address=f"{name}@example.org",
            asked_at=timezone.now(),
            confirmed_at=timezone.now(),
            is_daily=True,
        )
    deliver()
    deliver(number=2)
    with time_machine.travel(_when_due()):
        send_due()

    sent = sorted(to for to, _ in sink.messages if to != "candidate@example.org")
    assert sent == ["one@example.org", "two@example.org"]
