import pytest
from django.urls import reverse

from elections.impartiality import WORDING
from elections.models import ImpartialityDeclaration, User

PAGE = reverse("impartiality")


@pytest.fixture
def newcomer(client, db) -> User:
    user = User.objects.create_user("new@example.org", "New Colleague", is_staff=True)
    client.force_login(user)
    return user


def test_declaration_is_read_then_confirmed_and_leads_on(client, newcomer):
    address = f"{PAGE}?next=/admin/elections/"

    page = client.get(address).content.decode()
    assert all(sentence in page for sentence in WORDING)
    assert not ImpartialityDeclaration.objects.exists()
    response = client.post(address, {"agreed": "on"})

    assert response["Location"] == "/admin/elections/"
    assert ImpartialityDeclaration.objects.get().user == newcomer


def test_declaration_without_the_tick_is_refused(client, newcomer):
    response = client.post(PAGE, {})

    assert response.context["form"].has_error("agreed", "required")
    assert "Tick “I confirm this” to open the staff pages." in response.content.decode()
    assert not ImpartialityDeclaration.objects.exists()


@pytest.mark.parametrize("next_page", ["https://example.com/", "//example.com", ""])
def test_declaration_leads_nowhere_else(client, newcomer, next_page):
    response = client.post(reverse("impartiality", query={"next": next_page}), {"agreed": "on"})

    assert response["Location"] == "/admin/"


def test_declaration_is_asked_once(client, newcomer):
    client.post(PAGE, {"agreed": "on"})

    assert client.get(PAGE)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_declaration_is_for_staff(client, candidate):
    assert client.get(PAGE)["Location"] == f"/account/login/?next={PAGE}"
    client.force_login(candidate)

    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"agreed": "on"}).status_code == 403
    assert not ImpartialityDeclaration.objects.exists()


def test_declaration_is_not_taken_without_the_second_factor(client, newcomer):
    client.logout()
    client.force_login_without_second_factor(newcomer)

    response = client.post(PAGE, {"agreed": "on"})

    assert response["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not ImpartialityDeclaration.objects.exists()
