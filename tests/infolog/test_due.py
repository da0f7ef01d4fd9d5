import datetime as dt

from infolog.due import due
from releases.models import Release
from tests.infolog.conftest import make_request

NOW = dt.datetime(2021, 4, 20, 11, tzinfo=dt.UTC)


def test_a_question_waits_from_the_day_it_was_received(election, release_now):
    make_request(election, "Newer", received_on=dt.date(2021, 4, 19))
    older = make_request(election, "Older", received_on=dt.date(2021, 4, 18))
    release_now(make_request(election, "Answered", received_on=dt.date(2021, 4, 1)))

    matter = due(NOW)[-1]
    line = matter.line()

    assert (line.count, line.name, line.told) == (2, str(older), "received 2 days ago")
    timed = Release.objects.create(election=election, title="Due", due_at=NOW)
    older.release = timed
    older.save()
    assert [row.title for row in matter.rows.all()] == ["Newer"]
