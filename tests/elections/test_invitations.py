import datetime as dt
import re

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from model_bakery import baker

from briefings.models import Newsletter
from elections.acting import acting_for
from elections.invitations import (
    AGENTS_ASKED_AT_MOST,
    AGENTS_AT_MOST,
    invite_agent,
    invite_candidate,
    may_sign_in,
    revoke,
    revoke_agent,
    send_again,
    take_up,
)
from elections.models import Agent, Candidate, Invitation, User
from elections.models.invitation import HEARD_OF_WITHIN
from elections.refusals import Refused
from elections.rehearsing import rehearse
from tests.conftest import NOON, PortalClient, give_status

SIGN_IN = "https://portal.example.org/account/login/code/"
FORTNIGHT = dt.timedelta(days=14)
A_MOMENT = dt.timedelta(seconds=1)


@pytest.fixture
def newcomer(election, stand) -> Candidate:
    return stand(election, "Ellison", "declared", other_names="Amara")


@pytest.fixture
def invite(editor, django_capture_on_commit_callbacks):
    def _invite(candidate: Candidate, email: str = "amara@example.org", **changes) -> Invitation:
        values = {"by": editor, "at": NOON, "sign_in_url": SIGN_IN} | changes
        with django_capture_on_commit_callbacks(execute=True):
            return invite_candidate(candidate, email=email, **values)

    return _invite


@pytest.fixture
def appoint(candidate, django_capture_on_commit_callbacks):
    """``candidate`` invites an agent."""

    def _appoint(email: str = "adam@example.org", at: dt.datetime = NOON) -> Invitation:
        with django_capture_on_commit_callbacks(execute=True):
            return invite_agent(
                candidate.candidacies.get(),
                name="Adam Agent",
                email=email,
                sign_in_url=SIGN_IN,
                by=candidate,
                at=at,
            )

    return _appoint


@pytest.fixture
def again(editor, django_capture_on_commit_callbacks):
    def _again(invitation: Invitation, at: dt.datetime) -> Invitation:
        with django_capture_on_commit_callbacks(execute=True):
            return send_again(invitation, sign_in_url=SIGN_IN, by=editor, at=at)

    return _again


def _code(call, *args, **fields) -> str:
    before = (User.objects.count(), Agent.objects.count(), Invitation.objects.count())
    with pytest.raises(Refused) as refused, transaction.atomic():
        call(*args, **fields)
    assert before == (User.objects.count(), Agent.objects.count(), Invitation.objects.count())
    assert mail.outbox == []
    return refused.value.code


# --- A candidate


def test_invitation_makes_a_sign_in_and_says_what_to_do(newcomer, invite, office):
    invitation = invite(newcomer)

    newcomer.refresh_from_db()
    assert (newcomer.user.email, newcomer.user.name) == ("amara@example.org", "Amara Ellison")
    assert not newcomer.user.has_usable_password()
    [message] = mail.outbox
    assert message.to == ["amara@example.org"]
    assert message.subject == "Your invitation to the candidates’ portal: Election 2021"
    assert message.reply_to == ["office@example.org"]
    assert message.content_subtype == "plain"
    assert f"The {office.name} invites you" in message.body
    assert "Election 2021, polling day 6 May 2021" in message.body
    assert re.findall(r"https?://\S+", message.body) == [SIGN_IN]
    assert "by 12 noon on Tuesday 13 April 2021 (UK time)" in message.body
    assert "The election contact, office@example.org" in message.body
    invitation.refresh_from_db()
    assert invitation.accepted_at is not None
    assert invitation.state(NOON) == "Not taken up yet"


def test_invitation_is_not_sent_when_the_act_fails(
    newcomer, editor, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        rehearse(
            lambda: invite_candidate(
                newcomer, email="amara@example.org", sign_in_url=SIGN_IN, by=editor, at=NOON
            )
        )

    assert mail.outbox == []
    assert not Invitation.objects.exists()
    assert not User.objects.filter(email="amara@example.org").exists()


def test_mail_that_fails_is_recorded_and_shown(newcomer, invite, monkeypatch):
    def refuse(message):
        raise OSError("no route to host")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)

    invitation = invite(newcomer)

    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    assert invitation.failed_at is not None
    assert invitation.failure == "OSError: no route to host"
    assert invitation.state(NOON) == "The mail could not be sent"


