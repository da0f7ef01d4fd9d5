"""The staff's first page says what is due and what is wrong, to those who may see it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from elections.models import Office
from pcc_portal.desk import Matter, days_away, lines, since
from tests.pcc_portal.due_cast import fill

HEADING = "What is due and what is wrong"
NOTHING = "Nothing is due and nothing is wrong in what your roles let you see."
TODAY = dt.date(2021, 3, 30)


def offices(at) -> list[Matter]:
    """A room of its own for these tests."""
    return [
        Matter(
            code="late",
            what="Offices without an area",
            rows=Office.objects.filter(area="").order_by("name"),
            tell=lambda office: f"in the north, {office.post}",
        ),
        Matter(
            code="early",
            what="Offices without a force",
            rows=Office.objects.filter(force="").order_by("name"),
            tell=lambda office: "",
            first="Next",
            is_wrong=True,
            may="elections.give_roles",
        ),
    ]


@pytest.fixture
def room(settings):
    settings.DUE = [f"{__name__}.offices"]


def add(name: str, **fields) -> Office:
    return Office.objects.create(name=name, short_name=name, post="Mayor", **fields)


def test_first_page_says_what_how_many_and_the_first_and_leads_there(client, editor, room):
    first, _, other = add("Avon"), add("Bath"), add("Cumbria", area="Cumbria", force="A force")
    client.force_login(editor)

    page = client.get("/admin/").content.decode()

    assert HEADING in page
    late, early = "/admin/elections/office/?due=late", "/admin/elections/office/?due=early"
    assert f'href="{late}">Offices without an area: 2</a>' in page
    assert f'Oldest: <a href="/admin/elections/office/{first.pk}/change/">Avon</a>' in page
    assert "(in the north, Mayor)" in page
    assert f'href="{early}">Offices without a force: 2</a>' in page
    assert page.index(early) < page.index(late)  # what is wrong comes first
    listed = client.get(late).content.decode()
    assert [f">{name}</a>" in listed for name in ("Avon", "Bath", "Cumbria")] == [True, True, False]
    assert f"/office/{other.pk}/change/" in client.get("/admin/elections/office/").content.decode()


def test_one_alone_is_named_without_an_order(client, editor, room):
    add("Avon", force="A force")
    client.force_login(editor)

    page = client.get("/admin/").content.decode()

    assert "Offices without an area: 1" in page
    assert "Oldest" not in page


def test_nothing_due_is_said_in_words(client, editor, room):
    client.force_login(editor)

    assert NOTHING in client.get("/admin/").content.decode()


def test_a_matter_is_told_only_to_those_with_the_right(client, make_staff, room):
    add("Avon")
    told = {}
    for roles in (("editor",), ("administrator",), ()):
        user = make_staff(*roles)
        client.force_login(user)
        page = client.get("/admin/").content.decode()
        told[roles] = ["without an area" in page, "without a force" in page]
        filters = client.get("/admin/elections/office/").content.decode()
        assert ["?due=late" in filters, "?due=early" in filters] == told[roles]

    assert told == {("editor",): [True, False], ("administrator",): [True, True], (): [False] * 2}


def test_only_the_first_page_says_it(client, editor, room):
    client.force_login(editor)

    assert HEADING not in client.get("/admin/elections/").content.decode()


def test_a_list_without_such_matters_has_no_such_filter(client, editor, room):
    client.force_login(editor)

    assert HEADING not in client.get("/admin/elections/keydate/").content.decode()


def test_an_unknown_matter_narrows_nothing(client, editor, room):
    add("Avon")
    client.force_login(editor)

    assert ">Avon</a>" in client.get("/admin/elections/office/?due=what").content.decode()


def test_first_page_costs_the_same_queries_however_much_is_due(client, editor, office):
    client.force_login(editor)
    client.get("/admin/")
    counts, found = [], []
    for number in range(3):
        fill(office, number)
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/admin/")
        counts.append(len(queries))
        found.append([line.count for line in page.context["due"]])

    assert counts[1:] == [counts[0]] * 2
    assert len(found[0]) > 10
    assert [len(each) for each in found] == [len(found[0])] * 3


def test_every_matter_leads_to_a_list_of_just_as_many(client, editor, office, now):
    for number in range(2):
        fill(office, number)
    client.force_login(editor)

    for line in lines(editor, now):
        listed = client.get(line.address)
        assert listed.context["cl"].result_count == line.count, line.what
        assert client.get(line.page).status_code == 200


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (2, "in 2 days"),
        (-1, "yesterday"),
        (-30, "30 days ago"),
    ],
)
def test_days_away_is_told_in_words(days, words):
    assert days_away(TODAY + dt.timedelta(days), TODAY) == words


def test_since_counts_days_in_the_uk():
    late = dt.datetime(2021, 6, 1, 23, 30, tzinfo=dt.UTC)  # half past midnight on 2 June there

    assert since(late, dt.datetime(2021, 6, 2, 12, tzinfo=dt.UTC)) == "today"
