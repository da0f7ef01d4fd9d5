"""The worker that tells of changes is killed anywhere; ``make kill-test`` at full length."""

from bench.killing_bookings import main


def test_killed_worker_skips_nobody_and_tells_nobody_twice(capfd):
    assert main(bookings=6, kills=12) == 0
    told = capfd.readouterr().out
    assert "all told once, in order" in told
    assert " 0 kills" not in told