def test_somebody_who_stands_again_keeps_their_sign_in(newcomer, invite, other_candidate):
    invite(newcomer, "OTHER@example.org")

    newcomer.refresh_from_db()
    assert newcomer.user == other_candidate
    assert mail.outbox[0].to == ["other@example.org"]


def test_staff_address_is_refused(newcomer, invite, editor):
    assert _code(invite, newcomer, "Editor@example.org") == "staff"


def test_address_of_another_candidate_is_refused(newcomer, invite, candidate):
    assert _code(invite, newcomer, "candidate@example.org") == "candidate"


def test_address_of_another_candidates_agent_is_refused(newcomer, invite, agent):
    assert _code(invite, newcomer, "agent@example.org") == "agent"


def test_address_whose_access_was_ended_is_refused(newcomer, invite, db):
    User.objects.create_user("amara@example.org", "Amara", is_active=False)

    assert _code(invite, newcomer) == "inactive"


def test_odd_address_is_refused(newcomer, invite):
    assert _code(invite, newcomer, "nonsense") == "invalid"


def test_second_sign_in_is_refused(candidate, invite):
    assert _code(invite, candidate.candidacies.get(), "new@example.org") == "has_sign_in"


def test_somebody_who_left_is_not_invited(election, stand, invite):
    assert _code(invite, stand(election, "Gone", "withdrawn")) == "left"


def test_somebody_to_come_may_be_invited(election, invite):
    candidate = Candidate.objects.create(election=election, surname="Soon", other_names="A")
    give_status(candidate, "declared", NOON.date() + dt.timedelta(3))

    invite(candidate)

    assert len(mail.outbox) == 1


# --- Once more, and not any more


def test_sending_again_begins_the_fortnight_anew(newcomer, invite, again):
    first = invite(newcomer)
    late = NOON + FORTNIGHT
    user = User.objects.get(email="amara@example.org")
    assert not may_sign_in(user, late)

    second = again(first, late)

    assert second.pk != first.pk
    assert may_sign_in(user, late)
    assert [message.to for message in mail.outbox] == [["amara@example.org"]] * 2


def test_second_click_sends_nothing(newcomer, invite, again):
    first = invite(newcomer)
    mail.outbox.clear()

    assert _code(again, first, NOON + dt.timedelta(minutes=4)) == "just_sent"


def test_failed_mail_can_be_sent_again_at_once(newcomer, invite, again):
    first = invite(newcomer)
    Invitation.objects.update(failed_at=NOON)

    again(first, NOON + A_MOMENT)

    assert len(mail.outbox) == 2


def test_nobody_who_signed_in_is_invited_again(newcomer, invite, again):
    first = invite(newcomer)
    newcomer.refresh_from_db()
    take_up(newcomer.user, NOON)
    mail.outbox.clear()

    assert _code(again, first, NOON + FORTNIGHT) == "taken_up"


def test_nobody_who_left_is_invited_again(newcomer, invite, again):
    first = invite(newcomer)
    give_status(newcomer, "withdrawn", NOON.date())
    mail.outbox.clear()

    assert _code(again, first, NOON + FORTNIGHT) == "left"


def test_agent_whose_access_was_ended_is_not_invited_again(appoint, again, candidate):
    invitation = appoint()
    revoke_agent(invitation.agent, by=candidate, at=NOON)
    invitation = Invitation.objects.get()
    mail.outbox.clear()

    assert _code(again, invitation, NOON + FORTNIGHT) == "ended"


def test_nobody_whose_access_was_ended_is_invited_again(newcomer, invite, again):
    invite(newcomer)
    User.objects.filter(email="amara@example.org").update(is_active=False)
    mail.outbox.clear()

    assert _code(again, Invitation.objects.get(), NOON + FORTNIGHT) == "inactive"


def test_nobody_without_an_address_is_invited_again(newcomer, invite, again):
    invite(newcomer)
    Candidate.objects.filter(pk=newcomer.pk).update(user=None)
    mail.outbox.clear()

    assert _code(again, Invitation.objects.get(), NOON + FORTNIGHT) == "no_address"


