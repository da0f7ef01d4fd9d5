"""Two connections at once, on PostgreSQL: on SQLite one writer waits for the other anyway."""

import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from briefings.models import Newsletter, TextSection
from elections.models import Election, Office
from releases.models import Release
from releases.releasing import release
from tests.conftest import pass_review

SECTION = {"region": "main", "ordering": 10, "text": "<p>As approved</p>"}


@pytest.fixture
def _postgresql(django_db_setup) -> None:
    if connection.vendor != "postgresql":
        # Nothing to show: SQLite lets one writer in at a time. And nothing could be tidied up
        # there, for the database refuses to delete the record of what was made.
        pytest.skip("two writers at once are PostgreSQL’s")


@pytest.fixture
def bundle(_postgresql, transactional_db) -> Release:
    office = Office.objects.create(name="Office", short_name="Office", post="PCC")
    election = Election.objects.create(
        office=office, name="Election", slug="pcc-2021", poll_date="2021-05-06"
    )
    bundle = Release.objects.create(election=election, title="Issue 1")
    issue = Newsletter.objects.create(
        election=election, slug="issue-1", number=1, title="One", summary=".", release=bundle
    )
    TextSection.objects.create(parent=issue, **SECTION)
    pass_review(issue)
    return bundle


@pytest.mark.parametrize("rows", [Newsletter.objects, TextSection.objects])
def test_edit_during_a_release_waits_and_is_refused(bundle, rows):
    refused = []

    def edit() -> None:
        try:
            rows.update(**{"title" if rows is Newsletter.objects else "heading": "Changed"})
        except IntegrityError as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    editing = threading.Thread(target=edit)
    with transaction.atomic():
        release(bundle, at=timezone.now())
        editing.start()
        time.sleep(0.5)  # long enough for the edit to reach the database and wait there
    editing.join(20)

    assert len(refused) == 1
    assert "cannot be changed" in refused[0]
    assert not Newsletter.objects.filter(title="Changed").exists()
    assert not TextSection.objects.filter(heading="Changed").exists()
