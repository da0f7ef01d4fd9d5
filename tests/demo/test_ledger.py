"""The demo content has a ledger that holds, and nothing of the past is ever mailed."""

import datetime as dt

import pytest
from django.core import mail
from django.core.management import call_command

from elections.models import Candidate
from releases.jobs import catch_up_now
from releases.models import CatchUp, Delivery, LedgerEntry
from releases.verifying import verify

pytestmark = pytest.mark.django_db
State = Delivery.State


def test_ledger_of_the_demo_holds(demo, settings, capsys):
    settings.MEDIA_ROOT = demo

    call_command("verify_ledger")

    assert capsys.readouterr().out.startswith("The ledger holds: ")
    assert verify().remarks == ()


def test_every_mail_of_the_demo_has_an_outcome(demo):
    waiting = Delivery.objects.filter(state__in=(State.QUEUED, State.SENDING))

    assert Delivery.objects.exists()
    assert not waiting.exists()
    assert catch_up_now() == "Nobody had to be caught up."
    assert not waiting.exists()
    assert mail.outbox == []


def test_demo_mail_is_accepted_within_a_minute_or_told_by_telephone(demo):
    accepted = Delivery.objects.filter(state=State.ACCEPTED)
    failed = Delivery.objects.filter(state__in=Delivery.FAILED)

    assert all(row.state_at - row.due_at < dt.timedelta(minutes=1) for row in accepted)
    assert failed.count() == 2
    assert not failed.failed().exists()
    assert LedgerEntry.objects.filter(kind="told").count() == 2


def test_late_candidate_of_the_demo_was_caught_up(demo):
    late = Candidate.objects.get(surname="CARROW")

    caught_up = CatchUp.objects.get(candidate=late)
    assert caught_up.releases.exists()
    assert caught_up.deliveries.get().state == State.ACCEPTED