def test_revoking_takes_back_every_open_invitation(newcomer, invite, again, editor):
    first = invite(newcomer)
    later = NOON + dt.timedelta(hours=1)
    again(first, later)

    revoke(first, by=editor, at=later)

    user = User.objects.get(email="amara@example.org")
    assert not may_sign_in(user, later)
    assert {i.state(later) for i in Invitation.objects.all()} == {"Revoked"}
    assert {i.revoked_by for i in Invitation.objects.all()} == {editor}
    with pytest.raises(Refused) as refused:
        revoke(first, by=editor, at=later)
    assert refused.value.code == "revoked"


def test_revoking_frees_the_candidate_for_the_right_address(newcomer, invite, editor):
    wrong = invite(newcomer, "wrong@example.org")

    revoke(wrong, by=editor, at=NOON)
    invite(newcomer, "right@example.org")

    newcomer.refresh_from_db()
    assert newcomer.user.email == "right@example.org"
    assert may_sign_in(newcomer.user, NOON)
    assert not may_sign_in(User.objects.get(email="wrong@example.org"), NOON)
    assert Invitation.objects.filter(email="wrong@example.org", revoked_at=NOON).exists()


def test_revoking_ends_what_somebody_of_another_election_saw_of_this(
    client, newcomer, invite, editor, other_candidate, other_election, election, release_now
):
    other_candidate.last_login = NOON
    other_candidate.save()
    invitation = invite(newcomer, "other@example.org")
    client.force_login(other_candidate)
    assert acting_for(other_candidate, election, NOON) is not None
    secret = baker.make(
        Newsletter, election=election, title="Secret", audience="candidates", slug="secret"
    )
    release_now(secret)
    seen = election.newsletters.visible_to(other_candidate, NOON)
    assert seen.exists()

    revoke(invitation, by=editor, at=NOON)

    assert acting_for(other_candidate, election, NOON) is None
    assert not election.newsletters.visible_to(other_candidate, NOON).exists()
    assert acting_for(other_candidate, other_election, NOON) is not None
    assert may_sign_in(other_candidate, NOON)
    assert client.get(reverse("account_logout")).wsgi_request.user.is_anonymous


def test_revoking_an_agents_invitation_ends_the_agents_access(client, appoint, editor):
    invitation = appoint()
    user = invitation.agent.user
    client.force_login(user)

    revoke(invitation, by=editor, at=NOON)

    row = Agent.objects.get()
    assert (row.revoked_at, row.revoked_by) == (NOON, editor)
    assert client.get(reverse("account_logout")).wsgi_request.user.is_anonymous


def test_invitation_taken_up_cannot_be_revoked(newcomer, invite, editor):
    invitation = invite(newcomer)
    newcomer.refresh_from_db()
    take_up(newcomer.user, NOON)
    mail.outbox.clear()

    assert _code(revoke, invitation, by=editor, at=NOON) == "taken_up"


def test_invitation_is_for_one_candidate_or_one_agent(newcomer, agent):
    acting = Agent.objects.get()
    for fields in ({}, {"candidate": newcomer, "agent": acting}):
        with pytest.raises(IntegrityError, match="invitation_for_one"), transaction.atomic():
            Invitation.objects.create(email="a@example.org", sent_at=NOON, **fields)


def test_state_says_what_became_of_it():
    invitation = Invitation(sent_at=NOON)
    assert (
        invitation.state(NOON + HEARD_OF_WITHIN)
        == "Not taken up; it is not known whether the mail was sent"
    )
    assert invitation.state(NOON + FORTNIGHT) == "Not taken up, run out"
    invitation.taken_up_at = NOON
    assert invitation.state(NOON + FORTNIGHT) == "Taken up"


# --- Who may sign in


def test_invitation_lives_for_a_fortnight(newcomer, invite):
    invite(newcomer)
    user = User.objects.get(email="amara@example.org")

    assert may_sign_in(user, NOON + FORTNIGHT - A_MOMENT)
    assert not may_sign_in(user, NOON + FORTNIGHT)


def test_somebody_who_signed_in_once_may_always(newcomer, invite):
    invite(newcomer)
    user = User.objects.get(email="amara@example.org")
    take_up(user, NOON)

    assert may_sign_in(user, NOON + 10 * FORTNIGHT)


def test_somebody_of_an_earlier_election_needs_no_new_invitation(newcomer, invite, other_candidate):
    other_candidate.last_login = NOON
    other_candidate.save()
    invite(newcomer, "other@example.org")

    assert may_sign_in(other_candidate, NOON + FORTNIGHT)


