import datetime as dt
import html
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from model_bakery import baker

from briefings.models import Newsletter, TextSection
from elections.models import NonWorkingDay, User
from elections.roles import Role

PAGE = "/admin/audit/"


@pytest.fixture
def auditor(client, make_staff) -> User:
    user = make_staff(Role.AUDITOR, name="Greta Auditor")
    client.force_login(user)
    return user


@pytest.fixture
def author(make_staff) -> User:
    return make_staff(Role.EDITOR, name="Edith Author")


def _entries(client, **query):
    return client.get(PAGE, query).context["entries"]


def _words(response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_change_is_told_field_by_field(client, auditor, author, election):
    election._history_user = author
    election.name = "Election of 2021"
    election.kind = "by-election"
    election.nominations_published_on = dt.date(2021, 4, 9)
    election.save()

    entry = _entries(client, kind="elections.election")[0]

    assert (entry.done, entry.kind, entry.by) == ("Changed", "Election", "Edith Author")
    assert entry.row == "Election of 2021"
    assert {(c.label, c.before, c.after) for c in entry.changes} == {
        ("Kind", "Ordinary election", "By-election"),
        ("Name", "Election 2021", "Election of 2021"),
        ("Statement of persons nominated published", "nothing", "9 April 2021"),
    }
    words = _words(client.get(PAGE))
    assert "Name Election 2021 Election of 2021" in words
    assert "Edith Author" in words


def test_added_and_deleted_rows_are_told(client, auditor):
    day = NonWorkingDay.objects.create(date=dt.date(2021, 4, 17), reason="Mourning")
    day.delete()

    deleted, added = _entries(client, kind="elections.nonworkingday")

    assert (deleted.done, deleted.row, deleted.address) == (
        "Deleted",
        "17 April 2021: Mourning",
        "",
    )
    assert (added.done, added.by) == ("Added", "the portal itself")
    assert [(c.label, c.after) for c in added.changes] == [
        ("Date", "17 April 2021"),
        ("Reason", "Mourning"),
    ]


def test_roles_given_are_told(client, auditor, author):
    author.groups.add(Group.objects.get(name=Role.FINANCE))

    entry = _entries(client, kind="elections.user")[0]

    assert [(c.label, c.before, c.after) for c in entry.changes] == [
        ("Groups", "editor", "editor; finance")
    ]


def test_rich_text_is_told_without_its_tags(client, auditor, election):
    issue = Newsletter.objects.create(
        election=election, slug="n", number=1, title="News", summary="."
    )
    TextSection.objects.create(parent=issue, region="main", text="<p>For <b>all</b></p>")

    entry = _entries(client, kind="briefings.textsection")[0]

    assert ("Text", "For all") in [(c.label, c.after) for c in entry.changes]


def test_changes_are_narrowed_by_who_what_and_day(client, auditor, author, office):
    office._history_user = author
    office.post = "Mayor"
    office.save()
    today = timezone.localdate()

    assert [e.kind for e in _entries(client, by=author.pk)] == ["Office"]
    assert {e.kind for e in _entries(client, kind="elections.office")} == {"Office"}
    assert len(_entries(client, kind="elections.office", day=today.isoformat())) == 2
    assert _entries(client, day=(today - dt.timedelta(days=1)).isoformat()) == []
    assert [e.kind for e in _entries(client, by="nobody", kind="elections.office")] == ["Office"]


def test_row_is_shown_with_its_parts_from_its_own_page(client, auditor, election):
    issue, other = (
        Newsletter.objects.create(
            election=election, slug=f"n{number}", number=number, title="News", summary="."
        )
        for number in (1, 2)
    )
    TextSection.objects.create(parent=issue, region="main", text="<p>Ours</p>")
    TextSection.objects.create(parent=other, region="main", text="<p>Theirs</p>")

    page = client.get(f"/admin/briefings/newsletter/{issue.pk}/history/", follow=True)

    assert page.context["row"] == "Issue 1: News"
    assert [e.kind for e in page.context["entries"]] == ["Text", "Newsletter"]
    assert "Theirs" not in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"row": "briefings.newsletter:x"},
        {"row": "no.such:1"},
        {"row": ":"},
        {"by": "x"},
        {"day": "tomorrow"},
        {"kind": "auth.group"},
        {"page": "x"},
    ],
)
def test_odd_questions_are_answered_without_a_fault(client, auditor, query):
    assert client.get(PAGE, query).status_code == 200


def test_pages_lead_to_older_changes(client, auditor):
    for number in range(60):
        NonWorkingDay.objects.create(date=dt.date(2021, 1, 1) + dt.timedelta(number), reason="M")

    first = client.get(PAGE, {"kind": "elections.nonworkingday"})
    second = client.get(PAGE, {"kind": "elections.nonworkingday", "page": "2"})

    assert (len(first.context["entries"]), len(second.context["entries"])) == (50, 10)
    assert "?kind=elections.nonworkingday&amp;page=2" in first.content.decode()


@pytest.mark.parametrize("verb", ["post", "put", "delete"])
def test_record_is_only_read(client, auditor, verb):
    assert getattr(client, verb)(PAGE).status_code == 405


def test_record_costs_the_same_queries_for_more_rows(client, auditor, author, election):
    counts = []
    for number in range(3):
        event = baker.make(
            "workshops.Event",
            election=election,
            slug=f"e{number}",
            title=f"E{number}",
            kind="visit",
        )
        event.slots.create(starts_at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))

    assert counts == [counts[0]] * 3


@pytest.mark.parametrize(
    "query", [{"row": "elections.user:²"}, {"day": "9999-12-31"}, {"day": "0001-01-01"}]
)
def test_what_nobody_would_ask_is_answered(client, auditor, query):
    response = client.get(PAGE, query)

    assert response.status_code == 200
    assert response.context["entries"] == []


def test_day_is_read_to_its_end(client, auditor, office):
    office.post = "Mayor"
    office._history_date = dt.datetime(2021, 4, 9, 22, 59, 59, 999999, tzinfo=dt.UTC)
    office.save()

    assert [entry.done for entry in _entries(client, day="2021-04-09")] == ["Changed"]
    assert _entries(client, day="2021-04-10") == []


@pytest.mark.parametrize("what", ["add", "change", "delete", "delete_selected"])
def test_djangos_own_log_keeps_no_names(client, editor, what):
    day = NonWorkingDay.objects.create(date=dt.date(2021, 4, 17), reason="Mourning")
    client.force_login(editor)
    page = "/admin/elections/nonworkingday/"
    posted = {"date": "2021-04-18", "reason": "Mourning", "post": "yes"}
    if what == "delete_selected":
        response = client.post(page, posted | {"action": what, "_selected_action": day.pk})
    else:
        address = f"{page}add/" if what == "add" else f"{page}{day.pk}/{what}/"
        response = client.post(address, posted)

    assert response.status_code == 302
    assert NonWorkingDay.history.count() == 2
    assert not LogEntry.objects.exists()
    assert "Recent actions" not in client.get("/admin/").content.decode()
