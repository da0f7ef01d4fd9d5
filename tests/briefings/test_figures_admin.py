from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from briefings.models import Figure

ADD = "/admin/briefings/figure/add/"


@pytest.fixture
def staff(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def form(election, source):
    return {
        "title": "Extra precept",
        "topic": "Precept",
        "position": "1",
        "explanation": "",
        "value": "7",
        "decimal_places": "0",
        "unit": "pence",
        "per": "a year",
        "financial_year": "2017/18",
        "basis": "estimate",
        "as_at": "2021-01-27",
        "source": source.pk,
        "source_place": "page 4",
        "percentage": "",
        "relation": "",
        "related_to": "",
        "election": election.pk,
        "slug": "extra",
        "audience": "public",
        "release": "",
    }


def test_figure_is_saved(staff, form):
    response = staff.post(ADD, form)

    assert response.status_code == 302
    assert Figure.objects.get().amount == "7p a year"


def test_figure_is_saved_with_what_the_check_finds(staff, form, make_figure):
    precept = make_figure(value=Decimal("183.5770"), decimal_places=4, unit="£", per="a year")
    relation = {"percentage": "1.99", "relation": "percent-of", "related_to": precept.pk}

    response = staff.post(ADD, form | relation)

    assert str(next(iter(get_messages(response.wsgi_request)))) == (
        "Saved, but check this: 1.99% of £183.5770 a year is £3.65 a year; 7p a year is printed. "
        "7p is about what it is a week."
    )
    page = staff.get(f"/admin/briefings/figure/{Figure.objects.get(slug='extra').pk}/change/")
    assert "7p is about what it is a week." in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        (
            {"financial_year": ""},
            "Money needs a financial year, as in 2021/22. If the source gives none, tick "
            "“the source gives no year”.",
        ),
        (
            {"percentage": "1.99", "relation": "percent-of"},
            "To have a number checked against another one give all three: the percentage, how "
            "they are related and the other figure.",
        ),
        ({"unit": ""}, "This field is required."),
    ],
)
def test_figure_that_cannot_be_quoted_is_refused_with_the_reason(staff, form, fields, error):
    response = staff.post(ADD, form | fields)

    found = response.context["adminform"].form.errors
    assert [text for field in found.values() for text in field] == [error]


def test_figure_list_shows_what_readers_see(staff, make_figure):
    make_figure(percentage=Decimal("61.5"))

    page = staff.get("/admin/briefings/figure/").content.decode()

    assert "£212.6m (61.5%)" in page
    assert "Budget, 2021/22" in page


def test_released_figure_can_be_read_and_not_changed(staff, form, make_figure, release_now):
    figure = make_figure()
    release_now(figure)
    address = f"/admin/briefings/figure/{figure.pk}/change/"

    assert staff.get(address).status_code == 200
    assert staff.post(address, form).status_code == 403
    assert Figure.objects.get().title == figure.title


def queries(staff, address):
    with CaptureQueriesContext(connection) as captured:
        staff.get(address)
    return len(captured)


@pytest.mark.parametrize("page", ["", "add/"])
def test_figure_pages_take_the_same_queries_for_any_number(staff, make_figure, page):
    address = f"/admin/briefings/figure/{page}"
    make_figure()
    with_one = queries(staff, address)
    make_figure()
    make_figure()

    assert queries(staff, address) == with_one