@pytest.mark.parametrize(
    ("who", "may"),
    [("editor", True), ("candidate", True), ("withdrawn_candidate", True), ("agent", True)],
)
def test_people_of_the_portal_may_sign_in(request, who, may):
    assert may_sign_in(request.getfixturevalue(who), NOON) is may


def test_somebody_with_nothing_to_do_here_may_not(db):
    assert not may_sign_in(User.objects.create_user("nobody@example.org", "Nobody"), NOON)


def test_somebody_whose_access_was_ended_may_not(candidate):
    candidate.is_active = False
    candidate.save()

    assert not may_sign_in(candidate, NOON)


def _ask(client, email: str):
    return client.post(reverse("account_request_login_code"), {"email": email})


def test_first_sign_in_takes_the_invitation_up(client, newcomer, invite, time_machine):
    time_machine.move_to(NOON)
    invitation = invite(newcomer)
    response = _ask(client, "amara@example.org")
    code = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)

    client.post(response.url, {"code": code})

    invitation.refresh_from_db()
    assert "_auth_user_id" in client.session
    assert invitation.taken_up_at is not None


def test_invitation_that_ran_out_is_answered_as_an_unknown_address(
    client, newcomer, invite, time_machine
):
    invite(newcomer)
    mail.outbox.clear()
    time_machine.move_to(NOON + FORTNIGHT)

    known, unknown = _ask(client, "amara@example.org"), _ask(PortalClient(), "nobody@example.org")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert mail.outbox == []


def test_code_is_worthless_once_the_invitation_is_revoked(
    client, newcomer, invite, editor, time_machine
):
    time_machine.move_to(NOON)
    invitation = invite(newcomer)
    response = _ask(client, "amara@example.org")
    code = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)
    revoke(invitation, by=editor, at=NOON)

    response = client.post(response.url, {"code": code})

    assert response.url == reverse("account_inactive")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("typed", ["Anna.Smith@Example.org", "anna.smith@example.org"])
def test_address_with_capitals_signs_in_however_it_is_typed(
    client, newcomer, invite, time_machine, typed
):
    time_machine.move_to(NOON)
    invite(newcomer, " Anna.Smith@Example.org")
    mail.outbox.clear()

    _ask(client, typed)

    assert [message.to for message in mail.outbox] == [["anna.smith@example.org"]]


def test_taking_up_leaves_what_ran_out_and_is_recorded(newcomer, invite, again):
    first = invite(newcomer)
    second = again(first, NOON + FORTNIGHT)
    newcomer.refresh_from_db()

    take_up(newcomer.user, NOON + FORTNIGHT)

    assert list(Invitation.objects.exclude(taken_up_at=None)) == [second]
    assert second.history.first().taken_up_at == NOON + FORTNIGHT


# --- Agents


def test_agent_is_invited_by_the_candidate(appoint, candidate):
    invitation = appoint()

    agent = Agent.objects.get()
    assert (agent.name, agent.user.email) == ("Adam Agent", "adam@example.org")
    assert (agent.invited_at, agent.invited_by) == (NOON, candidate)
    assert invitation.agent == agent
    [message] = mail.outbox
    assert message.to == ["adam@example.org"]
    assert message.subject == "Candidate Surname invites you to the candidates’ portal"
    assert "Candidate Surname asks you to act for them" in message.body
    assert re.findall(r"https?://\S+", message.body) == [SIGN_IN]


def test_people_who_cannot_be_agents_are_refused_in_the_same_words(
    appoint, election, editor, agent, other_election, stand
):
    rival = stand(election, "Rival", user=User.objects.create_user("rival@example.org", "Rival"))
    acting = User.objects.create_user("acts@example.org", "Acts")
    Agent.objects.create(candidate=rival, user=acting, name="Acts", invited_at=NOON)
    User.objects.create_user("ended@example.org", "Ended", is_active=False)
    codes, sentences = [], set()

    for name in ("editor", "rival", "acts", "ended"):
        with pytest.raises(Refused) as refused, transaction.atomic():
            appoint(f"{name}@example.org")
        codes.append(refused.value.code)
        sentences.add(refused.value.sentence)

    assert codes == ["staff", "candidate", "acts_already", "inactive"]
    assert len(sentences) == 1


