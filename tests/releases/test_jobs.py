import datetime as dt

from model_bakery import baker

from briefings.models import Document
from releases.jobs import release_due_now
from releases.models import Release
from tests.conftest import pass_review


def _release(election, title, due_at) -> Release:
    release = Release.objects.create(election=election, title=title, due_at=due_at)
    item = baker.make(
        Document,
        election=election,
        release=release,
        title=title,
        slug=title.lower(),
        link="https://example.org/",
    )
    pass_review(item)
    return release


def test_release_due_now_releases_what_is_due_and_nothing_else(election, now):
    due = _release(election, "Due", now - dt.timedelta(minutes=1))
    later = _release(election, "Later", now + dt.timedelta(hours=1))

    told = release_due_now()

    due.refresh_from_db()
    later.refresh_from_db()
    assert told == "Released: Due."
    assert due.is_released
    assert not later.is_released


def test_release_due_now_says_when_nothing_is_due(election, now):
    _release(election, "Later", now + dt.timedelta(hours=1))

    assert release_due_now() == "Nothing was due."


def test_release_due_now_twice_releases_once(election, now):
    due = _release(election, "Due", now - dt.timedelta(minutes=1))
    release_due_now()
    due.refresh_from_db()
    first = due.released_at

    assert release_due_now() == "Nothing was due."

    due.refresh_from_db()
    assert due.released_at == first
