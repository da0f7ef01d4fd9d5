"""What was recorded before statuses had dates is still true afterwards."""

import datetime as dt

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from pcc_portal.triggers import take_away_triggers

pytestmark = pytest.mark.old_tables

BEFORE = [("elections", "0001_initial")]
AFTER = [("elections", "0004_people_drop_status")]


def _migrate(targets):
    take_away_triggers(connection)
    MigrationExecutor(connection).migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def _back_to_now():
    yield
    take_away_triggers(connection)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_back_to_now")
def test_statuses_are_taken_over_and_back():
    published = dt.date(2021, 4, 9)
    old = _migrate(BEFORE)
    office = old.get_model("elections", "Office").objects.create(name="O", short_name="O")
    election = old.get_model("elections", "Election").objects.create(
        office=office,
        name="E",
        slug="e",
        poll_date=dt.date(2021, 5, 6),
        nominations_published_on=published,
    )
    candidates = old.get_model("elections", "Candidate").objects
    for status, party in (("declared", ""), ("nominated", "Independent"), ("elected", "Party")):
        candidates.create(
            election=election, surname=status, status=status, ballot_description=party
        )

    new = _migrate(AFTER)

    today = timezone.localdate()
    changes = new.get_model("elections", "StatusChange").objects.order_by("candidate_id", "pk")
    assert list(changes.values_list("candidate__surname", "status", "effective_from")) == [
        ("declared", "declared", today),
        ("nominated", "nominated", published),
        ("elected", "nominated", published),
        ("elected", "elected", today),
    ]
    kept = new.get_model("elections", "Candidate").objects.order_by("pk")
    assert list(kept.values_list("ballot_description", "nominated_on")) == [
        ("", None),
        ("Independent", published),
        ("Party", published),
    ]

    back = _migrate(BEFORE).get_model("elections", "Candidate").objects.order_by("pk")

    assert list(back.values_list("status", "ballot_description")) == [
        ("declared", ""),
        ("nominated", "Independent"),
        ("elected", "Party"),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_back_to_now")
def test_djangos_own_log_is_emptied():
    before = [
        ("elections", "0007_history_of_people"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]
    old = _migrate(before)
    user = old.get_model("elections", "User").objects.create(email="a@example.org", name="A")
    log = old.get_model("admin", "LogEntry").objects
    log.create(user=user, object_repr="Amara Ellison", action_flag=1)

    _migrate([("elections", "0009_forget_admin_log")])

    assert not log.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_back_to_now")
def test_addresses_are_kept_in_small_letters():
    old = _migrate([("elections", "0007_history_of_people")])
    old.get_model("elections", "User").objects.create(email="Anna.Smith@example.org", name="A")

    new = _migrate([("elections", "0008_small_letters")])

    assert new.get_model("elections", "User").objects.get().email == "anna.smith@example.org"
