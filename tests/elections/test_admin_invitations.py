import pytest
from django.core import mail
from django.utils.html import strip_tags

from elections.models import Agent, Invitation, User
from tests.conftest import NOON, PortalClient

INVITATIONS = "/admin/elections/invitation/"
AGENTS = "/admin/elections/agent/"
commits = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def invitation(candidate, editor) -> Invitation:
    return Invitation.objects.create(
        candidate=candidate.candidacies.get(), email=candidate.email, sent_at=NOON, sent_by=editor
    )


def _text(response) -> str:
    return " ".join(strip_tags(response.content.decode().replace("<", " <")).split())


def _do(client, address: str, action: str, *rows):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(address, chosen, follow=True)


@commits
def test_invitation_is_sent_again(staff, invitation):
    response = _do(staff, INVITATIONS, "send_once_more", invitation)

    assert "Invitations on their way again (this list says if one fails): 1." in _text(response)
    assert [message.to for message in mail.outbox] == [["candidate@example.org"]]
    assert Invitation.objects.count() == 2
    response = _do(staff, INVITATIONS, "send_once_more", invitation)
    assert "less than five minutes ago" in _text(response)
    assert len(mail.outbox) == 1


@commits
def test_mail_that_fails_again_is_said(staff, invitation, monkeypatch):
    def refuse(message):
        raise OSError("no route to host")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)

    response = _do(staff, INVITATIONS, "send_once_more", invitation)

    assert "The mail could not be sent" in _text(response)
    newest = Invitation.objects.first()
    assert "OSError: no route to host" in _text(staff.get(f"{INVITATIONS}{newest.pk}/change/"))


def test_invitation_is_taken_back(staff, invitation, editor):
    _do(staff, INVITATIONS, "take_back", invitation)

    invitation.refresh_from_db()
    assert invitation.revoked_by == editor
    assert "has been taken back already" in _text(_do(staff, INVITATIONS, "take_back", invitation))


@pytest.mark.parametrize(
    ("state", "count"),
    [("open", 4), ("out", 2), ("failed", 2), ("taken-up", 1), ("revoked", 1), ("", 6)],
)
def test_invitations_are_filtered_by_what_became_of_them(
    staff, invitation, state, count, time_machine
):
    time_machine.move_to(NOON)
    old = NOON.replace(year=2020)
    for fields in (
        {"sent_at": old, "failed_at": old},
        {"sent_at": old},
        {"sent_at": NOON, "accepted_at": NOON},
        {"sent_at": NOON, "taken_up_at": NOON},
        {"sent_at": NOON, "revoked_at": NOON},
    ):
        Invitation.objects.create(candidate=invitation.candidate, **fields)

    response = staff.get(f"{INVITATIONS}?state={state}")

    assert response.context["cl"].queryset.count() == count


def test_list_says_who_invited_as_whom(staff, invitation, agent, candidate):
    Invitation.objects.create(agent=Agent.objects.get(), sent_at=NOON, sent_by=candidate)

    text = _text(staff.get(INVITATIONS))

    assert "Adam Agent, agent for Candidate Surname Election 2021" in text
    assert "Edith Editor Not taken up" in text
    assert "Candidate Surname Not taken up" in text


def test_agents_list_says_who_invited_and_ended_them(staff, agent, editor):
    assert "30 March 2021, 12:00, Candidate Surname No" in _text(staff.get(AGENTS))

    Agent.objects.update(revoked_at=NOON, revoked_by=editor)

    assert "30 March 2021, 12:00, Edith Editor" in _text(staff.get(AGENTS))


def test_staff_end_an_agents_access_at_once(staff, agent, editor):
    theirs = PortalClient()
    theirs.force_login(agent)

    _do(staff, AGENTS, "end_access", Agent.objects.get())

    assert Agent.objects.get().revoked_by == editor
    assert theirs.get("/account/logout/").wsgi_request.user.is_anonymous


@pytest.mark.parametrize("address", [INVITATIONS, AGENTS])
def test_rows_are_only_read(staff, invitation, agent, address):
    row = invitation if address == INVITATIONS else Agent.objects.get()

    assert staff.get(f"{address}{row.pk}/change/").status_code == 200
    assert staff.post(f"{address}{row.pk}/change/", {}).status_code == 403
    assert staff.post(f"{address}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert staff.get(f"{address}add/").status_code == 403


def test_staff_without_the_right_have_no_actions(client, invitation, agent):
    from django.contrib.auth.models import Permission

    looker = User.objects.create_user("looker@example.org", "Lou", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(looker)

    for address, action, row in (
        (INVITATIONS, "take_back", invitation),
        (AGENTS, "end_access", Agent.objects.get()),
    ):
        _do(client, address, action, row)

    invitation.refresh_from_db()
    assert invitation.revoked_at is None
    assert Agent.objects.active().exists()
