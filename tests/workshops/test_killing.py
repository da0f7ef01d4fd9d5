"""The worker that tells of bookings is killed anywhere; ``make kill-test`` at full length."""

from bench.killing_bookings import JOBS, SENDING, main


def test_killed_worker_skips_nobody_and_tells_nobody_twice(capfd):
    assert main(bookings=6, kills=32) == 0
    told = capfd.readouterr().out
    assert "all told once, in order" in told
    assert [place for place in (*JOBS, SENDING) if f" in {place}" not in told] == []
