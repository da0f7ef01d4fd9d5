import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from elections.models import User


def test_user_has_no_password(db):
    user = User.objects.create_user("amara@example.org", "Amara Ellison")

    assert not user.has_usable_password()


def test_superuser_is_staff_and_keeps_no_password(db):
    user = User.objects.create_superuser("root@example.org", "Root", password="secret")  # noqa: S106

    assert (user.is_staff, user.is_superuser) == (True, True)
    assert not user.check_password("secret")


def test_address_is_unique_whatever_its_case(candidate):
    with pytest.raises(ValidationError, match="already signs in"):
        User.objects.create_user("Candidate@EXAMPLE.org", "Another")


def test_address_is_unique_in_the_database(candidate):
    with pytest.raises(IntegrityError, match="user_email_unique"):
        User.objects.create(email="CANDIDATE@example.org", name="Another")


def test_address_is_found_whatever_its_case(candidate):
    assert User.objects.get_by_natural_key("CANDIDATE@example.org") == candidate


def test_user_is_called_by_name_else_address():
    assert str(User(name="Amara Ellison", email="amara@example.org")) == "Amara Ellison"
    assert str(User(email="amara@example.org")) == "amara@example.org"


def _codes(user: User) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        user.full_clean(exclude=["password"])
    return [error.code for error in refused.value.error_dict["__all__"]]


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_office_holder_is_never_staff(db, right):
    user = User.objects.create_user("pcc@example.org", "Commissioner", is_office_holder=True)
    setattr(user, right, True)

    assert _codes(user) == ["office_holder"]


def test_somebody_with_a_role_is_never_office_holder(make_staff):
    user = make_staff("auditor")
    user.is_staff, user.is_office_holder = False, True

    assert _codes(user) == ["office_holder"]


def test_somebody_with_a_role_stays_staff(make_staff):
    user = make_staff("auditor")
    user.is_staff = False

    assert _codes(user) == ["not_staff"]


def test_address_is_kept_in_small_letters(db):
    assert User.objects.create_user(" Anna.Smith@Example.org ", "A").email == (
        "anna.smith@example.org"
    )
