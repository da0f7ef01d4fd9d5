"""What is left of people when their time is over, and what is not touched before."""

import datetime as dt
import json

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import serializers

from elections.models import (
    Agent,
    Candidate,
    CodeMail,
    Invitation,
    SignInRecord,
    StandingRequest,
    User,
)
from elections.retention import ACCOUNT_DAYS, SIGN_IN_DAYS
from pcc_portal.retention import apply_rules
from tests.conftest import PortalClient

pytestmark = pytest.mark.django_db

DECLARED = dt.date(2021, 5, 7)


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


LAST_DAY = noon(DECLARED + dt.timedelta(days=ACCOUNT_DAYS))
OVER = LAST_DAY + dt.timedelta(days=1)


@pytest.fixture
def declared(election):
    election.declared_on = DECLARED
    election.save()
    return election


def everything_said() -> str:
    """All rows of every table of people, the record of changes too, as text."""
    models = [m for m in apps.get_models() if m._meta.app_label == "elections"]
    rows = [row for model in models for row in model._base_manager.all()]
    rows += [*EmailAddress.objects.all(), *Authenticator.objects.all()]
    return json.dumps(serializers.serialize("json", rows))


def test_account_is_kept_to_its_last_day(declared, candidate, agent):
    apply_rules(at=LAST_DAY)

    candidate.refresh_from_db()
    assert (candidate.email, candidate.is_active) == ("candidate@example.org", True)


def test_account_of_somebody_never_nominated_leaves_no_trace(declared, candidate, agent):
    User.objects.filter(pk=candidate.pk).update(name="Quentin Quill")
    candidate.refresh_from_db()
    candidate.name = "Quentin Quillfeather"
    candidate.save()
    standing = Candidate.objects.get(user=candidate)
    standing.surname, standing.other_names = "Quillfeather", "Quentin"
    standing.save()
    Invitation.objects.create(candidate=standing, email="quill@example.org", sent_at=LAST_DAY)
    EmailAddress.objects.create(user=candidate, email="quill@example.org")
    SignInRecord.objects.create(at=LAST_DAY, what="signed-in", user=candidate)
    browser = PortalClient()
    browser.force_login(candidate)
    assert "Quill" in everything_said()

    apply_rules(at=OVER)

    said = everything_said()
    for trace in ("Quill", "quill", "candidate@example.org", agent.email, agent.name):
        assert trace not in said
    candidate.refresh_from_db()
    assert (candidate.name, candidate.is_active) == ("Former user", False)
    assert not Session.objects.exists()
    assert Agent.objects.get().name == "Former agent"
    assert StandingRequest.objects.count() == 0


def test_public_record_of_a_nominated_candidate_stays(declared, candidate):
    Candidate.objects.filter(user=candidate).update(
        surname="Ellison", other_names="Amara", nominated_on=dt.date(2021, 4, 9)
    )

    apply_rules(at=OVER)

    candidate.refresh_from_db()
    assert candidate.name == "Former user"
    assert str(Candidate.objects.get()) == "Amara Ellison"


def test_account_with_another_election_to_come_is_kept(declared, other_election, candidate):
    Candidate.objects.create(election=other_election, user=candidate, surname="S", other_names="O")

    apply_rules(at=OVER)

    candidate.refresh_from_db()
    assert candidate.is_active


@pytest.mark.usefixtures("declared")
def test_agent_whose_access_ended_is_kept_as_long(candidate, agent):
    Agent.objects.update(revoked_at=LAST_DAY)

    apply_rules(at=LAST_DAY)
    agent.refresh_from_db()
    assert agent.is_active

    apply_rules(at=OVER)
    agent.refresh_from_db()
    assert not agent.is_active


def test_staff_are_never_anonymised(declared, editor, make_staff):
    apply_rules(at=OVER)

    editor.refresh_from_db()
    assert editor.email == "editor@example.org"


def test_anonymising_twice_changes_nothing(declared, candidate):
    apply_rules(at=OVER)
    first = everything_said()

    apply_rules(at=OVER)

    assert everything_said() == first


def test_request_to_be_invited_goes_with_its_record(election):
    StandingRequest.objects.create(
        election=election, name="Quentin Quill", email="quill@example.org", asked_at=OVER
    )
    promised = noon(election.poll_date + dt.timedelta(days=StandingRequest.KEPT_DAYS))

    apply_rules(at=promised)
    assert StandingRequest.objects.exists()

    apply_rules(at=promised + dt.timedelta(days=1))
    assert not StandingRequest.objects.exists()
    assert "Quill" not in everything_said()


def test_sign_in_records_and_codes_go_in_their_time(candidate):
    long_ago = OVER - dt.timedelta(days=SIGN_IN_DAYS, seconds=1)
    for at in (long_ago, OVER):
        SignInRecord.objects.create(at=at, what="signed-in", user=candidate)
        CodeMail.objects.create(address="", code="x", asked_at=at)

    apply_rules(at=OVER)

    assert [record.at for record in SignInRecord.objects.all()] == [OVER]
    assert [code.asked_at for code in CodeMail.objects.all()] == [OVER]


def test_ended_sessions_go(candidate, time_machine):
    time_machine.move_to(OVER)
    PortalClient().force_login(candidate)
    time_machine.move_to(OVER + dt.timedelta(hours=13))
    browser = PortalClient()
    browser.force_login(candidate)

    apply_rules(at=OVER + dt.timedelta(hours=15))

    assert [row.session_key for row in UserSession.objects.all()] == [browser.session.session_key]
    assert Session.objects.count() == 1


def test_invitation_taken_back_goes_with_the_account_of_its_address(
    declared, other_election, candidate, editor, stand
):
    mine = Candidate.objects.get(user=candidate)
    other = stand(other_election, "Rival", "declared", user=None)
    Invitation.objects.create(
        candidate=other, email="Candidate@example.org", sent_at=OVER, revoked_at=OVER
    )

    apply_rules(at=OVER)

    mine.refresh_from_db()
    assert "andidate@example.org" not in everything_said()


def test_name_without_a_sign_in_goes_unless_it_was_nominated(declared, stand):
    quill = stand(declared, "Quillfeather", "declared", user=None)
    Invitation.objects.create(candidate=quill, email="quill@example.org", sent_at=LAST_DAY)
    stand(declared, "Ellison", "nominated", user=None)

    apply_rules(at=LAST_DAY)
    assert "Quillfeather" in everything_said()

    apply_rules(at=OVER)
    said = everything_said()
    assert "uill" not in said
    assert "Ellison" in said


def test_account_without_any_part_goes_unless_it_was_staffs(editor, make_staff):
    long_ago = OVER - dt.timedelta(days=ACCOUNT_DAYS, seconds=1)
    former = make_staff("auditor")
    former.groups.clear()
    former.is_staff = False
    former.save()
    for name in ("quill", "lately"):
        User.objects.create_user(f"{name}@example.org", name)
    User.objects.update(joined_at=long_ago)
    User.objects.filter(name="lately").update(last_login=OVER)

    apply_rules(at=OVER)

    said = everything_said()
    assert "quill" not in said
    assert "lately@example.org" in said
    assert former.email in said


def test_reason_of_a_request_goes_with_it(election):
    StandingRequest.objects.create(
        election=election,
        name="Q",
        email="q@example.org",
        asked_at=OVER,
        decided_at=OVER,
        outcome="declined",
        reason="Quillfeather is unknown to us",
    )

    apply_rules(at=noon(election.poll_date + dt.timedelta(days=StandingRequest.KEPT_DAYS + 1)))

    assert "Quillfeather" not in everything_said()
