import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.urls import reverse

from elections.impartiality import declare
from elections.models import Candidate, User
from tests.conftest import NOON, PortalClient


@pytest.fixture
def staff(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def helper(db) -> User:
    """Staff who may look after users, but not everything."""
    user = User.objects.create_user("helper@example.org", "Hal Helper", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__model="user", codename__endswith="_user")
    )
    declare(user, at=NOON)
    return user


def _save(client, address: str, data: dict) -> None:
    response = client.post(f"/admin/elections/{address}", data)
    assert response.status_code == 302, response.context["errors"]


def test_groups_and_address_rows_are_not_staff_pages():
    assert not admin.site.is_registered(Group)
    assert not admin.site.is_registered(EmailAddress)


# --- Users


def test_user_is_added_by_address_and_name_and_changed(staff, db):
    _save(staff, "user/add/", {"email": "Amara@EXAMPLE.org", "name": "Amara", "is_active": "on"})
    user = User.objects.get(name="Amara")
    assert user.email == "amara@example.org"
    assert not user.has_usable_password()
    assert user.password.startswith("!")

    _save(staff, f"user/{user.pk}/change/", {"email": user.email, "name": "Amara Ellison"})

    user.refresh_from_db()
    assert (user.name, user.is_active) == ("Amara Ellison", False)


@pytest.mark.parametrize("address", ["add/", "{}/change/"])
def test_user_form_has_no_password(staff, candidate, address):
    html = staff.get(f"/admin/elections/user/{address.format(candidate.pk)}").content.decode()

    assert 'name="email"' in html
    assert 'name="password' not in html
    assert 'type="password"' not in html


def test_user_address_taken_in_another_case_is_refused(staff, candidate):
    response = staff.post(
        "/admin/elections/user/add/", {"email": "CANDIDATE@example.org", "name": "Another"}
    )

    assert "Someone already signs in with this e-mail address." in response.content.decode()


def test_user_with_a_new_address_cannot_sign_in_at_the_old_one(staff, candidate):
    EmailAddress.objects.create(user=candidate, email=candidate.email, verified=True)

    _save(
        staff,
        f"user/{candidate.pk}/change/",
        {"email": "new@example.org", "name": "Candidate", "is_active": "on"},
    )

    assert not EmailAddress.objects.exists()


def test_user_with_a_new_address_is_signed_out_and_an_old_code_is_void(staff, candidate):
    theirs, waiting = PortalClient(), PortalClient()
    theirs.force_login(candidate)
    waiting.post(reverse("account_request_login_code"), {"email": candidate.email})
    code = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)

    _save(
        staff,
        f"user/{candidate.pk}/change/",
        {"email": "new@example.org", "name": "Candidate", "is_active": "on"},
    )

    assert theirs.get("/account/sessions/").status_code in (302, 404)
    assert "_auth_user_id" not in theirs.session
    waiting.post(reverse("account_confirm_login_code"), {"code": code})
    assert "_auth_user_id" not in waiting.session


def test_user_who_changes_their_own_address_stays_signed_in_here(staff, editor):
    _save(
        staff,
        f"user/{editor.pk}/change/",
        {"email": "new@example.org", "name": "Edith", "is_active": "on"},
    )

    assert staff.get("/admin/").status_code == 200


def test_user_with_the_same_address_keeps_its_record(staff, candidate):
    EmailAddress.objects.create(user=candidate, email=candidate.email, verified=True)

    _save(
        staff,
        f"user/{candidate.pk}/change/",
        {"email": candidate.email, "name": "New Name", "is_active": "on"},
    )

    assert EmailAddress.objects.get().email == "candidate@example.org"


def test_user_list_shows_where_they_stand(staff, candidate):
    html = staff.get("/admin/elections/user/").content.decode()

    assert '<td class="field-stands_in">Election 2021</td>' in html


def test_user_who_stands_cannot_be_made_staff(staff, candidate):
    response = staff.post(
        f"/admin/elections/user/{candidate.pk}/change/",
        {"email": candidate.email, "name": "Candidate", "is_active": "on", "is_staff": "on"},
    )

    assert "A candidate cannot be a member of the office’s staff." in response.content.decode()


def test_helper_cannot_give_rights(client, helper, candidate):
    client.force_login(helper)

    _save(
        client,
        f"user/{candidate.pk}/change/",
        {
            "email": candidate.email,
            "name": "New Name",
            "is_active": "on",
            "is_staff": "on",
            "is_superuser": "on",
        },
    )

    candidate.refresh_from_db()
    assert (candidate.name, candidate.is_staff, candidate.is_superuser) == (
        "New Name",
        False,
        False,
    )


