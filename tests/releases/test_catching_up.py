import datetime as dt

import pytest
from model_bakery import baker

from briefings.models import Newsletter
from elections.models import Agent, Candidate, StatusChange, User
from releases.catching_up import catch_up, catch_up_all
from releases.fairness import report
from releases.jobs import catch_up_now
from releases.models import CatchUp, Delivery, LedgerEntry, Release
from releases.verifying import verify
from tests.conftest import give_status, release_reviewed
from tests.releases.ledger_cast import AT

DAY = dt.timedelta(days=1)


@pytest.fixture
def issue(election):
    def _issue(number: int, at: dt.datetime = AT) -> Release:
        item = Newsletter.objects.create(
            election=election, slug=f"issue-{number}", number=number, title="T", summary="S"
        )
        return release_reviewed([item], election=election, title=f"Issue {number}", at=at)

    return _issue


@pytest.fixture
def join(election):
    def _join(name: str, status: str = "declared") -> Candidate:
        user = User.objects.create_user(f"{name}@example.org", name)
        row = baker.make(Candidate, election=election, user=user, surname=name, other_names="A")
        give_status(row, status)
        return row

    return _join


def told(catch_up: CatchUp) -> list[str]:
    return [release.title for release in catch_up.releases.order_by("released_at")]


def test_late_candidate_gets_all_that_was_released_in_one_mail(candidate, issue, join):
    issue(1)
    issue(2, AT + DAY)
    late = join("late")

    (made,) = catch_up_all(at=AT + 2 * DAY)

    assert (made.candidate, made.user, told(made)) == (late, late.user, ["Issue 1", "Issue 2"])
    delivery = made.deliveries.get()
    assert (delivery.role, delivery.address) == ("candidate", "late@example.org")
    assert (delivery.state, delivery.due_at) == ("queued", AT + 2 * DAY)
    assert LedgerEntry.objects.filter(kind="catch-up").count() == 1
    assert verify().holds


def test_catching_up_again_does_nothing(candidate, issue, join):
    issue(1)
    late = join("late")
    catch_up_all(at=AT + DAY)

    assert catch_up_all(at=AT + DAY) == []
    assert catch_up(late, at=AT + DAY) == []
    assert catch_up_now() == "Nobody had to be caught up."
    assert CatchUp.objects.count() == 1


def test_next_release_tells_the_late_candidate_itself(candidate, issue, join):
    issue(1)
    join("late")
    catch_up_all(at=AT + DAY)
    issue(2, AT + 2 * DAY)

    assert catch_up_all(at=AT + 3 * DAY) == []


def test_late_agent_is_caught_up_and_their_candidate_is_not(candidate, issue):
    issue(1)
    user = User.objects.create_user("late@example.org", "Late")
    own = candidate.candidacies.get()
    baker.make(Agent, candidate=own, user=user, name="Late", invited_at=AT + DAY, revoked_at=None)

    assert catch_up_all(at=AT + DAY / 2) == []
    (made,) = catch_up_all(at=AT + DAY)

    assert (made.user, made.deliveries.get().role) == (user, "agent")


def test_who_has_left_or_stands_elsewhere_gets_nothing(
    candidate, issue, withdrawn_candidate, other_candidate
):
    issue(1)

    assert catch_up_all(at=AT + DAY) == []


def test_who_leaves_gets_nothing_more(candidate, issue, join):
    late = join("late")
    give_status(late, "withdrawn", (AT + DAY).date())
    issue(1, AT + 2 * DAY)

    assert catch_up_all(at=AT + 3 * DAY) == []
    assert not Delivery.objects.filter(candidate=late).exists()


def test_who_comes_back_gets_what_was_released_meanwhile(candidate, issue, join):
    late = join("late")
    issue(1)
    give_status(late, "withdrawn", (AT + DAY).date())
    issue(2, AT + 2 * DAY)
    give_status(late, "declared", (AT + 3 * DAY).date())

    (made,) = catch_up_all(at=AT + 3 * DAY)

    assert told(made) == ["Issue 2"]


def test_candidate_without_a_sign_in_is_caught_up_when_there_is_one(election, issue):
    row = baker.make(Candidate, election=election, user=None, surname="S")
    give_status(row, "declared")
    issue(1)
    assert catch_up_all(at=AT + DAY) == []

    row.user = User.objects.create_user("new@example.org", "New")
    row.save()

    assert [row.state for row in Delivery.objects.failed()] == ["no-address"]

    assert [told(made) for made in catch_up_all(at=AT + DAY)] == [["Issue 1"]]
    assert not Delivery.objects.failed().exists()
    Delivery.objects.exclude(catch_up=None).update(state="accepted", state_at=AT + DAY)
    assert [line for line in report(election, at=AT + 2 * DAY).gaps if "has not been" in line] == []


def test_who_cannot_sign_in_gets_no_mail(candidate, issue, join):
    issue(1)
    late = join("late")
    User.objects.filter(pk=late.user.pk).update(is_active=False)

    assert catch_up_all(at=AT + DAY) == []


def test_what_was_released_before_there_were_deliveries_is_not_mailed(candidate, issue, election):
    baker.make(Release, election=election, released_at=AT - DAY)
    issue(1)

    assert catch_up_all(at=AT + DAY) == []


def test_facts_name_people_by_number_only(candidate, issue, join):
    issue(1)
    join("Latecomer")
    catch_up_all(at=AT + DAY)

    facts = LedgerEntry.objects.get(kind="catch-up").facts
    assert "atecomer" not in facts
    assert "@" not in facts


def test_recorded_status_is_followed_within_the_minute(candidate, issue, election, time_machine):
    time_machine.move_to(AT + DAY)
    issue(1)
    late = baker.make(
        Candidate, election=election, user=User.objects.create_user("l@example.org", "L")
    )
    StatusChange.objects.create(
        candidate=late, status="interested", effective_from=(AT + DAY).date(), recorded_at=AT + DAY
    )

    assert catch_up_now() == "Caught up: 1."
