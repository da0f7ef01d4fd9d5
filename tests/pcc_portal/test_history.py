"""Every change staff make is recorded once, and the record stays as it is."""

import datetime as dt

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction

from briefings.models import Newsletter
from elections.models import (
    Candidate,
    Election,
    ImpartialityDeclaration,
    KeyDate,
    NonWorkingDay,
    SignInRecord,
    StatusChange,
    User,
)
from elections.roles import Role
from pcc_portal.history import REFUSAL, forget_person, recorded_models
from pcc_portal.staff_admin import StaffAdmin
from releases.models import Delivery, LedgerEntry, Review, Subscriber, Waiver
from tests.conftest import pass_review
from workshops.models import Booking, Draw, EventBook, Joining


def _recorded(row) -> list[str]:
    return list(row.history.order_by("history_id").values_list("history_type", flat=True))


def _refused(act) -> bool:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        act()
    return REFUSAL in str(refusal.value)


# Rows that nobody edits: they are records themselves.
RECORDS = {
    ImpartialityDeclaration,
    SignInRecord,
    LedgerEntry,
    Review,
    Waiver,
    Delivery,
    Subscriber,
    Booking,
    EventBook,
    Joining,
    Draw,
}
# Rows that a staff page adds without an inline of their own.
WRITTEN_BY_VERBS = {StatusChange}


def test_every_model_on_the_staff_pages_is_recorded_and_guarded():
    """A new staff page or inline is recorded without anyone having to remember it."""
    pages = {m: page for m, page in admin.site._registry.items() if m not in RECORDS}
    models = set(pages) | {inline.model for page in pages.values() for inline in page.inlines}

    assert models | WRITTEN_BY_VERBS == set(recorded_models())
    assert all(isinstance(page, StaffAdmin) for page in pages.values())


def test_row_is_recorded_when_added_changed_and_deleted(db):
    day = NonWorkingDay.objects.create(date=dt.date(2021, 4, 17), reason="Mourning")
    day.reason = "Day of mourning"
    day.save()
    day.save()  # nothing new
    pk = day.pk
    day.delete()

    record = NonWorkingDay.history.filter(id=pk).order_by("history_id")
    assert list(record.values_list("history_type", "reason")) == [
        ("+", "Mourning"),
        ("~", "Day of mourning"),
        ("-", "Day of mourning"),
    ]


def test_saving_a_key_date_as_it_is_leaves_no_row(election):
    date = KeyDate.objects.create(election=election, title="A date", date=dt.date(2021, 3, 1))

    KeyDate.objects.get(pk=date.pk).save()

    assert _recorded(date) == ["+"]


def test_record_holds_no_password_and_no_sign_in(client, candidate):
    fields = {field.name for field in User.history.model._meta.fields}
    assert not {"password", "last_login"} & fields
    before = _recorded(candidate)

    client.force_login(candidate)

    candidate.refresh_from_db()
    assert candidate.last_login is not None
    assert _recorded(candidate) == before


@pytest.mark.parametrize("from_group", [False, True])
def test_roles_given_and_taken_are_recorded_from_either_end(make_staff, from_group):
    user = make_staff()
    auditors = Group.objects.get(name=Role.AUDITOR)
    before = len(_recorded(user))

    if from_group:
        auditors.user_set.add(user)
        auditors.user_set.clear()
    else:
        user.groups.add(auditors)
        user.groups.clear()

    record = list(user.history.order_by("history_id"))[before:]
    assert [[row.group for row in one.groups.all()] for one in record] == [[auditors], []]


def test_who_did_it_is_recorded(client, editor, office):
    client.force_login(editor)

    client.post("/admin/elections/nonworkingday/add/", {"date": "17/04/2021", "reason": "M"})

    assert NonWorkingDay.objects.get().history.get().history_user == editor


def test_release_and_what_is_in_it_are_recorded(client, make_staff, election):
    issue = Newsletter.objects.create(
        election=election, slug="issue-1", number=1, title="News", summary="."
    )
    approver = make_staff(Role.APPROVER)
    client.force_login(approver)
    pass_review(issue)

    client.post(
        "/admin/briefings/newsletter/",
        {"action": "release_now", "confirmed": "yes", "_selected_action": issue.pk},
    )

    issue.refresh_from_db()
    newest = issue.history.first()
    assert (newest.release_id, newest.history_user) == (issue.release_id, approver)
    assert issue.release.history.first().released_at == issue.release.released_at


@pytest.mark.parametrize("name", ["elections_historicaloffice", "elections_historicaluser_groups"])
def test_every_table_of_the_record_has_its_triggers(db, name):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
            if connection.vendor == "postgresql"
            else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        names = {row[0] for row in cursor.fetchall()}

    assert {f"history_update_{name}", f"history_delete_{name}"} <= names


def test_record_cannot_be_changed_or_deleted(election, make_staff):
    user = make_staff(Role.AUDITOR)
    roles = user.history.first().groups.all()

    assert _refused(lambda: Election.history.update(name="Another"))
    assert _refused(lambda: Election.history.all().delete())
    assert _refused(lambda: Election.history.first().delete())
    assert _refused(lambda: roles.update(group=None))
    assert _refused(lambda: roles.delete())


def test_person_is_forgotten_in_the_record_and_nothing_else(candidate, election):
    row = Candidate.objects.get(user=candidate)

    assert _refused(lambda: candidate.history.update(name="Somebody else"))
    assert _refused(lambda: candidate.history.update(name="", is_staff=True))
    assert forget_person(candidate) == 1
    assert forget_person(row) == 1

    record = candidate.history.get()
    assert (record.name, record.email, record.is_active) == ("", "", True)
    assert row.history.get().surname == ""


def test_account_can_be_deleted_and_what_it_did_stays(editor, office):
    user = User.objects.create_user("gone@example.org", "Gone")
    office._history_user = user
    office.post = "Mayor"
    office.save()
    pk = user.pk

    user.delete()

    assert office.history.first().history_user_id == pk
