import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group, Permission

from elections.models import User


@pytest.fixture
def staff(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def helper(db) -> User:
    """Staff who may look after users, but not everything."""
    user = User.objects.create_user("helper@example.org", "Hal Helper", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__model="user"))
    return user


def _save(client, address: str, data: dict) -> None:
    response = client.post(f"/admin/elections/{address}", data)
    assert response.status_code == 302, response.context["errors"]


def test_groups_and_address_rows_are_not_staff_pages():
    assert not admin.site.is_registered(Group)
    assert not admin.site.is_registered(EmailAddress)


# --- Users


def test_user_is_added_by_address_and_name_and_changed(staff, db):
    _save(staff, "user/add/", {"email": "amara@EXAMPLE.org", "name": "Amara", "is_active": "on"})
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
