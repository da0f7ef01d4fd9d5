"""Invitations go through the job worker; the row knows what became of each."""

import datetime as dt

import pytest
from django.core import mail
from django_q.models import OrmQ

from elections.candidate_files import read, take_in, template
from elections.invitation_mail import send_invitation
from elections.invitations import invite_candidate, revoke
from elections.models import Candidate, Invitation
from tests.conftest import NOON

SIGN_IN = "https://portal.example.org/account/login/code/"


@pytest.fixture
def worker(settings):
    """The jobs are queued for a worker, as in production."""
    settings.JOBS_AT_ONCE = False


@pytest.fixture
def invitation(election, stand, editor, worker, django_capture_on_commit_callbacks) -> Invitation:
    newcomer = stand(election, "Ellison", "declared", other_names="Amara")
    with django_capture_on_commit_callbacks(execute=True):
        return invite_candidate(
            newcomer, email="amara@example.org", sign_in_url=SIGN_IN, by=editor, at=NOON
        )


def test_invitation_waits_for_the_worker(invitation):
    assert mail.outbox == []
    task = OrmQ.objects.get().task
    assert task["func"] == "elections.invitation_mail.send_invitation"
    assert task["args"] == (invitation.pk, SIGN_IN)
    assert invitation.state(NOON) == "Not taken up yet; the mail is about to be sent"
    late = NOON + dt.timedelta(minutes=10)
    assert invitation.state(late) == "Not taken up; it is not known whether the mail was sent"


def test_job_that_runs_twice_sends_once(invitation):
    told = [send_invitation(invitation.pk, SIGN_IN) for _ in range(2)]

    assert told == ["Sent.", "Done before."]
    assert [message.to for message in mail.outbox] == [["amara@example.org"]]
    invitation.refresh_from_db()
    assert invitation.state(NOON) == "Not taken up yet"


def test_refusal_is_kept_and_not_tried_again_behind_the_staffs_back(invitation, settings):
    settings.EMAIL_BACKEND = "tests.elections.test_sign_in_mail.RefusingBackend"

    told = [send_invitation(invitation.pk, SIGN_IN) for _ in range(2)]

    assert told == ["Not sent.", "Done before."]
    invitation.refresh_from_db()
    assert invitation.failure == "OSError: no mail today"
    assert list(Invitation.objects.unsent(NOON)) == [invitation]


def test_invitation_taken_back_before_it_left_is_not_sent(invitation, editor):
    revoke(invitation, by=editor, at=NOON)

    assert send_invitation(invitation.pk, SIGN_IN) == "Taken back meanwhile."
    assert mail.outbox == []


def test_invitation_that_is_gone_is_not_sent(db):
    assert send_invitation(1, SIGN_IN) == "Done before."


def test_file_mails_nobody_within_the_request(
    election, editor, worker, django_capture_on_commit_callbacks
):
    def take(*, keep: bool) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            take_in(
                read(template()),
                election=election,
                sign_in_url=SIGN_IN,
                by=editor,
                at=NOON,
                keep=keep,
            )

    take(keep=False)
    assert not OrmQ.objects.exists()

    take(keep=True)

    assert Candidate.objects.get().surname == "ELLISON"
    assert (OrmQ.objects.count(), mail.outbox) == (1, [])
