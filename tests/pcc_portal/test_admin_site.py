"""The staff pages that belong to no model."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from elections.models import Election, User
from elections.roles import Role


def _on_site(row) -> str:
    kind = ContentType.objects.get_for_model(row).pk
    return reverse("admin:view_on_site", args=[kind, row.pk])


def test_whoever_may_see_a_row_is_led_to_its_public_page(client, election, make_staff):
    client.force_login(make_staff(Role.EDITOR))

    assert client.get(_on_site(election)).url.endswith(f"/{election.slug}/")


def test_nobody_is_told_the_address_of_a_row_they_may_not_see(client, election, make_staff):
    client.force_login(make_staff())

    assert client.get(_on_site(election)).status_code == 403


@pytest.mark.parametrize("number", ["x", "0", "9" * 40, "1.5"])
def test_kind_of_row_that_there_is_not_is_not_found(client, editor, number):
    client.force_login(editor)

    assert client.get(f"/admin/r/{number}/1/").status_code == 404


def test_row_without_a_page_or_that_is_gone_is_not_found(client, editor):
    client.force_login(editor)

    assert client.get(_on_site(User(pk=1))).status_code == 404
    assert client.get(_on_site(Election(pk=99))).status_code == 404


def test_staff_who_are_signed_in_are_led_on_from_the_old_sign_in(client, editor, candidate):
    client.force_login(editor)
    assert client.get(reverse("admin:login")).url == reverse("admin:index")

    client.force_login(candidate)
    assert client.get(reverse("admin:login")).status_code == 403
