import datetime as dt

import pytest
from django.urls import reverse

from tests.conftest import NOON
from tests.workshops.booking_cast import stands
from workshops.models import Event

pytestmark = pytest.mark.django_db

AFTER = NOON + dt.timedelta(days=40)


@pytest.fixture
def page(election):
    return reverse("workshops:induction", args=[election.slug])


@pytest.fixture
def welcome(make_event, release_now):
    event = make_event(
        title="Welcome with the Chief Executive",
        kind=Event.Kind.INDUCTION,
        open_to=Event.OpenTo.ELECTED,
        starts="2021-05-13 09:00",
        ends="2021-05-13 11:00",
    )
    release_now(event)
    return event


def read(client, page: str) -> str:
    return " ".join(client.get(page).content.decode().split())


def test_dates_are_for_everyones_diary_before_the_result(
    client, page, welcome, make_event, release_now, candidate
):
    release_now(make_event(title="Workshop on the budget"))
    make_event(title="Draftcanary", kind=Event.Kind.INDUCTION)

    for reader in (None, candidate):
        if reader:
            client.force_login(reader)
        text = read(client, page)
        assert "Dates for the diary of everyone who stands" in text
        assert "Welcome with the Chief Executive" in text
        assert "Workshop on the budget" not in text
        assert "Draftcanary" not in text


def test_plan_is_that_of_the_person_elected_once_it_is_declared(
    client, page, welcome, election, time_machine
):
    elected = stands(election, "Ada", status="elected")
    other = stands(election, "Ben", status="not-elected")
    time_machine.move_to(AFTER)
    assert "Dates for the diary of everyone who stands" in read(client, page)

    election.declared_on = dt.date(2021, 5, 7)
    election.save()
    client.force_login(elected.user)
    assert "This is your plan for the first days in office." in read(client, page)
    client.force_login(other.user)
    assert "The plan of the person elected" in read(client, page)


def test_page_without_dates_says_so(client, page):
    assert "No date has been announced yet." in read(client, page)
    assert client.get("/nowhere/induction/").status_code == 404
