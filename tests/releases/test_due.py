import datetime as dt

import pytest

from briefings.due import due as due_in_briefings
from briefings.models import Newsletter
from releases.due import drafts, due
from releases.models import Release
from tests.conftest import release_reviewed

NOW = dt.datetime(2021, 3, 30, 11, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def bundles(election):
    for title, due_at in (
        ("Stuck", NOW - DAY),
        ("Slow", NOW - dt.timedelta(hours=2)),
        ("Just now", NOW - dt.timedelta(minutes=1)),
        ("Tomorrow", NOW + DAY),
        ("Later", NOW + 8 * DAY),
        ("By hand", None),
    ):
        Release.objects.create(election=election, title=title, due_at=due_at)
    Release.objects.create(election=election, title="Done", due_at=NOW - DAY, released_at=NOW)


def test_releases_are_told_by_their_time(bundles):
    told = {matter.code: [str(row) for row in matter.rows] for matter in due(NOW)}

    assert {code: rows for code, rows in told.items() if rows} == {
        "too-late": ["Stuck"],
        "overdue": ["Slow"],
        "soon": ["Just now", "Tomorrow"],
        "by-hand": ["By hand"],
    }


def test_release_whose_time_has_passed_is_wrong(bundles):
    lines = {matter.code: line for matter in due(NOW) if (line := matter.line())}

    assert [line.is_wrong for line in lines.values()] == [True, True, False, False]
    assert lines["too-late"].told == "yesterday, 12 noon; Election 2021"
    assert lines["by-hand"].told.endswith("; Election 2021")


@pytest.fixture
def issue(election):
    return lambda number, **fields: Newsletter.objects.create(
        election=election,
        slug=f"issue-{number}",
        number=number,
        title=f"Issue {number}",
        summary=".",
        **fields,
    )


def test_drafts_wait_until_they_are_released_or_due(election, issue):
    bundle = Release.objects.create(election=election, title="Without a time")
    timed = Release.objects.create(election=election, title="With a time", due_at=NOW)
    issue(1), issue(2, release=bundle), issue(3, release=timed)
    release_reviewed([issue(4)], election=election, title="Out", at=NOW)

    matter = drafts(Newsletter, NOW)

    assert [row.number for row in matter.rows] == [1, 2]
    assert matter.line().what == "Newsletters not released yet"


def test_draft_begun_first_leads_and_says_since_when(issue):
    newer, older = issue(1), issue(2)
    begun = newer.history.get().history_date
    newer.title = "Changed since"
    newer.save()

    line = drafts(Newsletter, begun + 3 * DAY).line()

    assert (line.name, line.count, line.told) == (str(newer), 2, "begun 3 days ago")
    assert older.history.get().history_date > begun


def test_draft_of_which_nothing_is_recorded_is_told_without_a_day(issue):
    newsletter = issue(1)
    Newsletter.objects.bulk_create([Newsletter(**{**_fields(newsletter), "slug": "x"})])
    rows = list(drafts(Newsletter, NOW).rows)

    assert drafts(Newsletter, NOW).tell(rows[1]) == ""


def _fields(newsletter: Newsletter) -> dict:
    return {
        name: getattr(newsletter, name) for name in ("election", "title", "summary", "audience")
    } | {"number": 9}


def test_every_kind_that_candidates_read_is_looked_after():
    assert [matter.what for matter in due_in_briefings(NOW)] == [
        "Newsletters not released yet",
        "Documents not released yet",
        "Statements not released yet",
        "Figures not released yet",
    ]
