import datetime as dt

import pytest
from model_bakery import baker

from briefings.models import Newsletter
from elections.models import Candidate, User
from releases.catching_up import catch_up_all
from releases.models import Delivery, LedgerEntry
from releases.verifying import verify
from tests.conftest import give_status, release_reviewed
from tests.releases.ledger_cast import AT

PAGE = "/pcc-2021/everything/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def issue(election):
    def _issue(number: int, at: dt.datetime = AT, **fields) -> Newsletter:
        values = {"slug": f"issue-{number}", "title": f"T{number}", "summary": "S"} | fields
        item = Newsletter.objects.create(election=election, number=number, **values)
        release_reviewed([item], election=election, title=f"Issue {number}", at=at)
        return item

    return _issue


@pytest.fixture
def late(election) -> Candidate:
    user = User.objects.create_user("late@example.org", "Late")
    row = baker.make(Candidate, election=election, user=user, surname="Late")
    give_status(row, "declared", (AT + 2 * DAY).date())
    return row


def shown(response) -> list[tuple[str, list[int]]]:
    return [
        (str(known.item), [old.version for old in known.earlier])
        for known in response.context["known"]
    ]


def test_everything_is_in_order_with_the_newest_version_first(client, candidate, issue, late):
    issue(1)
    issue(2, AT + DAY, audience="candidates")
    issue(
        1,
        AT + DAY * 1.5,
        title="T1 corrected",
        version=2,
        change="correction",
        change_note="A sum was wrong.",
    )
    catch_up_all(at=AT + 2 * DAY)
    client.force_login(late.user)

    page = client.get(PAGE)

    assert shown(page) == [("Issue 1: T1 corrected", [1]), ("Issue 2: T2", [])]
    content = page.content.decode()
    assert "A sum was wrong." in content
    assert "before you joined at 11am on Saturday 3 April 2021" in content


def test_everything_is_for_those_who_are_briefed(
    client, candidate, agent, other_candidate, withdrawn_candidate, issue
):
    issue(1, audience="candidates")
    assert client.get(PAGE).headers["Location"].startswith("/account/login/")

    for user, status in (
        (candidate, 200),
        (agent, 200),
        (other_candidate, 404),
        (withdrawn_candidate, 404),
    ):
        client.force_login(user)
        assert client.get(PAGE).status_code == status


def test_my_page_leads_whoever_was_caught_up_to_everything(client, candidate, issue, late):
    issue(1)
    catch_up_all(at=AT + 2 * DAY)
    client.force_login(late.user)
    assert f'You joined on Saturday 3 April 2021: <a class="govuk-link" href="{PAGE}">' in (
        client.get("/my-page/").content.decode()
    )
    client.force_login(candidate)
    assert "You joined on" not in client.get("/my-page/").content.decode()


# --- acknowledging ----------------------------------------------------------------------------


def reached(client, delivery: Delivery) -> int:
    return client.post(f"/my-page/reached/{delivery.pk}/").status_code


def test_candidate_says_once_that_it_reached_them(client, candidate, issue):
    issue(1)
    delivery = Delivery.objects.get(user=candidate)
    client.force_login(candidate)
    assert "This reached me" in client.get("/my-page/").content.decode()

    assert [reached(client, delivery), reached(client, delivery)] == [302, 302]

    delivery.refresh_from_db()
    entry = LedgerEntry.objects.get(kind="acknowledged")
    assert entry.at == delivery.acknowledged_at
    assert verify().holds
    page = client.get("/my-page/").content.decode()
    assert "that this reached you." in page
    assert "This reached me" not in page


def test_nobody_else_says_so(
    client, candidate, agent, other_candidate, withdrawn_candidate, editor, issue
):
    issue(1)
    delivery = Delivery.objects.get(user=candidate)

    for user in (agent, other_candidate, withdrawn_candidate, editor):
        client.force_login(user)
        assert reached(client, delivery) == 404
    assert client.get(f"/my-page/reached/{delivery.pk}/").status_code == 405
    assert not LedgerEntry.objects.filter(kind="acknowledged").exists()


def test_whoever_has_left_says_nothing_more(client, candidate, issue):
    issue(1)
    give_status(candidate.candidacies.get(), "withdrawn", AT.date())
    client.force_login(candidate)

    assert reached(client, Delivery.objects.get(user=candidate)) == 404


def test_reading_is_not_recorded(client, candidate, issue):
    issue(1)
    client.force_login(candidate)
    entries = LedgerEntry.objects.count()

    for address in (PAGE, "/my-page/", "/pcc-2021/newsletters/issue-1/", "/pcc-2021/ledger/"):
        assert client.get(address).status_code == 200

    assert LedgerEntry.objects.count() == entries
    assert not Delivery.objects.exclude(acknowledged_at=None).exists()


# --- nobody before another --------------------------------------------------------------------


def test_no_candidate_sees_or_is_mailed_an_item_before_another(
    client, candidate, agent, election, late
):
    """One moment for the row and every mail of it. Whoever asked a question is a candidate like
    the others: a request for information has no asker yet, and this test is where one is added.
    """
    give_status(late, "declared")
    item = Newsletter.objects.create(
        election=election,
        slug="n",
        number=1,
        title="T",
        summary="S",
        audience="candidates",
    )
    people = [candidate, agent, late.user]
    for user in people:
        client.force_login(user)
        assert client.get("/pcc-2021/newsletters/n/").status_code == 404
    assert not Delivery.objects.exists()

    done = release_reviewed([item], election=election, title="R", at=AT)

    moment = dt.timedelta(microseconds=1)
    for user in people:
        rows = Newsletter.objects
        assert not rows.visible_to(user, AT - moment).exists()
        assert rows.visible_to(user, AT).get() == item
    assert {row.user for row in done.deliveries.all()} == set(people)
    assert set(done.deliveries.values_list("due_at", flat=True)) == {AT}
    assert set(LedgerEntry.objects.filter(kind="release").values_list("at", flat=True)) == {AT}
