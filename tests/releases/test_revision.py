import datetime as dt

import pytest
from django.utils import timezone

from briefings.models import Newsletter
from elections.models import Election, Office
from infolog.models import Topic
from releases.models import Release
from releases.revision import public_revision
from tests.conftest import release_reviewed

pytestmark = pytest.mark.django_db


def test_public_revision_counts_a_release_and_not_its_preparation(election):
    issue = Newsletter.objects.create(
        election=election, slug="issue-1", number=1, title="One", summary="News"
    )
    Release.objects.create(election=election, title="Later", due_at=timezone.now())
    before = public_revision()
    issue.title = "First"
    issue.save()
    prepared = public_revision()

    release_reviewed([issue], election=election, title="Issue 1", at=timezone.now())

    assert prepared == before
    assert public_revision() == before + 1


def test_public_revision_counts_a_release_dated_before_the_last_one(election):
    """The demo content is released at moments long past, in any order."""
    for number, year in ((1, 2024), (2, 2021)):
        issue = Newsletter.objects.create(
            election=election, slug=f"issue-{number}", number=number, title=".", summary="."
        )
        before = public_revision()

        release_reviewed(
            [issue], election=election, title=".", at=dt.datetime(year, 1, 1, tzinfo=dt.UTC)
        )

        assert public_revision() == before + 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: Office.objects.update(contact_phone="1"), id="office updated in bulk"),
        pytest.param(lambda: Election.objects.get().save(), id="election saved"),
        pytest.param(lambda: Topic.objects.update(name="Other"), id="topic renamed"),
        pytest.param(lambda: Topic.objects.all()._raw_delete("default"), id="topic deleted"),
    ],
)
def test_public_revision_counts_changes_of_the_frame(election, change):
    Topic.objects.create(election=election, name="Budget", slug="budget")
    before = public_revision()

    change()

    assert public_revision() == before + 1
