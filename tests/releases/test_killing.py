"""Workers that are killed in the middle of a mail-out; ``make kill-test`` at full length."""

import pytest

from bench.killing import kill_and_look, prepare


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    return prepare(tmp_path_factory.mktemp("mail-out"), recipients=200)


@pytest.mark.parametrize("workers", [1, 4])
def test_killed_workers_skip_nobody_and_mail_nobody_twice(workers, ready):
    report = kill_and_look(200, rounds=2, workers=workers, ready=ready)

    assert report.faults == []
    assert sum(report.states.values()) == 200
    assert report.states["accepted"] > 100
