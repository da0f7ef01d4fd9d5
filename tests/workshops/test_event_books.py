"""How each event stands, as staff find it: also one that nobody has booked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.workshops.booking_cast import MONDAY, stands, take
from workshops.models import EventBook

pytestmark = pytest.mark.django_db

LIST = reverse("admin:workshops_eventbook_changelist")


@pytest.fixture(autouse=True)
def _signed_in(client, make_staff, time_machine):
    time_machine.move_to(MONDAY)
    client.force_login(make_staff("organiser", name="Olga Organiser"))


@pytest.fixture
def released(make_event, release_now):
    def _make(title, slug, starts="2021-04-27 10:00", **fields):
        event = make_event(
            title=title, slug=slug, starts=starts, ends=None, **{"takes_bookings": True} | fields
        )
        release_now(event)
        return event

    return _make


def test_books_are_listed_by_title_in_the_order_of_what_comes_next(client, released, election):
    for title, slug, starts in (
        ("Over too", "a", "2021-04-09 10:00"),
        ("Over", "b", "2021-04-08 10:00"),
        ("Later", "c", "2021-04-28 10:00"),
        ("Sooner", "d", "2021-04-27 10:00"),
    ):
        released(title, slug, starts)
        EventBook.objects.create(election=election, event_slug=slug)
    EventBook.objects.create(election=election, event_slug="never-released")

    response = client.get(LIST)

    assert [row.title for row in response.context["cl"].result_list] == [
        "Sooner",
        "Later",
        "Over",
        "Over too",
        "never-released",
    ]
    page = response.content.decode()
    assert "Tuesday 27 April 2021, 10am" in page
    assert "None to come" in page
    [found] = client.get(LIST, {"q": "soon"}).context["cl"].result_list
    assert found.event_slug == "d"
    book = client.get(reverse("admin:workshops_eventbook_change", args=[found.pk]))
    assert "<h2>Sooner</h2>" in book.content.decode()


def test_list_costs_the_same_for_one_and_for_three(client, released, election):
    counts = []
    for number in (1, 2, 3):
        event = released(f"Event {number}", f"booked-{number}")
        released(f"Free {number}", f"free-{number}")
        take(stands(election, f"N{number}"), event)
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))

    assert counts[0] == counts[2]


def test_run_sheet_of_an_event_nobody_booked_is_opened(client, released, election, make_event):
    event = released("Budget", "budget")
    address = reverse("admin:workshops_book_of", args=[event.pk])
    for page in (LIST, reverse("admin:workshops_event_change", args=[event.pk])):
        assert address in client.get(page).content.decode()
    assert not EventBook.objects.exists()

    book = client.post(address, follow=True)

    [made] = EventBook.objects.all()
    assert (made.election, made.event_slug) == (election, "budget")
    sheet = reverse("admin:workshops_run_sheet", args=[made.pk, 1])
    assert sheet in book.content.decode()
    assert "Nobody has a place." in client.get(sheet).content.decode()
    assert client.post(address)["Location"] == book.redirect_chain[0][0]
    assert address not in client.get(LIST).content.decode()
    assert client.get(address).status_code == 405


def test_only_what_is_booked_has_a_book_and_only_those_who_run_it_open_one(
    client, released, make_event, make_staff
):
    draft = make_event(title="Draft", takes_bookings=True)
    walk_in = released("Walk in", "walk-in", takes_bookings=False)
    booked = released("Budget", "budget")
    for event in (draft, walk_in):
        address = reverse("admin:workshops_book_of", args=[event.pk])
        assert address not in client.get(LIST).content.decode()
        page = reverse("admin:workshops_event_change", args=[event.pk])
        assert address not in client.get(page).content.decode()
        assert client.post(address).status_code == 404

    client.force_login(make_staff("approver"))
    address = reverse("admin:workshops_book_of", args=[booked.pk])
    assert address not in client.get(LIST).content.decode()
    assert client.post(address).status_code == 403
    assert not EventBook.objects.exists()
