import datetime as dt

import pytest
from django.core.management import call_command
from django.utils.html import escape

from elections.models import Candidate, StandingRequest
from pcc_portal.retention import apply_now, apply_rules, rules

pytestmark = pytest.mark.django_db

LATER = dt.datetime(2021, 12, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def asked(election) -> StandingRequest:
    return StandingRequest.objects.create(
        election=election, name="Amara", email="amara@example.org", asked_at=LATER
    )


def test_privacy_page_shows_every_rule(client, election):
    page = client.get("/privacy/").content.decode()

    for rule in rules():
        assert escape(rule.data) in page
        assert escape(rule.kept) in page


def test_dry_run_counts_and_changes_nothing(asked, capsys):
    call_command("apply_retention", "--dry-run")

    told = capsys.readouterr().out
    assert "1\tRequests to be invited" in told
    assert "This was a dry run: nothing was changed." in told
    assert StandingRequest.objects.get() == asked


def test_command_ends_what_is_over_and_nothing_twice(asked, capsys):
    call_command("apply_retention")
    assert "1\tRequests to be invited" in capsys.readouterr().out
    assert not StandingRequest.objects.exists()

    call_command("apply_retention")
    assert "1\t" not in capsys.readouterr().out


def test_job_tells_what_it_did(asked):
    assert apply_now().startswith("Requests to be invited")
    assert apply_now() == "Nothing was over."


def test_rule_that_fails_changes_nothing(asked, monkeypatch):
    def fail(rows, at):
        rows[0].delete()
        raise RuntimeError

    broken = [rule for rule in rules() if rule.data.startswith("Requests")]
    monkeypatch.setattr(
        "elections.retention.RULES", [type(broken[0])("x", "y", broken[0].due, fail)]
    )

    with pytest.raises(RuntimeError):
        apply_rules(at=LATER)

    assert StandingRequest.objects.exists()
    assert Candidate.objects.count() == 0
