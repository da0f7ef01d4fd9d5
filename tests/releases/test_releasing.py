import datetime as dt
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from model_bakery import baker

from briefings.models import Document, Newsletter
from releases.models import Release
from releases.releasing import ReleaseRefused, release, release_due, release_items, title_of
from tests.conftest import pass_review, release_reviewed

AT = dt.datetime(2021, 3, 1, 10, tzinfo=dt.UTC)


@pytest.fixture
def make_issue(election):
    def _make(number: int = 1, **fields) -> Newsletter:
        values = {"title": f"Number {number}", "summary": "News"} | fields
        return Newsletter.objects.create(
            election=election, slug=f"issue-{number}", number=number, **values
        )

    return _make


def test_release_makes_every_item_known_at_one_moment(make_issue, election):
    done = release_reviewed([make_issue(1), make_issue(2)], election=election, title="Both", at=AT)

    assert done.released_at == AT
    assert set(Newsletter.objects.values_list("release__released_at", flat=True)) == {AT}


def test_release_is_refused_twice(make_issue, election):
    done = release_reviewed([make_issue()], election=election, title="Once", at=AT)

    with pytest.raises(ReleaseRefused) as refusal:
        release(done, at=timezone.now())
    assert refusal.value.code == "released"


def test_release_at_a_moment_to_come_is_refused(make_issue, election):
    with pytest.raises(ReleaseRefused) as refusal:
        release_items(
            [make_issue()],
            election=election,
            title="Too soon",
            at=timezone.now() + dt.timedelta(minutes=1),
        )
    assert refusal.value.code == "future"
    assert not Release.objects.exists()


def test_release_of_nothing_is_refused(election):
    empty = Release.objects.create(election=election, title="Nothing")

    with pytest.raises(ReleaseRefused) as refusal:
        release(empty, at=AT)
    assert refusal.value.code == "empty"


def test_release_with_one_unready_item_releases_none(make_issue, election):
    ready, unready = make_issue(1), make_issue(2, title="")
    pass_review(ready, unready)

    with pytest.raises(ReleaseRefused) as refusal:
        release_items([ready, unready], election=election, title="Both", at=AT)
    assert refusal.value.code == "not_ready"
    assert not Release.objects.exists()
    assert Newsletter.objects.filter(release=None).count() == 2


def test_release_due_releases_what_has_come_once(make_issue, election):
    due = Release.objects.create(election=election, title="Due", due_at=AT)
    to_come = Release.objects.create(
        election=election, title="To come", due_at=AT + dt.timedelta(minutes=1)
    )
    issue = make_issue(1)
    pass_review(issue)
    Newsletter.objects.filter(pk=issue.pk).update(release=due)
    Newsletter.objects.filter(pk=make_issue(2).pk).update(release=to_come)

    first, second = release_due(at=AT), release_due(at=AT)

    assert ([done.title for done in first], second) == (["Due"], [])
    assert Release.objects.get(title="To come").released_at is None


def test_release_due_goes_on_past_one_that_is_refused(make_issue, election):
    Release.objects.create(election=election, title="Empty", due_at=AT - dt.timedelta(hours=1))
    good = Release.objects.create(election=election, title="Good", due_at=AT)
    issue = make_issue()
    pass_review(issue)
    Newsletter.objects.filter(pk=issue.pk).update(release=good)

    assert [done.title for done in release_due(at=AT)] == ["Good"]


def test_release_due_goes_on_past_one_that_fails(make_issue, election, settings, tmp_path):
    """A fault that nobody foresaw, such as a file that cannot be read, keeps no other back."""
    bad, good = (
        Release.objects.create(election=election, title=title, due_at=at)
        for title, at in (("Bad", AT - dt.timedelta(minutes=1)), ("Good", AT))
    )
    issue = make_issue()
    file = ContentFile(b"%PDF-1.4\n%%EOF\n", "plan.pdf")
    document = baker.make(
        Document, election=election, release=bad, slug="plan", title="Plan", file=file
    )
    pass_review(issue, document)
    Newsletter.objects.filter(pk=issue.pk).update(release=good)
    path = Path(document.file.path)
    path.unlink()
    path.mkdir()  # cannot be opened, and is not missing

    assert [done.title for done in release_due(at=AT)] == ["Good"]


def test_title_of_names_the_first_and_counts_the_rest(make_issue):
    one, two, three = make_issue(1), make_issue(2), make_issue(3)

    assert title_of([one]) == "Issue 1: Number 1"
    assert title_of([one, two, three]) == "Issue 1: Number 1 and 2 more"