def test_candidate_of_another_election_may_be_an_agent(appoint, other_candidate):
    appoint("other@example.org")

    assert Agent.objects.get().user == other_candidate


def test_candidate_is_not_their_own_agent(appoint):
    assert _code(appoint, "Candidate@example.org") == "own_address"


def test_agent_is_invited_once(appoint):
    appoint()
    mail.outbox.clear()

    assert _code(appoint) == "again"


@pytest.mark.parametrize("email", ["", "nonsense"])
def test_agents_address_has_to_be_one(appoint, email):
    assert _code(appoint, email) in ("blank", "invalid")


def test_agents_are_a_few(appoint):
    for number in range(AGENTS_AT_MOST):
        appoint(f"agent{number}@example.org")
    mail.outbox.clear()

    assert _code(appoint) == "too_many"


def test_agents_asked_in_a_day_are_limited(appoint):
    for _ in range(AGENTS_ASKED_AT_MOST):
        with pytest.raises(Refused):  # no transaction around it: the count has to stay
            appoint("Candidate@example.org")

    with pytest.raises(Refused) as refused:
        appoint()

    assert refused.value.code == "too_many_today"
    appoint(at=NOON + dt.timedelta(days=1, seconds=1))
    assert Agent.objects.count() == 1


def test_withdrawn_candidate_invites_nobody(withdrawn_candidate):
    def appoint() -> None:
        invite_agent(
            withdrawn_candidate.candidacies.get(),
            name="Adam",
            email="adam@example.org",
            sign_in_url=SIGN_IN,
            by=withdrawn_candidate,
            at=NOON,
        )

    assert _code(appoint) == "left"


def test_agent_acts_for_one_candidate_at_a_time(agent, election, stand):
    fields = {"user": agent, "name": "Adam", "invited_at": NOON}
    with pytest.raises(IntegrityError), transaction.atomic():
        Agent.objects.create(candidate=stand(election, "Rival"), **fields)
    Agent.objects.update(revoked_at=NOON)
    Agent.objects.create(candidate=stand(election, "Other"), **fields)


@pytest.mark.parametrize("who", ["editor", "other"])
def test_agent_is_neither_staff_nor_a_rival(request, candidate, election, stand, who):
    user = (
        request.getfixturevalue("editor")
        if who == "editor"
        else stand(election, "Rival", user=User.objects.create_user("r@example.org", "R")).user
    )
    agent = Agent(candidate=candidate.candidacies.get(), user=user, name="A", invited_at=NOON)

    with pytest.raises(ValidationError) as refused:
        agent.full_clean()

    codes = [error.code for error in refused.value.error_dict["user"]]
    assert codes == (["staff"] if who == "editor" else ["candidate"])


def test_staff_cannot_be_made_of_an_agent(agent):
    agent.is_staff = True

    with pytest.raises(ValidationError) as refused:
        agent.full_clean(exclude=["password"])

    assert [error.code for error in refused.value.error_dict["__all__"]] == ["agent"]


def test_ending_an_agents_access_ends_it_at_once(client, agent, candidate):
    client.force_login(agent)
    candidates_session = PortalClient()
    candidates_session.force_login(candidate)
    page = reverse("account_logout")
    assert client.get(page).wsgi_request.user == agent

    revoke_agent(Agent.objects.get(), by=candidate, at=NOON)
    revoke_agent(Agent.objects.get(), by=agent, at=NOON + A_MOMENT)  # too late to count

    assert client.get(page).wsgi_request.user.is_anonymous
    assert candidates_session.get(page).wsgi_request.user == candidate
    agent.refresh_from_db()
    assert not may_sign_in(agent, NOON)
    row = Agent.objects.get()
    assert (row.revoked_at, row.revoked_by) == (NOON, candidate)


def test_agent_who_stands_elsewhere_may_still_sign_in(appoint, other_candidate, candidate):
    invitation = appoint("other@example.org")
    revoke_agent(invitation.agent, by=candidate, at=NOON)
    other_candidate.last_login = NOON
    other_candidate.save()

    assert may_sign_in(other_candidate, NOON)


def test_may_sign_in_is_one_question_whoever_asks(candidate, editor, django_assert_num_queries):
    for user in (candidate, editor, User(pk=-1)):
        with django_assert_num_queries(1):
            may_sign_in(user, NOON)
