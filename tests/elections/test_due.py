import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.utils import timezone

from elections.due import due
from elections.models import Agent, Invitation, StandingRequest, User
from pcc_portal.desk import Line

NOW = dt.datetime(2021, 3, 30, 11, tzinfo=dt.UTC)
DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    """The day of the tests, for the little that asks the clock."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def found(code: str) -> list[str]:
    matter = next(matter for matter in due(NOW) if matter.code == code)
    return [str(row) for row in matter.rows]


def line(code: str) -> Line | None:
    return next(matter for matter in due(NOW) if matter.code == code).line()


@pytest.fixture
def invited(stand):
    def _invited(election, name: str, *, status: str = "declared", **fields) -> Invitation:
        user = User.objects.create_user(f"{name}@example.org", name)
        candidate = stand(election, name, status, user=user)
        values = {"email": user.email, "sent_at": NOW - DAY, "accepted_at": NOW - DAY} | fields
        return Invitation.objects.create(candidate=candidate, **values)

    return _invited


def states() -> dict[str, list[str]]:
    return {code: found(code) for code in ("failed", "out", "waiting")}


def test_invitations_are_told_by_what_became_of_them(election, invited):
    invited(election, "waiting")
    invited(election, "out", sent_at=NOW - 14 * DAY)
    invited(election, "failed", failed_at=NOW, accepted_at=None)
    ten_minutes = dt.timedelta(minutes=10)
    invited(election, "unheard", sent_at=NOW - ten_minutes, accepted_at=None)
    invited(election, "on-the-way", sent_at=NOW - ten_minutes + SECOND, accepted_at=None)
    invited(election, "begun", taken_up_at=NOW)
    invited(election, "revoked", revoked_at=NOW)

    assert states() == {
        "failed": ["Invitation to failed@example.org", "Invitation to unheard@example.org"],
        "out": ["Invitation to out@example.org"],
        "waiting": [
            "Invitation to waiting@example.org",
            "Invitation to on-the-way@example.org",
        ],
    }
    assert [line(code).is_wrong for code in ("failed", "out", "waiting")] == [True, True, False]
    assert line("out").told == "sent 14 days ago"
    assert line("failed").told == "tried yesterday"


def test_only_the_last_invitation_of_each_person_counts(election, invited):
    first = invited(election, "ada", sent_at=NOW - 20 * DAY, failed_at=NOW - 20 * DAY)
    Invitation.objects.create(candidate=first.candidate, email="a@example.org", sent_at=NOW)

    assert states() == {"failed": [], "out": [], "waiting": ["Invitation to a@example.org"]}


def test_invitations_of_agents_count_until_their_access_ends(election, candidate, agent):
    Invitation.objects.create(agent=Agent.objects.get(), email="adam@example.org", sent_at=NOW)
    assert found("waiting") == ["Invitation to adam@example.org"]

    Agent.objects.update(revoked_at=NOW)

    assert found("waiting") == []


def test_nobody_is_invited_to_an_election_that_is_over_or_one_they_left(election, invited):
    invited(election, "left", status="withdrawn")
    assert found("waiting") == []
    invited(election, "stays")
    assert len(found("waiting")) == 1

    election.poll_date = dt.date(2021, 3, 29)
    election.save()

    assert found("waiting") == []


def test_candidates_without_a_sign_in_are_those_who_stand_in_an_election_to_come(
    election, office, stand
):
    stand(election, "Ellison", "declared", other_names="Amara")
    stand(election, "Gone", "withdrawn")

    assert found("no-sign-in") == ["Amara Ellison"]
    assert line("no-sign-in").told == "Election 2021"
    election.poll_date = dt.date(2021, 3, 29)
    election.save()
    assert found("no-sign-in") == []


def test_requests_wait_until_they_are_decided(election, editor):
    for name, asked_at in (("Second", NOW), ("First", NOW - 3 * DAY)):
        StandingRequest.objects.create(
            election=election, name=name, email=f"{name}@example.org", asked_at=asked_at
        )

    told = line("undecided")
    assert (told.count, told.name, told.told) == (2, "First, Election 2021", "asked 3 days ago")
    StandingRequest.objects.update(outcome="invited", decided_at=NOW, decided_by=editor)
    assert line("undecided") is None


def test_key_dates_to_confirm_are_told_nearest_first(election, other_election):
    other_election.key_dates.create(title="Far", date=dt.date(2024, 3, 1))
    election.key_dates.create(title="Near", date=dt.date(2021, 4, 4))
    election.key_dates.create(title="Passed", date=dt.date(2021, 3, 29))
    election.key_dates.create(
        title="Sure",
        date=dt.date(2021, 4, 1),
        confirmed_by="Rita",
        confirmed_on=dt.date(2021, 3, 1),
        notice_title="Notice",
    )

    assert found("expected") == ["Near: 4 April 2021", "Far: 1 March 2024"]
    assert line("expected").told == "in 5 days; Election 2021"
    assert found("passed") == ["Passed: 29 March 2021"]
    assert (line("passed").is_wrong, line("passed").told) == (True, "yesterday; Election 2021")
    election.poll_date = dt.date(2021, 3, 29)
    election.save()
    assert (found("expected"), found("passed")) == (["Far: 1 March 2024"], [])


def test_staff_without_a_role_can_do_nothing(editor):
    new = User.objects.create_user("new@example.org", "New", is_staff=True)
    User.objects.create_user("gone@example.org", "Gone", is_staff=True, is_active=False)
    User.objects.create_user("candidate@example.org", "Candidate")

    assert found("no-role") == ["New"]
    new.groups.set(Group.objects.filter(name="editor"))
    assert found("no-role") == []


def test_staff_without_a_second_factor_have_more_than_recovery_codes_to_set_up(editor):
    User.objects.create_user("candidate@example.org", "Candidate")
    Authenticator.objects.create(user=editor, type="recovery_codes", data={})
    assert found("no-second-factor") == ["Edith Editor"]

    Authenticator.objects.create(user=editor, type="totp", data={})

    assert found("no-second-factor") == []


def test_matters_about_staff_are_for_whoever_gives_the_roles(editor, make_staff):
    about_staff = [matter for matter in due(NOW) if matter.code in ("no-role", "no-second-factor")]

    for role, expected in (("administrator", True), ("auditor", False), ("editor", False)):
        user = make_staff(role)
        assert [matter.is_for(user) for matter in about_staff] == [expected] * 2


def test_matters_about_people_are_for_those_who_may_see_them(make_staff):
    codes = {"failed", "out", "waiting", "no-sign-in", "undecided"}

    def told(role):
        user = make_staff(role)
        return {matter.code for matter in due(NOW) if matter.is_for(user)} & codes

    assert {role: told(role) for role in ("editor", "organiser", "auditor", "administrator")} == {
        "editor": set(),
        "organiser": set(),
        "auditor": codes,
        "administrator": codes,
    }