@pytest.mark.parametrize("address", ["change", "delete"])
def test_helper_cannot_touch_staff(client, helper, editor, address):
    client.force_login(helper)
    form = {"email": "mine@example.org", "name": "Mine", "post": "yes"}

    response = client.post(f"/admin/elections/user/{editor.pk}/{address}/", form)

    assert response.status_code == 403
    assert User.objects.get(pk=editor.pk).email == "editor@example.org"


def test_helper_cannot_delete_staff_from_the_list(client, helper, editor):
    client.force_login(helper)
    chosen = {"action": "delete_selected", "_selected_action": editor.pk, "post": "yes"}

    client.post("/admin/elections/user/", chosen)

    assert User.objects.filter(pk=editor.pk).exists()


# --- Roles


@pytest.fixture
def administrator(client, make_staff) -> User:
    user = make_staff("administrator")
    client.force_login(user)
    return user


def _person_form(user: User, *roles: str, **changes) -> dict:
    pks = Group.objects.filter(name__in=roles).values_list("pk", flat=True)
    form = {"email": user.email, "name": user.name, "is_active": "on", "is_staff": "on"}
    return form | {"groups": list(pks)} | changes


def test_administrator_gives_and_takes_roles(client, administrator, make_staff):
    person = make_staff("editor")

    _save(client, f"user/{person.pk}/change/", _person_form(person, "finance", "auditor"))

    assert set(person.groups.values_list("name", flat=True)) == {"finance", "auditor"}
    page = client.get(f"/admin/elections/user/{person.pk}/change/").content.decode()
    assert "Finance officer: looks after tables and figures" in page


def test_administrator_ends_that_somebody_is_staff(client, administrator, make_staff):
    person = make_staff("editor")
    form = _person_form(person)
    del form["is_staff"]

    _save(client, f"user/{person.pk}/change/", form)

    person.refresh_from_db()
    assert (person.is_staff, person.groups.count()) == (False, 0)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"is_office_holder": "on"}, "groups", "office_holder"),
        ({"is_office_holder": "on", "groups": []}, "__all__", "office_holder"),
        ({"is_staff": ""}, "groups", "not_staff"),
    ],
)
def test_role_that_cannot_be_is_refused_in_the_form(
    client, administrator, make_staff, changes, field, code
):
    person = make_staff("editor")
    address = f"/admin/elections/user/{person.pk}/change/"

    response = client.post(address, _person_form(person, "editor") | changes)

    assert response.context["adminform"].form.has_error(field, code)
    person.refresh_from_db()
    assert (person.is_staff, person.is_office_holder) == (True, False)


def test_office_holder_can_be_a_candidate(client, administrator, election):
    form = {"email": "pcc@example.org", "name": "Commissioner", "is_active": "on"}
    _save(client, "user/add/", form | {"is_office_holder": "on"})
    holder = User.objects.get(email="pcc@example.org")

    candidate = {
        "election": election.pk,
        "surname": "Commissioner",
        "other_names": "Sitting",
        "status": "declared",
        "effective_from": "01/03/2021",
        "email": holder.email,
    }
    _save(client, "candidate/add/", candidate)

    assert Candidate.objects.get().user == holder


def test_nobody_gives_themselves_a_role(client, administrator):
    form = _person_form(administrator, "administrator", "approver", name="New Name")

    _save(client, f"user/{administrator.pk}/change/", form | {"is_superuser": "on"})

    administrator.refresh_from_db()
    assert administrator.name == "New Name"
    assert [group.name for group in administrator.groups.all()] == ["administrator"]
    assert not administrator.is_superuser


def test_administrator_makes_nobody_a_superuser(client, administrator, make_staff):
    person = make_staff("editor")

    _save(client, f"user/{person.pk}/change/", _person_form(person, "editor", is_superuser="on"))

    person.refresh_from_db()
    assert not person.is_superuser


@pytest.mark.parametrize("address", ["change", "delete"])
def test_administrator_cannot_touch_a_superuser(client, administrator, editor, address):
    form = _person_form(editor, post="yes", email="mine@example.org")

    assert client.post(f"/admin/elections/user/{editor.pk}/{address}/", form).status_code == 403


def test_helper_gives_no_role_and_makes_no_office_holder(client, helper, candidate):
    client.force_login(helper)

    form = _person_form(candidate, "auditor", is_office_holder="on")
    _save(client, f"user/{candidate.pk}/change/", form)

    candidate.refresh_from_db()
    assert (candidate.groups.count(), candidate.is_office_holder) == (0, False)
