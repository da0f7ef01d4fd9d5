import datetime as dt
import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from elections.models import Election
from elections.timetabling import set_out
from tests.conftest import give_status

BEFORE = "2021-04-01 12:00+00:00"
PUBLISHED_ON = dt.date(2021, 4, 9)
AFTER = "2021-04-12 12:00+00:00"
CONFIRMED = (
    "Confirmed by Rita Returning, elections officer on 26 March 2021 from Notice of election"
)


@pytest.fixture(autouse=True)
def _no_kept_pages(settings):
    settings.PAGE_CACHE = False


def _text(markup: str) -> str:
    return " ".join(unescape(strip_tags(markup)).split())


def _rows(html: str, caption_id: str) -> list[list[str]]:
    """The words in the body of the table with that caption, cell by cell."""
    table = re.search(rf'id="{caption_id}".*?<tbody.*?>(.*?)</tbody>', html, re.DOTALL)
    rows = re.findall(r"<tr.*?>(.*?)</tr>", table.group(1), re.DOTALL)
    return [
        [_text(cell) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


def _get(client, name: str, election: Election) -> str:
    response = client.get(reverse(f"elections:{name}", args=[election.slug]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", ["key-dates", "candidates"])
def test_pages_of_an_unknown_election_are_not_found(client, db, name):
    assert client.get(reverse(f"elections:{name}", args=["nowhere"])).status_code == 404


@pytest.mark.parametrize("name", ["key-dates", "candidates"])
def test_pages_are_only_read(client, election, name):
    assert client.post(reverse(f"elections:{name}", args=[election.slug])).status_code == 405


# --- Key dates


def test_key_dates_say_what_is_confirmed_and_what_is_expected(
    client, election, timetable, confirm_it, time_machine
):
    time_machine.move_to(BEFORE)
    confirm_it(timetable["notice"])
    confirm_it(timetable["nominations-close"], notice_url="")
    election.key_dates.create(title="Group briefing", date=dt.date(2021, 4, 9))

    html = _get(client, "key-dates", election)

    rows = _rows(html, "dates-caption")
    assert rows[:4] == [
        [
            "Monday 29 March 2021 Past",
            "Last day to publish the notice of election",
            "No time set",
            CONFIRMED,
        ],
        [
            "Thursday 8 April 2021",
            "Nominations close",
            "4pm",
            CONFIRMED,
        ],
        [
            "Friday 9 April 2021",
            "Last day to publish the statement of persons nominated",
            "4pm",
            "Expected: worked out from polling day, not yet confirmed",
        ],
        [
            "Friday 9 April 2021",
            "Group briefing",
            "No time set",
            "Expected: entered by the office, not yet confirmed",
        ],
    ]
    assert rows[-2] == [
        "Thursday 6 May 2021",
        "Polling day",
        "7am to 10pm",
        "Expected: not yet confirmed from a notice",
    ]
    assert html.count('href="https://example.org/notice"') == 1


def test_key_dates_that_are_past_are_not_expected(client, election, timetable, time_machine):
    time_machine.move_to("2021-06-01 12:00+00:00")
    election.key_dates.create(title="Group briefing", date=dt.date(2021, 4, 9))

    rows = _rows(_get(client, "key-dates", election), "dates-caption")

    assert all(row[0].endswith(" Past") for row in rows)
    assert {row[3] for row in rows} == {
        "Worked out from polling day, not confirmed from a notice",
        "Entered by the office, not confirmed from a notice",
        "Not confirmed from a notice",
    }


def test_key_dates_mark_the_day_itself(client, election, timetable, time_machine):
    time_machine.move_to("2021-05-05 23:30+00:00")  # past midnight in the UK

    rows = _rows(_get(client, "key-dates", election), "dates-caption")

    assert rows[-2][0] == "Thursday 6 May 2021 Today"


def test_key_dates_name_the_phase(client, election, timetable, time_machine):
    time_machine.move_to(BEFORE)

    html = _get(client, "key-dates", election)

    assert "We are now in this one: Pre-election period." in _text(html)
    assert _rows(html, "phases-caption") == [
        ["Before the notice of election", "No first day", "28 March 2021"],
        ["Pre-election period Now", "29 March 2021", "5 May 2021"],
        ["Polling day and count", "6 May 2021", "6 May 2021"],
        ["After the declaration", "7 May 2021", "15 July 2021"],
        ["Archived", "16 July 2021", "No last day"],
    ]


def test_key_dates_warn_that_only_notices_are_official(client, election):
    text = _text(_get(client, "key-dates", election))

    assert "Only the returning officer’s notices are official." in text
    assert "No dates have been entered yet." in text


def test_key_dates_are_those_of_the_election(client, election, other_election):
    other_election.key_dates.create(title="Elsewhere only", date=dt.date(2021, 4, 9))

    assert "Elsewhere only" not in _get(client, "key-dates", election)


def test_key_dates_escape_what_staff_enter(client, election, timetable, confirm_it):
    confirm_it(timetable["notice"], by="<b>Rita</b>")

    assert "Confirmed by &lt;b&gt;Rita&lt;/b&gt;" in _get(client, "key-dates", election)


@pytest.mark.parametrize("count", [1, 3])
def test_key_dates_cost_the_same_queries(client, election, django_assert_num_queries, count):
    for number in range(count):
        election.key_dates.create(title=f"Date {number}", date=dt.date(2021, 4, 1))

    with django_assert_num_queries(3):
        _get(client, "key-dates", election)


# --- Candidates


@pytest.fixture
def published(election) -> Election:
    election.nominations_published_on = PUBLISHED_ON
    election.save()
    return election


def test_candidates_are_listed_by_name_and_description(client, published, stand, time_machine):
    time_machine.move_to(AFTER)
    stand(published, "Pym", other_names="Gareth", ballot_description="The Riverside Party")
    stand(published, "Ellison", other_names="Amara", status="elected")

    html = _get(client, "candidates", published)

    assert _rows(html, "candidates-caption") == [
        ["Ellison, Amara", "No description"],
        ["Pym, Gareth", "The Riverside Party"],
    ]
    text = _text(html)
    assert "published on 9 April 2021" in text
    assert "The official list is the returning officer’s." in text


def test_candidates_who_do_not_stand_never_appear(client, published, stand, time_machine):
    time_machine.move_to(AFTER)
    stand(published, "Standing")
    for status in ("interested", "declared", "withdrawn", "not-nominated"):
        stand(published, f"Secret-{status}", status=status)

    html = _get(client, "candidates", published)

    assert _rows(html, "candidates-caption") == [["Standing, Alex", "No description"]]
    assert "Secret" not in html


def test_candidates_of_another_election_never_appear(
    client, published, other_election, stand, time_machine
):
    time_machine.move_to("2024-05-01 12:00+00:00")
    Election.objects.update(nominations_published_on=PUBLISHED_ON)
    stand(published, "Ours")
    stand(other_election, "Theirs")

    html = _get(client, "candidates", published)

    assert "Ours" in html
    assert "Theirs" not in html


@pytest.mark.parametrize("name", ["candidates", "key-dates"])
def test_addresses_of_candidates_never_appear(
    client, published, candidate, editor, time_machine, name
):
    time_machine.move_to(AFTER)
    give_status(published.candidates.get(), "nominated")

    html = _get(client, name, published)

    assert "Surname, Candidate" in html or name == "key-dates"
    assert "@example.org" not in html


@pytest.mark.parametrize("who", [None, "candidate", "editor"])
def test_candidates_are_nobody_before_publication(
    client, published, stand, timetable, time_machine, request, who
):
    if who:
        client.force_login(request.getfixturevalue(who))
    stand(published, "Hidden", ballot_description="The Hidden Party")
    time_machine.move_to("2021-04-08 22:59+00:00")  # a minute before midnight in the UK

    html = _get(client, "candidates", published)

    assert "Hidden" not in html
    assert "It is expected by 4pm on Friday 9 April 2021." in _text(html)
    time_machine.move_to("2021-04-08 23:00+00:00")
    assert "Hidden" in _get(client, "candidates", published)


def test_candidates_to_come_are_due_once_the_date_is_confirmed(
    client, election, timetable, confirm_it, time_machine
):
    time_machine.move_to(BEFORE)
    confirm_it(timetable["persons-nominated"])

    assert "It is due by 4pm on Friday 9 April 2021." in _text(_get(client, "candidates", election))


def test_candidates_without_any_date_still_say_where_the_official_list_is(client, election):
    text = _text(_get(client, "candidates", election))

    assert "The candidates are not known yet." in text
    assert "expected by" not in text
    assert "The official list is the returning officer’s." in text


def test_candidates_published_but_not_entered(client, published, time_machine):
    time_machine.move_to(AFTER)

    assert "The names have not been entered here yet." in _text(
        _get(client, "candidates", published)
    )


@pytest.mark.parametrize("count", [1, 3])
def test_candidates_cost_the_same_queries(
    client, published, stand, time_machine, django_assert_num_queries, count
):
    time_machine.move_to(AFTER)
    for number in range(count):
        stand(published, f"Surname {number}")

    with django_assert_num_queries(3):
        _get(client, "candidates", published)


# --- All elections


def _groups(html: str) -> list[tuple[str, list[str]]]:
    parts = re.findall(r"<h2.*?>(.*?)</h2>\s*<ul.*?>(.*?)</ul>", html, re.DOTALL)
    return [(_text(head), re.findall(r'<a .*?href="(.*?)"', items)) for head, items in parts]


def _election(office, year: int) -> Election:
    return Election.objects.create(
        office=office, name=f"Election {year}", slug=f"pcc-{year}", poll_date=dt.date(year, 5, 4)
    )


def test_elections_are_grouped_around_the_current_one(
    client, office, election, other_election, time_machine
):
    time_machine.move_to("2023-06-01 12:00+00:00")
    for year in (2016, 2028, 2032):
        _election(office, year)

    groups = _groups(client.get("/elections/").content.decode())

    assert groups == [
        ("Current election", ["/pcc-2024/"]),
        ("Elections to come", ["/pcc-2028/", "/pcc-2032/"]),
        ("Past elections", ["/pcc-2021/", "/pcc-2016/"]),
    ]


def test_the_latest_election_comes_first_when_none_is_to_come(
    client, election, other_election, time_machine
):
    time_machine.move_to("2025-06-01 12:00+00:00")

    groups = _groups(client.get("/elections/").content.decode())

    assert groups == [
        ("Latest election", ["/pcc-2024/"]),
        ("Past elections", ["/pcc-2021/"]),
    ]


def test_elections_may_be_none(client, db):
    assert "No election has been entered yet." in _text(client.get("/elections/").content.decode())


@pytest.mark.parametrize("count", [1, 3])
def test_elections_cost_the_same_queries(
    client, office, time_machine, django_assert_num_queries, count
):
    time_machine.move_to("2021-04-01 12:00+00:00")
    for year in range(2022, 2022 + count):
        set_out(_election(office, year))

    with django_assert_num_queries(2):
        client.get("/elections/")
