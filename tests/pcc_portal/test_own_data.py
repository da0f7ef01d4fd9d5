import datetime as dt
import json
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from simple_history.models import HistoricalChanges

from elections.candidacies import record_status
from elections.models import (
    Agent,
    Candidate,
    CodeMail,
    Invitation,
    SignInRecord,
    StandingRequest,
    User,
)
from infolog.asking import take_in
from infolog.models import Enquiry
from pcc_portal.history import recorded_models
from pcc_portal.own_data import columns, own_data
from tests.conftest import APP_KEY, NOON, give_status

PERSONS = (User, Candidate, Agent)
PERSONAL_NAME = re.compile(r"(^|_)(names?|surname|e?mail|phone|address|ip)$")


def _written(user: User) -> str:
    return json.dumps(own_data(user, at=NOON), cls=DjangoJSONEncoder, ensure_ascii=False)


def _is_personal(model: type[models.Model], field: models.Field) -> bool:
    if field.is_relation:
        return field.related_model in PERSONS
    if isinstance(field, models.EmailField | models.GenericIPAddressField):
        return True
    return isinstance(field, models.CharField | models.TextField) and (
        field.name in getattr(model, "history_personal", ())
        or bool(PERSONAL_NAME.search(field.name))
    )


def _columns(is_wanted) -> set[str]:
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        # The record of changes is told as a whole, see the test after this one.
        if not issubclass(model, HistoricalChanges) and not model._meta.proxy
        for field in model._meta.concrete_fields
        if is_wanted(model, field)
    }


def test_every_column_about_people_is_in_the_file_or_left_out_for_a_reason():
    personal = _columns(_is_personal)
    held, left_out = set(columns("HELD")), set(columns("LEFT_OUT"))

    assert personal - held - left_out == set()
    assert held & left_out == set()
    assert held - personal == set()
    assert left_out - _columns(lambda *_: True) == set()


def test_every_part_named_is_in_the_file(candidate):
    assert set(columns("HELD").values()) <= set(own_data(candidate, at=NOON))


def test_record_of_changes_is_told_of_every_model_that_is_held(candidate):
    held = {label.rpartition(".")[0] for label in columns("HELD")}
    recorded = {model._meta.label for model in recorded_models()}

    assert held & recorded == {
        "elections.User",
        "elections.Candidate",
        "elections.StatusChange",
        "elections.Agent",
        "elections.Invitation",
        "elections.StandingRequest",
        "infolog.Disclosure",
        "infolog.Enquiry",
        "infolog.EnquiryPart",
        "workshops.Meeting",
    }


@pytest.fixture
def full(candidate, agent, election, editor) -> User:
    """The candidate, with a row of every kind about them."""
    row = candidate.candidacies.get()
    record_status(row, status="withdrawn", effective_from=dt.date(2021, 4, 1), by=editor, at=NOON)
    Invitation.objects.create(candidate=row, email=candidate.email, sent_at=NOON, sent_by=editor)
    Invitation.objects.create(candidate=row, email="mistyped@example.org", sent_at=NOON)
    StandingRequest.objects.create(
        election=election,
        name="Candidate",
        email="CANDIDATE@example.org",
        phone="0116 496 0000",
        asked_at=NOON,
        decided_at=NOON,
        decided_by=editor,
        outcome="declined",
        reason="CANARY staff note",
    )
    SignInRecord.objects.create(at=NOON, what="signed_in", user=candidate, network_address="::1")
    CodeMail.objects.create(address=candidate.email, code="CANARY-CODE", asked_at=NOON)
    TOTP.activate(candidate, APP_KEY)
    return candidate


def test_own_data_holds_what_is_held(full, client):
    client.force_login(full)

    data = own_data(full, at=NOON)

    assert data["account"]["email"] == "candidate@example.org"
    [candidacy] = data["candidacies"]
    assert candidacy["election"] == "Election 2021"
    assert [s["status"] for s in candidacy["statuses"]] == ["Withdrawn", "Declared"]
    assert candidacy["statuses"][1]["notice_title"] == "Statement of persons nominated"
    assert [(a["name"], a["email"]) for a in candidacy["agents"]] == [
        ("Adam Agent", "agent@example.org")
    ]
    assert sorted(i["sent_to"] for i in data["invitations"]) == [
        "another address",
        "candidate@example.org",
    ]
    assert [r["phone"] for r in data["requests_to_be_invited"]] == ["0116 496 0000"]
    assert [s["ip"] for s in data["sessions"]] == ["127.0.0.1"]
    assert [f["type"] for f in data["second_factors"]] == ["totp"]
    assert "::1" in [r["network_address"] for r in data["sign_in_records"]]
    assert {change["what"] for change in data["changes"]} == {
        "user",
        "candidate",
        "status",
        "invitation",
        "request to be invited",
    }


def test_own_data_holds_no_secret_no_staff_note_and_no_other_person(
    full, client, editor, withdrawn_candidate, other_candidate, other_election
):
    client.force_login(full)
    give_status(other_candidate.candidacies.get(), "nominated")
    StandingRequest.objects.create(
        election=other_election, name="Other", email=other_candidate.email, asked_at=NOON
    )
    [app] = Authenticator.objects.filter(user=full)

    written = _written(full)

    for canary in (
        "CANARY",
        "editor@example.org",
        "Edith Editor",
        "mistyped@example.org",
        "other@example.org",
        "withdrawn@example.org",
        "Election 2024",
        app.data["secret"],
        client.session.session_key,
        full.password,
    ):
        assert canary not in written
    assert "Why the office declined a request to be invited" in written


def test_agent_gets_their_own_data_and_not_the_candidates(full, agent):
    data = own_data(agent, at=NOON)
    written = _written(agent)

    assert [a["agent_for"] for a in data["agencies"]] == ["Candidate Surname"]
    assert data["candidacies"] == data["requests_to_be_invited"] == []
    for theirs in ("candidate@example.org", "0116 496 0000", "Withdrawn", "::1"):
        assert theirs not in written


def test_staff_get_their_declaration_and_roles(make_staff):
    data = own_data(make_staff("editor"), at=NOON)

    assert data["account"]["roles"] == ["editor"]
    assert [d["confirmed_at"] for d in data["declarations"]] == [NOON]


def test_change_says_whether_it_was_their_own(candidate, client):
    changed = own_data(candidate, at=NOON)["changes"]

    assert {change["by"] for change in changed} == {"the office or the portal"}
    assert "password" not in changed[0]["held"]


@pytest.mark.parametrize("count", [1, 3])
def test_own_data_costs_the_same_queries(count, candidate, election, django_assert_num_queries):
    row = candidate.candidacies.get()
    for number in range(count):
        user = User.objects.create_user(f"a{number}@example.org", "A")
        Agent.objects.create(candidate=row, user=user, name="A", invited_at=NOON)
        Invitation.objects.create(candidate=row, email=candidate.email, sent_at=NOON)
        give_status(row, "declared", on=dt.date(2016, 1, 2 + number))
        enquiry = Enquiry(election=election, asker=row, form="email", received_on=NOON.date())
        take_in(enquiry, ["Why?"], at=NOON)

    with django_assert_num_queries(32):
        own_data(candidate, at=NOON)
