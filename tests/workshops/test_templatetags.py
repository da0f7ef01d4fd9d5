import pytest
from django.template import Context, Template

from tests.workshops.cast import BRIEFED, READERS, uk

pytestmark = pytest.mark.django_db


@pytest.fixture
def render(election, anonymous):
    def _render(arguments: str = "", user=anonymous) -> str:
        tag = "{% programme election user at " + arguments + " %}"
        context = {"election": election, "user": user, "at": uk("2021-04-14 09:00")}
        return Template("{% load programme %}" + tag).render(Context(context))

    return _render


@pytest.mark.parametrize("arguments", ["", "limit=5"])
@pytest.mark.parametrize("reader", READERS)
def test_programme_tag_shows_each_reader_what_they_may_know(
    make_event, release_now, render, readers, arguments, reader
):
    when = {"starts": "2021-04-22 12:00", "ends": None}
    release_now(
        make_event(title="For everyone", **when),
        make_event(title="For candidates", audience="candidates", **when),
    )
    make_event(title="A draft", **when)

    shown = render(arguments, user=readers[reader])

    assert "For everyone" in shown
    assert ("For candidates" in shown) == (reader in BRIEFED)
    assert "A draft" not in shown


def test_programme_tag_shows_one_kind(make_event, release_now, render):
    release_now(make_event(title="A visit", kind="visit"), make_event(title="A workshop"))

    assert "A workshop" not in render("'visit'")
    assert "A visit" in render("'visit'")
    assert "A workshop" in render("''")
    assert render("'nonsense'").strip() == ""


def test_programme_tag_without_a_limit_shows_past_ones_and_those_by_appointment(
    make_event, release_now, render
):
    release_now(make_event(title="Over"), make_event(title="One-to-one", by_appointment=True))

    shown = render()

    assert shown.index("Over") < shown.index("One-to-one")
    assert render("limit=3").strip() == ""


def test_programme_tag_with_a_limit_shows_the_next_ones(make_event, release_now, render):
    for day in (24, 22, 23):
        release_now(make_event(title=f"On {day}", starts=f"2021-04-{day} 10:00", ends=None))

    shown = render("limit=2")

    assert shown.index("On 22") < shown.index("On 23")
    assert "On 24" not in shown


@pytest.mark.parametrize("arguments", ["", "limit=5"])
def test_programme_tag_asks_as_much_for_three_rows_as_for_one(
    make_event, release_now, render, django_assert_num_queries, arguments
):
    for _ in range(2):
        with_slots = [{"starts_at": uk(f"2021-04-{day} 10:00")} for day in (20, 21)]
        release_now(make_event(slots=with_slots), make_event(by_appointment=True))

        with django_assert_num_queries(5):  # ids, revision, then events, hosts and slots
            render(arguments)
        with django_assert_num_queries(2):
            render(arguments)

        release_now(make_event(slots=with_slots))
