import pytest
from django.db import transaction
from django_q.models import OrmQ

from pcc_portal.jobs import hand_over, one_by_one

JOB = "tests.pcc_portal.test_jobs.note"
noted: list[int] = []


def note(number: int) -> None:
    noted.append(number)


def test_job_waits_for_the_worker(db, settings):
    settings.JOBS_AT_ONCE = False
    noted.clear()

    hand_over(JOB, 1)

    task = OrmQ.objects.get().task
    assert (task["func"], task["args"], noted) == (JOB, (1,), [])


def test_job_is_taken_back_with_the_transaction(db, settings):
    settings.JOBS_AT_ONCE = False

    with transaction.atomic():
        hand_over(JOB, 1)
        transaction.set_rollback(True)

    assert not OrmQ.objects.exists()


def test_job_is_done_here_where_no_worker_runs(db, settings):
    settings.JOBS_AT_ONCE = True
    noted.clear()

    hand_over(JOB, 2)

    assert noted == [2]
    assert not OrmQ.objects.exists()


def test_fault_in_one_row_keeps_no_other_waiting():
    done = []

    def act(row: int) -> int:
        if row == 2:
            raise ValueError(row)
        done.append(row)
        return row

    with pytest.raises(ExceptionGroup) as failed:
        one_by_one([1, 2, 3], act)

    assert (done, [str(fault) for fault in failed.value.exceptions]) == ([1, 3], ["2"])
    assert one_by_one([1, 3], act) == 4
