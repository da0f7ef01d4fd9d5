import csv
import datetime as dt
import io

import pytest
from model_bakery import baker

from briefings.models import Newsletter
from elections.models import Agent, Candidate, User
from releases.catching_up import catch_up_all
from releases.fairness import in_words, report
from releases.models import Delivery, Review, Waiver
from releases.reviewing import override
from releases.sending import record, record_told
from tests.conftest import give_status, release_reviewed
from tests.releases.ledger_cast import AT

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
REPORT = "/admin/releases/ledgerentry/fairness/pcc-2021/"
State = Delivery.State


@pytest.fixture
def issue(election):
    def _issue(number: int, at: dt.datetime = AT):
        item = Newsletter.objects.create(
            election=election, slug=f"issue-{number}", number=number, title="T", summary="S"
        )
        return release_reviewed([item], election=election, title=f"Issue {number}", at=at)

    return _issue


@pytest.fixture
def join(election):
    def _join(name: str) -> Candidate:
        user = User.objects.create_user(f"{name}@example.org", name)
        row = baker.make(Candidate, election=election, user=user, surname=name, other_names="Ada")
        give_status(row, "declared")
        return row

    return _join


def mail_to(candidate: Candidate) -> Delivery:
    return Delivery.objects.filter(candidate=candidate, role="candidate").latest("pk")


def accept(candidate: Candidate, after: dt.timedelta, at: dt.datetime = AT) -> None:
    record(mail_to(candidate), State.ACCEPTED, at=at + after)


def test_report_counts_candidates_by_what_became_of_their_mail(election, issue, join):
    rows = [join(name) for name in ("Able", "Baker", "Carter", "Delta", "Eve")]
    issue(1)
    accept(rows[0], MINUTE)
    record(mail_to(rows[1]), State.REFUSED, at=AT + MINUTE)
    record(mail_to(rows[2]), State.BOUNCED, at=AT + MINUTE)
    record_told(mail_to(rows[2]), how="Telephone", by=None, at=AT + 31 * MINUTE)
    record(mail_to(rows[3]), State.UNCERTAIN, at=AT + MINUTE)

    found = report(election, at=AT + DAY)

    (row,) = found.releases
    told = {name: number for name, number in row.counts.items() if number}
    assert told == {
        "accepted": 1,
        "refused": 1,
        "bounced": 1,
        "uncertain": 1,
        "waiting": 1,
        "mailed": 5,
        "otherwise": 1,
    }
    assert (row.minutes, found.median_minutes) == (30, 30)
    assert found.gaps == [
        "Ada Baker has not been told of “Issue 1” (mail: refused by the mail server).",
        "Ada Carter was told of “Issue 1” 31 minutes after its release, in another way "
        "(mail: came back).",
        "Ada Delta has not been told of “Issue 1” (mail: uncertain).",
        "Ada Eve has not been told of “Issue 1” (mail: waiting to be sent).",
    ]


def test_report_tells_a_catch_up_in_words_and_leaves_it_out_of_the_minutes(election, issue, join):
    first = join("First")
    issue(1)
    accept(first, MINUTE)
    late = join("Lovelace")
    catch_up_all(at=AT + 2 * DAY)
    record(mail_to(late), State.ACCEPTED, at=AT + 2 * DAY)

    found = report(election, at=AT + 3 * DAY)

    assert found.gaps == [
        "Ada Lovelace was told of “Issue 1” 2 days after the others, by the catch-up of "
        "3 April 2021."
    ]
    assert found.releases[0].counts["caught_up"] == 1
    assert found.median_minutes == 0


def test_report_tells_who_was_never_written_to(election, issue, join):
    first = join("First")
    issue(1)
    accept(first, MINUTE)
    join("Late")

    assert report(election, at=AT + DAY).gaps == ["Ada Late has not been told of “Issue 1”."]


def test_report_of_slow_mail_and_of_agents(election, issue, join):
    first = join("First")
    user = User.objects.create_user("agent@example.org", "Agnes")
    baker.make(Agent, candidate=first, user=user, name="A", invited_at=AT, revoked_at=None)
    issue(1)
    accept(first, 80 * MINUTE)

    assert report(election, at=AT + DAY).gaps == [
        "Ada First was told of “Issue 1” 1 hour 20 minutes after its release: the mail server "
        "took the mail only then.",
        "Agent Agnes of Ada First has not been told of “Issue 1” (mail: waiting to be sent).",
    ]


def test_report_median_is_that_of_all_releases(election, issue, join):
    first, second = join("First"), join("Second")
    for number, minutes in enumerate((1, 2, 9)):
        issue(number, AT + number * DAY)
        accept(first, dt.timedelta(), AT + number * DAY)
        accept(second, minutes * MINUTE, AT + number * DAY)

    found = report(election, at=AT + 9 * DAY)

    assert [row.minutes for row in found.releases] == [1, 2, 9]
    assert found.median_minutes == 2


