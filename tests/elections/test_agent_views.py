import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from elections.models import Agent, Invitation, User
from tests.conftest import NOON, PortalClient

AGENTS = reverse("agents")
ADAM = {"name": "Adam Agent", "email": "adam@example.org"}
# Mail goes out once the act is in the database for good.
commits = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mine(client, candidate):
    client.force_login(candidate)
    return client


def _text(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def _end(agent: Agent) -> str:
    return reverse("agent-end", args=[agent.pk])


@commits
def test_candidate_invites_sees_and_ends_an_agent(mine, candidate):
    assert "Nobody acts for you yet." in _text(mine.get(AGENTS))

    page = mine.post(AGENTS, ADAM, follow=True)

    agent = Agent.objects.get()
    assert agent.invited_by == candidate
    assert "adam@example.org is invited." in _text(page)
    assert "Adam Agent E-mail address adam@example.org Invitation Not taken up yet" in _text(page)
    [message] = mail.outbox
    assert re.findall(r"https?://\S+", message.body) == ["http://testserver/account/login/code/"]

    assert "End the access of Adam Agent?" in _text(mine.get(_end(agent)))
    assert Agent.objects.active().exists()
    page = mine.post(_end(agent), follow=True)

    assert "The access of Adam Agent has ended." in _text(page)
    assert f"Adam Agent, on {timezone.localdate():%-d %B %Y}" in _text(page)
    agent.refresh_from_db()
    assert agent.revoked_by == candidate


def test_form_says_what_to_do(mine):
    content = mine.post(AGENTS, {"name": "", "email": "nonsense"}).content.decode()

    assert '<a href="#id_name">Enter the agent’s name.</a>' in content
    assert (
        '<a href="#id_email">Enter an e-mail address in the right form, '
        "such as name@example.org.</a>" in content
    )
    assert "<title>Error: Your agents" in content


def test_refusal_stands_at_the_field(mine, editor):
    content = mine.post(AGENTS, ADAM | {"email": "editor@example.org"}).content.decode()

    assert '<a href="#id_email">This address cannot be an agent’s here.' in content
    assert not Agent.objects.exists()
    assert mail.outbox == []


@commits
def test_second_click_invites_once_and_says_so(mine):
    mine.post(AGENTS, ADAM)

    content = mine.post(AGENTS, ADAM).content.decode()

    assert "Adam Agent is your agent already." in content
    assert (Agent.objects.count(), len(mail.outbox)) == (1, 1)


@commits
def test_mail_that_fails_is_said(mine, monkeypatch):
    def refuse(message):
        raise OSError("no route to host")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)

    page = mine.post(AGENTS, ADAM, follow=True)

    assert "The mail could not be sent" in _text(page)
    assert "no route" not in _text(page)


@commits
def test_invitation_is_sent_again(mine):
    mine.post(AGENTS, ADAM)
    Invitation.objects.update(sent_at=NOON)
    again = reverse("agent-invite-again", args=[Agent.objects.get().pk])
    assert "Not taken up, run out" in _text(mine.get(AGENTS))

    page = mine.post(again, follow=True)

    assert "adam@example.org is invited." in _text(page)
    assert len(mail.outbox) == 2
    assert "less than five minutes ago" in _text(mine.post(again, follow=True))
    assert len(mail.outbox) == 2


def test_agent_who_was_never_mailed_cannot_be_mailed_again(mine, agent):
    response = mine.post(reverse("agent-invite-again", args=[Agent.objects.get().pk]))

    assert response.status_code == 404


@pytest.mark.parametrize("who", ["agent", "editor", "withdrawn_candidate", "rival"])
def test_strangers_find_nothing(client, request, candidate, agent, election, stand, who):
    if who == "rival":
        user = User.objects.create_user("rival@example.org", "Rival")
        stand(election, "Rival", user=user)
    else:
        user = request.getfixturevalue(who)
    client.force_login(user)
    acting = Agent.objects.get()

    answers = [
        client.get(_end(acting)),
        client.post(_end(acting)),
        client.post(reverse("agent-invite-again", args=[acting.pk])),
    ]
    if who != "rival":
        answers += [client.get(AGENTS), client.post(AGENTS, ADAM)]

    assert {answer.status_code for answer in answers} == {404}
    assert list(Agent.objects.active()) == [acting]


def test_visitors_are_asked_to_sign_in(client, agent):
    for address in (AGENTS, _end(Agent.objects.get())):
        assert client.post(address).url.startswith("/account/login/")


def test_get_ends_nothing(mine, agent):
    acting = Agent.objects.get()
    for _ in range(3):
        mine.get(_end(acting))
        mine.head(_end(acting))
        assert mine.get(reverse("agent-invite-again", args=[acting.pk])).status_code == 405

    assert Agent.objects.active().count() == 1


def test_agent_is_signed_out_at_once(mine, agent):
    theirs = PortalClient()
    theirs.force_login(agent)

    mine.post(_end(Agent.objects.get()))

    page = theirs.get(reverse("account_logout"))
    assert page.wsgi_request.user.is_anonymous


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_queries(mine, count, candidate, django_assert_num_queries):
    for number in range(count):
        user = User.objects.create_user(f"a{number}@example.org", "A")
        Agent.objects.create(
            candidate=candidate.candidacies.get(), user=user, name="A", invited_at=NOON
        )

    with django_assert_num_queries(5):
        mine.get(AGENTS)
