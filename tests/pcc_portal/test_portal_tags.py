import datetime as dt

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template

from pcc_portal.templatetags.portal import clock, date_range, day, page_numbers


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (utc(2021, 5, 6, 9, 0), "10am"),
        (utc(2021, 5, 6, 12, 30), "1.30pm"),
        (utc(2021, 5, 6, 11, 0), "12 noon"),
        (utc(2021, 5, 5, 23, 0), "12 midnight"),
        (utc(2021, 5, 6, 11, 5), "12.05pm"),
        (utc(2021, 1, 6, 0, 15), "12.15am"),
        (utc(2021, 1, 6, 9, 0), "9am"),
        (utc(2021, 3, 28, 0, 59), "12.59am"),
        (utc(2021, 3, 28, 1, 0), "2am"),
        (utc(2021, 10, 31, 0, 30), "1.30am"),
        (utc(2021, 10, 31, 1, 30), "1.30am"),
        (dt.datetime(2021, 5, 6, 10, 0), "10am"),  # noqa: DTZ001 - a time without a zone is meant
        (dt.time(0, 0), "12 midnight"),
        (dt.time(17, 45), "5.45pm"),
        (None, ""),
        ("", ""),
    ],
)
def test_clock_tells_uk_time(moment, told):
    assert clock(moment) == told


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        (utc(2021, 5, 6, 9, 0), utc(2021, 5, 6, 11, 0), "10am to 12 noon"),
        (utc(2021, 5, 6, 21, 0), utc(2021, 5, 6, 23, 0), "10pm to 12 midnight"),
        (
            utc(2021, 5, 6, 21, 0),
            utc(2021, 5, 7, 8, 30),
            "10pm on 6 May 2021 to 9.30am on 7 May 2021",
        ),
        (
            utc(2021, 3, 28, 0, 30),
            utc(2021, 3, 28, 2, 0),
            "12.30am GMT to 3am BST",
        ),
        (
            utc(2021, 10, 31, 0, 30),
            utc(2021, 10, 31, 1, 30),
            "1.30am BST to 1.30am GMT",
        ),
        (utc(2021, 5, 6, 9, 0), None, "10am"),
        (None, None, ""),
    ],
)
def test_date_range_names_days_and_zones_only_where_needed(start, end, told):
    assert date_range(start, end) == told


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (dt.date(2021, 5, 6), "Thursday 6 May 2021"),
        (utc(2021, 5, 5, 23, 30), "Thursday 6 May 2021"),
        (None, ""),
    ],
)
def test_day_is_the_uk_day(moment, told):
    assert day(moment) == told


def test_page_numbers_leave_out_the_middle():
    page = Paginator(range(200), 10).page(10)

    assert list(page_numbers(page)) == [1, "…", 9, 10, 11, "…", 20]


def test_pagination_keeps_the_other_parameters_of_the_address():
    page = Paginator(range(30), 10).page(2)

    html = Template(
        '{% include "components/pagination.html" with page=page query=query only %}'
    ).render(Context({"page": page, "query": "topic=budget&q=a"}))

    assert html.count('href="?topic=budget&amp;q=a&amp;page=1"') == 2
    assert html.count('aria-current="page"') == 1


def test_pagination_of_one_page_shows_nothing():
    page = Paginator(range(3), 10).page(1)

    html = Template(
        '{% include "components/pagination.html" with page=page query="" only %}'
    ).render(Context({"page": page}))

    assert html.strip() == ""


def _navigation(election, section, rf, path):
    return Template(
        '{% load portal %}{% navigation_item "log" "infolog:log" "Information log" %}'
    ).render(Context({"election": election, "section": section, "request": rf.get(path)}))


def test_navigation_item_marks_the_page_itself_and_its_section(election, rf):
    assert 'aria-current="page"' in _navigation(election, "log", rf, "/pcc-2021/log/")
    assert 'aria-current="true"' in _navigation(election, "log", rf, "/pcc-2021/log/a-request/")
    assert "aria-current" not in _navigation(election, "dates", rf, "/pcc-2021/dates/")


@pytest.mark.parametrize("name", ["election", "other_election"])
def test_footer_leads_to_what_is_the_elections_own(name, request):
    election = request.getfixturevalue(name)
    tag = Template("{% load portal %}{% footer %}")

    of_another, drawn = tag.render(Context({})), tag.render(Context({"election": election}))

    for address in ("/updates/", "/ledger/"):
        assert f'href="/{election.slug}{address}' in drawn
        assert address not in of_another
    assert "Accessibility statement" in of_another
