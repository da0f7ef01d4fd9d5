"""Two connections at once, on PostgreSQL: on SQLite one writer waits for the other anyway."""

import datetime as dt
import threading
import time
from functools import partial
from html import unescape

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from briefings.models import Newsletter, TextSection
from elections.impartiality import declare
from elections.models import Candidate, Election, Office, User
from releases.catching_up import catch_up, catch_up_all
from releases.models import CatchUp, Delivery, LedgerEntry, Release
from releases.offers import record_offer
from releases.releasing import ReleaseRefused, release, release_items
from releases.verifying import verify
from tests.conftest import PortalClient, give_status, pass_review

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
        office=office, name="Election", slug="pcc-2021", poll_date=dt.date(2021, 5, 6)
    )
    bundle = Release.objects.create(election=election, title="Issue 1")
    issue = Newsletter.objects.create(
        election=election, slug="issue-1", number=1, title="One", summary=".", release=bundle
    )
    TextSection.objects.create(parent=issue, **SECTION)
    pass_review(issue)
    return bundle


@pytest.mark.parametrize("rows", [Newsletter.objects, TextSection.objects])
@pytest.mark.parametrize("is_alone", [False, True])
def test_edit_during_a_release_waits_and_is_refused(bundle, rows, is_alone):
    refused = []
    if is_alone:
        Newsletter.objects.update(release=None)

    def edit() -> None:
        try:
            rows.update(**{"title" if rows is Newsletter.objects else "heading": "Changed"})
        except IntegrityError as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    editing = threading.Thread(target=edit)
    with transaction.atomic():
        if is_alone:
            issue = Newsletter.objects.get()
            release_items([issue], election=issue.election, title="Alone", at=timezone.now())
        else:
            release(bundle, at=timezone.now())
        editing.start()
        time.sleep(0.5)  # long enough for the edit to reach the database and wait there
    editing.join(20)

    assert len(refused) == 1
    assert "cannot be changed" in refused[0]
    assert not Newsletter.objects.filter(title="Changed").exists()
    assert not TextSection.objects.filter(heading="Changed").exists()


@pytest.fixture
def late(bundle) -> Candidate:
    """Joined when the bundle was made, and not told of an earlier release."""
    user = User.objects.create_user("late@example.org", "Late")
    late = Candidate.objects.create(election=bundle.election, user=user, surname="L")
    give_status(late, "declared")
    return late


def in_a_thread(act) -> threading.Thread:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def told_of(bundle: Release, late: Candidate) -> list[str]:
    """By what the candidate was told of the release: each way once."""
    own = Delivery.objects.filter(release=bundle, candidate=late)
    caught_up = CatchUp.objects.filter(releases=bundle, candidate=late)
    return ["delivery"] * own.count() + ["catch-up"] * caught_up.count()


def test_two_workers_catch_up_once(bundle, late):
    late.status_changes.all().delete()
    release(bundle, at=timezone.now())
    give_status(late, "declared")
    at = timezone.now()

    with transaction.atomic():
        first = catch_up(late, at=at)
        second = in_a_thread(lambda: catch_up_all(at=at))
        time.sleep(0.5)
    second.join(20)

    assert len(first) == 1
    assert told_of(bundle, late) == ["catch-up"]


def test_release_during_a_catch_up_is_told_once_and_not_lost(bundle, late):
    """Whoever joined before the release is told by it, even if a catch-up looks meanwhile."""
    with transaction.atomic():
        release(bundle, at=timezone.now())
        looking = in_a_thread(lambda: catch_up_all(at=timezone.now()))
        time.sleep(0.5)
    looking.join(20)
    catch_up_all(at=timezone.now())

    assert told_of(bundle, late) == ["delivery"]


def test_who_joins_while_a_release_is_made_is_told_of_it_a_minute_later(bundle, late):
    """The release did not see them, and a catch-up then did not see the release."""
    late.status_changes.all().delete()

    with transaction.atomic():
        release(bundle, at=timezone.now())
        joining = in_a_thread(lambda: give_status(late, "declared"))
        joining.join(20)
        looking = in_a_thread(lambda: catch_up_all(at=timezone.now()))
        time.sleep(0.5)
    looking.join(20)
    assert told_of(bundle, late) in ([], ["catch-up"])

    catch_up_all(at=timezone.now())

    assert told_of(bundle, late) == ["catch-up"]


def test_entries_written_at_once_follow_one_another(bundle, late):
    def offers() -> None:
        for _ in range(10):
            record_offer(bundle.election, at=timezone.now(), what="Visit", candidates=[late])

    writers = [in_a_thread(offers) for _ in range(4)]
    for writer in writers:
        writer.join(60)

    assert LedgerEntry.objects.count() == 40
    assert verify().holds


def at_once(*acts) -> list[str]:
    """What each act told when all of them, each on a connection of its own, begin together."""
    told: list[str] = []
    start = threading.Barrier(len(acts))

    def run(act) -> None:
        try:
            start.wait(20)
            told.append(act())
        except ReleaseRefused as refused:
            told.append(refused.sentence)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(told)


def assert_released_once(told: list[str]) -> None:
    assert told == ["released", "“Issue 1” has been released already."] or told == [
        "released",
        "“Issue 1: One” has been released already.",
    ]
    assert LedgerEntry.objects.filter(kind="release").count() == 1
    assert Release.objects.filter(released_at__isnull=False).count() == 1


@pytest.mark.parametrize("_attempt", range(5))
def test_of_two_who_release_one_bundle_one_does_and_the_other_is_told(bundle, _attempt):
    def act() -> str:
        release(bundle, at=timezone.now())
        return "released"

    assert_released_once(at_once(act, act))


@pytest.mark.parametrize("_attempt", range(5))
def test_of_two_who_release_one_item_one_does_and_the_other_is_told(bundle, _attempt):
    Newsletter.objects.update(release=None)

    def act() -> str:
        issue = Newsletter.objects.get()
        release_items([issue], election=issue.election, title="Issue 1", at=timezone.now())
        return "released"

    assert_released_once(at_once(act, act))
    assert not Release.objects.filter(released_at=None).exclude(pk=bundle.pk).exists()


def test_of_two_who_release_on_the_staff_pages_one_does_and_the_other_is_told(bundle, make_staff):
    clients = []
    for name in ("First", "Second"):
        client = PortalClient()
        client.force_login(make_staff("approver", name=name) if name == "First" else _superuser())
        clients.append(client)
    address = reverse("admin:releases_release_now", args=[bundle.pk])

    def act(client: PortalClient) -> str:
        # The page, not its context: the test client hears of every thread’s templates.
        page = unescape(client.post(address, follow=True).content.decode())
        refused = "“Issue 1” has been released already."
        return refused if refused in page else "released"

    assert_released_once(at_once(*(partial(act, client) for client in clients)))


def _superuser() -> User:
    user = User.objects.create_user("second@example.org", "Second", is_staff=True)
    user.is_superuser = True
    user.save()
    declare(user, at=timezone.now())
    return user
