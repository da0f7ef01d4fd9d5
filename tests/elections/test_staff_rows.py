"""The database's own word on staff, whatever the way in."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from elections.models import ImpartialityDeclaration, User
from elections.models.user import NOT_STAFF, OFFICE_HOLDER
from elections.roles import Role
from elections.staff_rows import DECLARED


@pytest.fixture
def holder(db) -> User:
    return User.objects.create_user(
        "pcc@example.org", "Sitting Commissioner", is_office_holder=True
    )


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("person@example.org", "Person")


@pytest.fixture
def auditors(db) -> Group:
    return Group.objects.get(name=Role.AUDITOR)


def _refusal(act) -> str:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        act()
    return str(refused.value)


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_office_holder_cannot_be_made_staff(holder, right):
    rows = User.objects.filter(pk=holder.pk)
    setattr(holder, right, True)

    for act in (
        holder.save,
        lambda: rows.update(**{right: True}),
        lambda: User.objects.bulk_update([holder], [right]),
    ):
        assert f"user_office_holder_{right}" in _refusal(act)
    assert not rows.filter(**{right: True}).exists()


def test_staff_cannot_be_made_office_holder(make_staff):
    user = make_staff()

    refusal = _refusal(lambda: User.objects.filter(pk=user.pk).update(is_office_holder=True))

    assert "user_office_holder_is_staff" in refusal


def test_office_holder_gets_no_role(holder, auditors):
    through = User.groups.through

    assert OFFICE_HOLDER in _refusal(lambda: holder.groups.add(auditors))
    assert OFFICE_HOLDER in _refusal(lambda: auditors.user_set.add(holder))
    assert OFFICE_HOLDER in _refusal(
        lambda: through.objects.bulk_create([through(user=holder, group=auditors)])
    )
    assert not through.objects.exists()


def test_office_holder_gets_no_right_of_their_own(holder, person):
    right = Permission.objects.get(codename="read_audit")
    through = User.user_permissions.through
    person.user_permissions.add(right)

    for act in (
        lambda: holder.user_permissions.add(right),
        lambda: right.user_set.add(holder),
        lambda: through.objects.bulk_create([through(user=holder, permission=right)]),
        lambda: through.objects.update(user=holder),
    ):
        assert OFFICE_HOLDER in _refusal(act)
    assert not holder.user_permissions.exists()


def test_somebody_with_a_right_of_their_own_does_not_become_office_holder(person):
    person.user_permissions.add(Permission.objects.get(codename="read_audit"))
    person.is_office_holder = True

    assert OFFICE_HOLDER in _refusal(person.save)
    with pytest.raises(ValidationError) as refused:
        person.full_clean()
    assert refused.value.error_dict["__all__"][0].code == "office_holder"


def test_role_cannot_be_moved_to_an_office_holder(holder, make_staff):
    make_staff(Role.AUDITOR)

    assert OFFICE_HOLDER in _refusal(lambda: User.groups.through.objects.update(user=holder))


def test_somebody_with_a_role_does_not_become_office_holder(make_staff):
    rows = User.objects.filter(pk=make_staff(Role.AUDITOR).pk)

    refusal = _refusal(lambda: rows.update(is_office_holder=True, is_staff=False))

    assert OFFICE_HOLDER in refusal


def test_only_staff_have_roles(person, auditors, make_staff):
    auditor = make_staff(Role.AUDITOR)

    assert NOT_STAFF in _refusal(lambda: person.groups.add(auditors))
    assert NOT_STAFF in _refusal(lambda: User.objects.filter(pk=auditor.pk).update(is_staff=False))
    assert auditor.groups.get() == auditors


def test_staff_end_once_their_roles_are_taken_away(make_staff):
    auditor = make_staff(Role.AUDITOR)

    auditor.groups.clear()
    auditor.is_staff = False
    auditor.save()

    assert not User.objects.get(pk=auditor.pk).is_staff


def test_declaration_is_kept_as_it_was_made(make_staff):
    make_staff()
    rows = ImpartialityDeclaration.objects.all()

    assert DECLARED in _refusal(lambda: rows.update(wording="Other words"))
    assert DECLARED in _refusal(rows.delete)
    assert rows.count() == 1