def test_report_of_nothing_is_empty(election):
    found = report(election, at=AT)

    assert (found.median_minutes, found.gaps, found.releases) == (None, [], [])


@pytest.mark.parametrize("many", [1, 3])
def test_report_costs_the_same_queries(election, issue, join, many, django_assert_num_queries):
    for number in range(many):
        join(f"Name{number}")
    for number in range(many):
        issue(number, AT + number * DAY)
        join(f"Late{number}")
        catch_up_all(at=AT + 9 * DAY)
        baker.make(Waiver, election=election, code=str(number), reason="R", at=AT)

    with django_assert_num_queries(6):
        found = report(election, at=AT + 9 * DAY)
        assert [str(waiver.by) for waiver in found.waivers] == ["None"] * many
    assert len(found.candidates) == 2 * many


def test_delay_in_words():
    told = [in_words(dt.timedelta(minutes=minutes)) for minutes in (0, 1, 59, 60, 61, 1440, 9999)]

    assert told == [
        "less than a minute",
        "1 minute",
        "59 minutes",
        "1 hour",
        "1 hour 1 minute",
        "1 day",
        "6 days",
    ]


def test_page_names_waivers_overrides_and_whether_the_ledger_holds(
    client, election, make_staff, issue, join
):
    issue(1)
    approver = make_staff("approver")
    draft = Newsletter.objects.create(
        election=election, slug="d", number=2, title="Alone", summary="S"
    )
    override(draft, by=approver, at=AT - 90 * DAY, reason="Nobody else was there.")
    Waiver.objects.all().delete()
    client.force_login(approver)

    page = client.get(REPORT).content.decode()

    assert "Issue 2: Alone: Nobody else was there. (Staff approver, " in page
    assert "The ledger holds" in page
    Review.objects.filter(step="overridden").delete()
    assert "The ledger does not hold." in client.get(REPORT).content.decode()


def test_long_ledger_is_checked_when_somebody_asks(
    client, election, make_staff, issue, monkeypatch
):
    monkeypatch.setattr("releases.ledger_admin.CHECKED_AT_ONCE", 0)
    issue(1)
    client.force_login(make_staff("auditor"))

    assert "was not checked for this page" in client.get(REPORT).content.decode()
    assert "The ledger holds" in client.get(f"{REPORT}?check=1").content.decode()


def test_report_is_one_click_from_the_first_page_and_from_the_election(
    client, election, make_staff
):
    client.force_login(make_staff("auditor"))

    assert "/admin/releases/ledgerentry/fairness/" in client.get("/admin/").content.decode()
    page = client.get(f"/admin/elections/election/{election.pk}/change/").content.decode()
    assert REPORT in page
    client.force_login(make_staff("editor"))
    assert "fairness" not in client.get("/admin/").content.decode()


def test_file_is_safe_in_a_spreadsheet(client, election, make_staff, issue, join):
    row = join("Mallory")
    row.other_names = "=1+1"
    row.save()
    issue(1)
    record(mail_to(row), State.REFUSED, at=AT, reply="@SUM(A1)")
    client.force_login(make_staff("auditor"))

    content = client.get(f"{REPORT}csv/").content.decode("utf-8-sig")

    cells = [cell for line in csv.reader(io.StringIO(content)) for cell in line]
    assert "'=1+1 Mallory" in cells
    assert "'@SUM(A1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


# --- each entry, for staff --------------------------------------------------------------------


def test_entry_names_people_to_those_who_may_know_them(client, election, make_staff, issue, join):
    row = join("Lovelace")
    issue(1)
    accept(row, MINUTE)
    page = "/admin/releases/ledgerentry/2/change/"

    client.force_login(make_staff("auditor"))
    assert f"candidate: Ada Lovelace ({row.pk})" in client.get(page).content.decode()
    client.force_login(make_staff("editor"))
    assert f"candidate: {row.pk}" in client.get(page).content.decode()
    assert "Lovelace" not in client.get(page).content.decode()


def test_entries_of_one_candidate_are_found(client, election, make_staff, issue, join):
    first, second = join("First"), join("Second")
    issue(1)
    accept(first, MINUTE)
    accept(second, MINUTE)
    page = f"/admin/releases/ledgerentry/?candidate={second.pk}"

    client.force_login(make_staff("auditor"))
    assert [entry.number for entry in client.get(page).context["cl"].queryset] == [3]
    client.force_login(make_staff("editor"))
    assert "Second" not in client.get(page).content.decode()


@pytest.mark.parametrize("many", [1, 3])
def test_list_of_entries_costs_the_same_queries(
    client, make_staff, issue, many, django_assert_num_queries
):
    for number in range(many):
        issue(number)
    client.force_login(make_staff("auditor"))
    client.get("/admin/releases/ledgerentry/")

    with django_assert_num_queries(9):
        client.get("/admin/releases/ledgerentry/")
