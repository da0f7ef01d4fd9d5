import datetime as dt

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from briefings.models import Newsletter, TextSection
from elections.models import Election
from releases.immutability import REFUSAL
from releases.models import ReleasableItem, Release, ReleasedPart
from tests.conftest import release_reviewed

RELEASED = dt.datetime(2021, 3, 1, 10, tzinfo=dt.UTC)


def make_issue(election: Election, slug: str, number: int) -> Newsletter:
    issue = Newsletter.objects.create(
        election=election, slug=slug, number=number, title=slug, summary="."
    )
    TextSection.objects.create(parent=issue, region="main", ordering=10, text="<p>As sent</p>")
    return issue


@pytest.fixture
def released(election) -> Newsletter:
    issue = make_issue(election, "released", 1)
    release_reviewed([issue], election=election, title="Issue 1", at=RELEASED)
    return issue


@pytest.fixture
def draft(election) -> Newsletter:
    return make_issue(election, "draft", 2)


def refused(act) -> bool:
    """Whether the database itself refuses ``act`` with our sentence."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        act()
    return REFUSAL in str(refusal.value)


def test_released_item_cannot_be_saved_updated_or_deleted(released):
    rows = Newsletter.objects.filter(pk=released.pk)
    released.title = "Another title"

    assert refused(released.save)
    assert refused(lambda: rows.update(title="Another title"))
    assert refused(lambda: rows.update(release=None))
    assert refused(lambda: rows._raw_delete("default"))
    assert rows.get().title == "released"


def test_released_part_cannot_be_changed_removed_added_or_moved(released, draft):
    section = released.briefings_textsection_set.get()
    rows = TextSection.objects.filter(pk=section.pk)
    other = TextSection.objects.filter(parent=draft)

    assert refused(lambda: rows.update(text="<p>Not as sent</p>"))
    assert refused(lambda: rows.update(parent=draft))
    assert refused(lambda: rows._raw_delete("default"))
    assert refused(lambda: other.update(parent=released))
    assert refused(
        lambda: TextSection.objects.create(parent=released, ordering=20, text="<p>+</p>")
    )
    assert rows.get().text == "<p>As sent</p>"


def test_finished_release_cannot_change_or_be_joined(released, draft):
    release = Release.objects.filter(pk=released.release_id)

    assert refused(lambda: release.update(released_at=None))
    assert refused(lambda: release.update(title="Another title"))
    assert refused(lambda: release._raw_delete("default"))
    assert refused(lambda: Newsletter.objects.filter(pk=draft.pk).update(release=release.get()))


def test_draft_can_still_change(draft):
    draft.title = "Better"
    draft.save()
    draft.briefings_textsection_set.update(text="<p>Better</p>")

    assert Newsletter.objects.get(pk=draft.pk).title == "Better"
    assert TextSection.objects.get(parent=draft).text == "<p>Better</p>"


@pytest.mark.django_db
def test_every_releasable_table_has_its_triggers():
    """A new kind of item or part is frozen without anyone having to remember it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
            if connection.vendor == "postgresql"
            else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        names = {row[0] for row in cursor.fetchall()}
    kinds = [m for m in apps.get_models() if issubclass(m, ReleasableItem | ReleasedPart)]
    expected = {
        f"released_{event}_{model._meta.db_table}"[:63]
        for model in kinds
        for event in ("update_old", "update_new", "delete_old", "insert_new")
    }

    assert TextSection in kinds
    assert expected <= names
