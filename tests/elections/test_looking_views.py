import pytest

from elections import impartiality
from elections.looking import KEY
from tests.conftest import PortalClient

START = "/admin/looking/"


@pytest.mark.parametrize("reader", ["candidate", "other_candidate", "withdrawn_candidate", "agent"])
def test_only_staff_can_start(client, request, election, reader):
    client.force_login(request.getfixturevalue(reader))

    assert client.post(START, {"election": election.pk}).status_code == 404
    assert KEY not in client.session


def test_strangers_are_asked_to_sign_in(client, election):
    assert client.post(START)["Location"] == f"/account/login/?next={START}"


@pytest.mark.parametrize("role", ["editor", "approver", "auditor", "organiser", "administrator"])
def test_staff_of_every_role_can_start(client, make_staff, election, role):
    client.force_login(make_staff(role))

    assert client.post(START, {"election": election.pk})["Location"] == "/pcc-2021/"
    assert client.session[KEY] == election.pk


def test_only_staff_who_have_declared_can_start(client, editor, election, monkeypatch):
    client.force_login(editor)
    monkeypatch.setattr(impartiality, "VERSION", impartiality.VERSION + 1)

    assert client.post(START)["Location"].startswith("/account/impartiality/")
    assert KEY not in client.session


def test_only_staff_who_have_used_their_second_factor_can_start(editor, election):
    client = PortalClient()
    client.force_login_without_second_factor(editor)

    assert client.post(START)["Location"].startswith("/account/second-factor/")
    assert KEY not in client.session


def test_an_election_there_is_not_is_refused(client, editor, election):
    client.force_login(editor)

    response = client.post(START, {"election": 999}, follow=True)

    assert "Choose what to look at the portal as." in response.content.decode()
    assert KEY not in client.session


def test_both_are_only_ever_sent(client, editor, election):
    client.force_login(editor)

    assert client.get(START).status_code == 405
    client.post(START)
    assert client.get("/account/looking/stop/").status_code == 405
    assert client.session[KEY] == 0


def test_first_page_offers_the_public_and_every_election(client, editor, election, other_election):
    client.force_login(editor)
    page = client.get("/admin/").content.decode()

    offered = ["The public", "A candidate of Election 2024", "A candidate of Election 2021"]
    places = [page.index(f">{choice}</option>") for choice in offered]
    assert places == sorted(places)
    client.post(START)
    assert "A candidate of Election 2024" not in client.get("/admin/").content.decode()
