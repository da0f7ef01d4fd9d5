import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from elections import impartiality
from elections.impartiality import WORDING, declare, has_declared
from elections.models import ImpartialityDeclaration, User
from elections.roles import Role

AT = dt.datetime(2021, 3, 1, 9, tzinfo=dt.UTC)


@pytest.fixture
def newcomer(db) -> User:
    return User.objects.create_user("new@example.org", "New Colleague", is_staff=True)


def test_declaring_twice_leaves_the_first_record(newcomer):
    declare(newcomer, at=AT)
    declare(newcomer, at=AT + dt.timedelta(days=1))

    declaration = ImpartialityDeclaration.objects.get()
    assert (declaration.user, declaration.confirmed_at) == (newcomer, AT)
    assert declaration.wording.splitlines() == list(WORDING)


def test_new_wording_is_asked_for_again(newcomer, monkeypatch):
    declare(newcomer, at=AT)
    monkeypatch.setattr(impartiality, "VERSION", impartiality.VERSION + 1)

    assert not has_declared(newcomer)
    declare(newcomer, at=AT)
    assert has_declared(newcomer)
    assert ImpartialityDeclaration.objects.count() == 2


@pytest.mark.parametrize("address", ["/admin/", "/admin/elections/office/", "/admin/audit/"])
def test_staff_page_leads_to_the_declaration_first(client, newcomer, address):
    client.force_login(newcomer)

    response = client.get(address)

    expected = reverse("impartiality", query={"next": address})
    assert (response.status_code, response["Location"]) == (302, expected)


def test_staff_page_takes_nothing_before_the_declaration(client, newcomer, office):
    newcomer.is_superuser = True
    newcomer.save()
    client.force_login(newcomer)

    response = client.post(f"/admin/elections/office/{office.pk}/delete/", {"post": "yes"})

    assert response["Location"] == reverse("impartiality", query={"next": "/admin/"})
    office.refresh_from_db()


def test_declarations_are_read_and_never_written_on_the_staff_pages(client, make_staff):
    user = make_staff(Role.AUDITOR)
    client.force_login(user)
    declaration = user.declarations.get()

    page = client.get(
        reverse("admin:elections_impartialitydeclaration_change", args=[declaration.pk])
    )

    assert WORDING[0] in page.content.decode()
    assert 'name="_save"' not in page.content.decode()


def test_list_of_declarations_asks_no_more_for_more(client, make_staff, django_assert_num_queries):

    client.force_login(make_staff(Role.AUDITOR))
    address = reverse("admin:elections_impartialitydeclaration_changelist")
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    make_staff(Role.EDITOR)
    make_staff(Role.FINANCE)

    with django_assert_num_queries(len(few)):
        response = client.get(address)
    assert response.context["cl"].result_count == 3
