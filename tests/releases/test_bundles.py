"""The pages on which a release is looked at, done, and set for a time."""

import datetime as dt
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone
from model_bakery import baker

from briefings.models import Newsletter
from elections.models import Candidate
from releases.models import Delivery, LedgerEntry, Release, Subscriber
from releases.releasing import ReleaseRefused, release_due, schedule, unschedule
from releases.reviewing import override
from tests.conftest import NOON, give_status, pass_review

AT = dt.datetime(2021, 3, 1, 10, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _in_march(time_machine):
    time_machine.move_to(AT, tick=False)


@pytest.fixture
def make(election):
    """A release with one newsletter in it."""

    def _make(number: int = 1, due_at=None, *, is_approved: bool = True) -> Release:
        bundle = Release.objects.create(election=election, title=f"Release {number}", due_at=due_at)
        issue = Newsletter.objects.create(
            election=election,
            slug=f"issue-{number}",
            number=number,
            title=f"Number {number}",
            summary=".",
            release=bundle,
        )
        if is_approved:
            pass_review(issue, at=AT)
        return bundle

    return _make


@pytest.fixture
def approver(client, make_staff):
    client.force_login(make_staff("approver"))
    return client


def go(name: str, bundle: Release) -> str:
    return reverse(f"admin:releases_release_{name}", args=[bundle.pk])


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def text(response) -> str:
    return " ".join(unescape(response.content.decode()).split())


# --- Looked at


def test_preview_says_what_is_in_it_and_who_will_be_told(
    approver, make, election, candidate, agent, other_candidate, withdrawn_candidate
):
    unreached = baker.make(
        Candidate, election=election, user=None, surname="Unreached", other_names="Una"
    )
    give_status(unreached, "declared")
    for number, confirmed in enumerate((NOON, NOON, None)):
        Subscriber.objects.create(
            election=election,
            address=f"reader{number}@example.org",
            asked_at=NOON,
            confirmed_at=confirmed,
        )

    agent.agencies.update(invited_at=AT - dt.timedelta(days=1))

    page = text(approver.get(go("now", make())))

    assert "Newsletter: Issue 1: Number 1" in page
    for line in ("2 candidates of Election 2021", "1 agent", "2 subscribers"):
        assert f"<li>{line}</li>" in page
    assert "Not to be reached by mail:</strong> Una Unreached" in page.replace(
        "UNREACHED", "Unreached"
    )
    assert "This cannot be undone." in page
    assert not Delivery.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert Release.objects.get().released_at is None


def test_preview_of_what_is_not_approved_says_so_and_offers_nothing(approver, make):
    bundle = make(is_approved=False)

    page = text(approver.get(go("now", bundle)))
    posted = approver.post(go("now", bundle), follow=True)

    assert "Nobody has approved “Issue 1: Number 1” as it stands now." in page
    assert 'value="Release now"' not in page
    assert "Nobody has approved" in told(posted)[0]
    assert Release.objects.get().released_at is None


def test_release_is_done_from_its_preview(approver, make, candidate):
    bundle = make()

    done = approver.post(go("now", bundle), follow=True)
    again = approver.post(go("now", bundle), follow=True)

    assert told(done) == ["Released on Monday 1 March 2021 at 10:00 GMT: Release 1."]
    assert told(again) == ["“Release 1” has been released already."]
    bundle.refresh_from_db()
    assert (bundle.released_at, bundle.released_by.email) == (AT, "approver@staff.example.org")
    assert Delivery.objects.count() == 1


def test_nobody_else_releases_or_sets_a_time(client, make, make_staff):
    bundle = make()
    client.force_login(make_staff("editor"))

    for name in ("now", "time", "time_off"):
        assert client.post(go(name, bundle), {"due_at": "2021-04-13T10:00"}).status_code == 403
    assert "Release now…" not in text(client.get(go("change", bundle)))


def test_release_page_says_what_is_in_it_with_the_state_of_each(approver, make):
    page = text(approver.get(go("change", make())))

    assert "Waits for somebody to release it" in page
    assert ">Issue 1: Number 1</a> (Approved, in a release)" in page


# --- Set for a time


def test_time_is_set_and_said_in_uk_time(approver, make):
    bundle = make()

    done = approver.post(go("time", bundle), {"due_at": "2021-04-13T10:00"}, follow=True)

    assert told(done) == ["“Release 1” will be released on Tuesday 13 April 2021 at 10:00 BST."]
    bundle.refresh_from_db()
    assert bundle.due_at == dt.datetime(2021, 4, 13, 9, tzinfo=dt.UTC)
    assert "Will be released on Tuesday 13 April 2021 at 10:00 BST" in text(done)


def test_time_is_taken_off_until_the_minute(approver, make):
    bundle = make(due_at=AT)

    done = approver.post(go("time_off", bundle), follow=True)

    assert told(done) == ["The time is taken off: “Release 1” waits for somebody."]
    assert release_due(at=AT) == []
    bundle.refresh_from_db()
    approver.post(go("now", bundle), follow=True)
    assert told(approver.post(go("time_off", bundle), follow=True)) == [
        "“Release 1” has been released already."
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2021-02-01T10:00", "That time is over. Give a time to come."),
        ("", "Give a day and a time."),
        ("tomorrow", "Give a day and a time, as in 2027-04-13T10:00."),
        # The clocks go forward: that hour is not there.
        ("2021-03-28T01:30", "2021-03-28 01:30"),
    ],
)
def test_time_that_will_not_do_is_refused_in_words(approver, make, typed, said):
    bundle = make()

    page = approver.post(go("time", bundle), {"due_at": typed})

    assert said in text(page)
    assert Release.objects.get().due_at is None


