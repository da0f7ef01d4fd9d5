"""The mail with the code goes through the worker, which keeps nothing of it."""

import datetime as dt
import re

import pytest
from django.conf import settings as portal_settings
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ

from elections.models import CodeMail, User
from elections.sign_in_mail import queue_code, send_code

REQUEST = reverse("account_request_login_code")
CONFIRM = reverse("account_confirm_login_code")


@pytest.fixture
def worker(settings):
    """The jobs are queued for a worker, as in production."""
    settings.JOBS_AT_ONCE = False


def test_request_sends_nothing_itself(client, candidate, worker):
    client.post(REQUEST, {"email": "candidate@example.org"})

    assert mail.outbox == []
    assert CodeMail.objects.get().address == "candidate@example.org"


def test_queue_holds_no_code_and_the_row_goes_with_the_mail(client, candidate, worker):
    client.post(REQUEST, {"email": "candidate@example.org"})
    row = CodeMail.objects.get()
    task = OrmQ.objects.get().task
    assert (task["func"], task["args"]) == ("elections.sign_in_mail.send_code", (row.pk,))
    assert row.code not in repr(task)

    told = send_code(*task["args"])

    assert told == "Sent."
    assert not CodeMail.objects.exists()
    client.post(CONFIRM, {"code": row.code})
    assert client.session["_auth_user_id"] == str(candidate.pk)


def test_unknown_address_makes_the_same_work_and_no_mail(client, candidate, worker):
    client.post(REQUEST, {"email": "nobody@example.org"})
    row = CodeMail.objects.get()

    assert row.address == ""
    assert send_code(row.pk) == "Nothing to send."
    assert mail.outbox == []
    assert not CodeMail.objects.exists()


def test_known_and_unknown_address_ask_the_database_the_same(client, candidate, worker):
    def statements(email: str) -> list[str]:
        client.cookies.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.post(REQUEST, {"email": email}, REMOTE_ADDR="192.0.2.1")
        return [_shape(query["sql"]) for query in queries]

    statements("somebody@example.org")  # makes what is made once

    known, unknown = statements("candidate@example.org"), statements("nobody@example.org")

    assert len(known) > 10
    assert known == unknown


def _shape(sql: str) -> str:
    """The statement without what it is about: its verb and its table."""
    verb = sql.split()[0]
    table = re.search(r'(?:FROM|INTO|UPDATE) "(\w+)"', sql)
    return f"{verb} {table.group(1) if table else ''}"


def test_someone_whose_access_has_ended_is_unknown(client, candidate, worker):
    candidate.is_active = False
    candidate.save()

    client.post(REQUEST, {"email": "candidate@example.org"})

    assert CodeMail.objects.get().address == ""


def test_sending_twice_sends_once(candidate, now, worker):
    queue_code(code="ABCD-EFGH", address="candidate@example.org", at=now)
    pk = CodeMail.objects.get().pk

    assert [send_code(pk), send_code(pk)] == ["Sent.", "Done before."]
    assert len(mail.outbox) == 1


def test_code_that_is_too_old_is_not_sent(candidate, now, worker):
    queue_code(code="ABCD-EFGH", address="candidate@example.org", at=now - dt.timedelta(minutes=15))

    assert send_code(CodeMail.objects.get().pk) == "Nothing to send."
    assert not CodeMail.objects.exists()


def test_mail_server_that_refuses_loses_nothing(candidate, now, settings, worker):
    queue_code(code="ABCD-EFGH", address="candidate@example.org", at=now)
    pk = CodeMail.objects.get().pk
    settings.EMAIL_BACKEND = "tests.elections.test_sign_in_mail.RefusingBackend"

    with pytest.raises(OSError, match="no mail today"):
        send_code(pk)

    assert CodeMail.objects.filter(pk=pk).exists()


class RefusingBackend:
    def __init__(self, *args: object, **kwargs: object) -> None: ...

    def send_messages(self, messages: list[object]) -> int:
        raise OSError("no mail today")


def test_worker_tries_again_when_a_job_failed():
    """For at least as long as a code can be used."""
    cluster = portal_settings.Q_CLUSTER

    assert not cluster.get("ack_failures", False)
    seconds = cluster["max_attempts"] * cluster["retry"]
    assert seconds >= portal_settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_the_pages_does_not_use_the_code_up(client, candidate, method):
    client.post(REQUEST, {"email": "candidate@example.org"})
    code = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)
    before = dict(client.session)

    for _ in range(3):
        getattr(client, method)(CONFIRM)
        getattr(client, method)(CONFIRM, {"code": code})

    assert dict(client.session) == before
    assert User.objects.get(pk=candidate.pk).last_login is None
    client.post(CONFIRM, {"code": code})
    assert client.session["_auth_user_id"] == str(candidate.pk)
