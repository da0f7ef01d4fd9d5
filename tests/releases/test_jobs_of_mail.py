from django_q.models import OrmQ

from pcc_portal.jobs import hand_over, is_waiting
from releases import jobs
from releases.models import Delivery


def test_job_sends_and_ends_when_nothing_is_left(deliver, settings, mailoutbox):
    settings.JOBS_AT_ONCE = False
    deliver()

    assert jobs.send_deliveries() == "Accepted by the mail server: 1"
    assert (len(mailoutbox), OrmQ.objects.count()) == (1, 0)


def test_job_gives_others_their_turn_and_comes_again(deliver, settings, monkeypatch):
    settings.JOBS_AT_ONCE = False
    monkeypatch.setattr(jobs, "SECONDS_A_JOB", 0)
    deliver()

    jobs.send_deliveries()
    jobs.send_deliveries()

    assert [row.task["func"] for row in OrmQ.objects.all()] == [jobs.SEND]
    assert Delivery.objects.get().state == "queued"


def test_job_that_has_begun_does_not_wait(db, settings):
    settings.JOBS_AT_ONCE = False
    assert not is_waiting(jobs.SEND)
    hand_over(jobs.SEND)
    assert is_waiting(jobs.SEND)
    OrmQ.objects.update(lock=OrmQ.objects.get().lock.replace(year=2099))
    assert not is_waiting(jobs.SEND)


def test_where_no_worker_runs_all_is_sent_at_once(
    deliver, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        deliver()

    assert len(mailoutbox) == 1