def test_time_is_refused_while_something_is_not_approved(approver, make):
    bundle = make(is_approved=False)

    page = approver.post(go("time", bundle), {"due_at": "2021-04-13T10:00"})

    assert "Nobody has approved “Issue 1: Number 1” as it stands now." in text(page)
    assert Release.objects.get().due_at is None


def refusal(act, *args, **more) -> str:
    with pytest.raises(ReleaseRefused) as refused:
        act(*args, **more)
    return refused.value.code


def test_schedule_is_refused_with_a_code(make, election):
    empty = Release.objects.create(election=election, title="Empty")
    gone = Release(pk=999, election=election, title="Gone")
    later = AT + HOUR

    assert refusal(schedule, make(1), due_at=AT, at=AT) == "past"
    assert refusal(schedule, empty, due_at=later, at=AT) == "empty"
    assert refusal(schedule, gone, due_at=later, at=AT) == "gone"
    assert refusal(schedule, make(2, is_approved=False), due_at=later, at=AT) == "unapproved"
    assert refusal(unschedule, gone) == "gone"


def test_override_is_worth_nothing_for_a_time_in_the_period(make, editor):
    bundle = make(is_approved=False)
    override(Newsletter.objects.get(), by=editor, at=AT, reason="Why.")
    polling_day = dt.datetime(2021, 5, 6, 9, tzinfo=dt.UTC)

    assert refusal(schedule, bundle, due_at=polling_day, at=AT) == "unapproved"
    assert schedule(bundle, due_at=AT + HOUR, at=AT).due_at == AT + HOUR


# --- Overdue


def test_at_start_all_that_is_due_within_two_hours_is_done_and_what_is_older_waits(approver, make):
    for number, late in enumerate((0.1, 1, 2, 2.1, 30), start=1):
        make(number, due_at=AT - late * HOUR)

    done = release_due(at=timezone.now())

    assert [one.title for one in done] == ["Release 3", "Release 2", "Release 1"]
    assert release_due(at=timezone.now()) == []
    page = text(approver.get("/admin/"))
    assert "Releases whose time passed more than two hours ago: they wait for somebody: 2" in page
    late = Release.objects.get(title="Release 5")
    assert go("change", late) in page
    said = text(approver.get(go("change", late)))
    assert "Its time passed more than two hours ago" in said
    assert "Release now…" in said
    assert "Take the time off" in said


def test_override_is_on_the_first_page_with_its_reason(approver, make, editor):
    make(is_approved=False)
    override(Newsletter.objects.get(), by=editor, at=AT, reason="Nobody else is here.")

    page = text(approver.get("/admin/"))

    assert "Released without a second person, or to be, in the last 30 days: 1" in page
    assert "by Edith Editor: Nobody else is here." in page
