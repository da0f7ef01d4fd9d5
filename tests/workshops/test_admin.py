import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import pass_review
from tests.workshops.cast import uk
from workshops.models import Event

pytestmark = pytest.mark.django_db

LIST = reverse("admin:workshops_event_changelist")
ADD = reverse("admin:workshops_event_add")


@pytest.fixture(autouse=True)
def _signed_in(client, editor):
    client.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")


@pytest.fixture
def form(election) -> dict:
    """What staff fill in for a workshop with one slot, one host and no agenda."""
    return {
        "title": "Strategy team",
        "kind": "workshop",
        "summary": "What the team does.",
        "open_to": "candidates",
        "format": "online",
        "how_to_join": "",
        "election": election.pk,
        "slug": "strategy-team",
        "audience": "public",
        "release": "",
        "recording": "",
        "entitlement": 1,
        "book_until_hours": 24,
        "change_until_hours": 24,
        "cancel_until_hours": 2,
        "agent_places": 1,
        "guest_places": 0,
        "offer_hours": 8,
        "source_note": "",
        "slots-TOTAL_FORMS": 1,
        "slots-INITIAL_FORMS": 0,
        "slots-0-starts_at": "2021-04-14T14:00",
        "slots-0-ends_at": "2021-04-14T16:00",
        "slots-0-venue": "",
        "slots-0-capacity": "",
        "slots-0-status": "on",
        "slots-0-why": "",
        "hosts-TOTAL_FORMS": 1,
        "hosts-INITIAL_FORMS": 0,
        "hosts-0-position": 1,
        "hosts-0-name": "Paul Hindson",
        "hosts-0-role": "Chief Executive",
        "agenda-TOTAL_FORMS": 0,
        "agenda-INITIAL_FORMS": 0,
    }


def release(client, *events: Event) -> str:
    """What the admin says last after the action on ``events``."""
    chosen = {
        "action": "release_now",
        "confirmed": "yes",
        "_selected_action": [event.pk for event in events],
    }
    response = client.post(LIST, chosen)
    return str(list(get_messages(response.wsgi_request))[-1])


def test_event_is_added_with_a_slot_and_released(client, form, time_machine):
    time_machine.move_to("2021-04-01 09:30 +0000")

    added = client.post(ADD, form)

    assert added.status_code == 302
    event = Event.objects.get()
    slot, host = event.slots.get(), event.hosts.get()
    assert (slot.starts_at, slot.ends_at) == (uk("2021-04-14 14:00"), uk("2021-04-14 16:00"))
    assert str(host) == "Paul Hindson, Chief Executive"
    assert client.get(event.get_absolute_url()).status_code == 404
    pass_review(event)
    assert release(client, event) == (
        "Released on Thursday 1 April 2021 at 10:30 BST: Strategy team."
    )
    assert client.get(event.get_absolute_url()).status_code == 200


def test_event_without_a_slot_is_saved_but_not_released(client, form):
    form |= {"slots-TOTAL_FORMS": 0}

    client.post(ADD, form)

    event = Event.objects.get()
    assert release(client, event) == (
        "“Strategy team” is not ready: Nobody could tell when this event is. Give it a slot and "
        "save it before it goes into a release, or mark it as by appointment."
    )
    assert Event.objects.drafts().get() == event


def test_slot_of_an_event_by_appointment_is_refused_in_the_form(client, form):
    form |= {"by_appointment": "on"}

    response = client.post(ADD, form)

    assert response.status_code == 200
    assert "An event by appointment has no slots." in response.content.decode()
    assert not Event.objects.exists()


@pytest.mark.parametrize("moment", ["2021-03-28T01:30", "2021-10-31T01:30"])
def test_time_that_does_not_exist_or_comes_twice_is_refused(client, form, moment):
    form |= {"slots-0-starts_at": moment}

    response = client.post(ADD, form)

    assert response.status_code == 200
    assert "couldn’t be interpreted in time zone Europe/London" in response.content.decode()


def test_two_slots_at_the_same_time_are_refused_in_the_form(client, form):
    second = {key.replace("-0-", "-1-"): form[key] for key in form if key.startswith("slots-0-")}
    form |= second | {"slots-TOTAL_FORMS": 2}

    response = client.post(ADD, form)

    assert "Please correct the duplicate data" in response.content.decode()
    assert not Event.objects.exists()


def test_released_event_can_be_read_and_not_changed(client, make_event, release_now):
    event = make_event()
    release_now(event)
    page = reverse("admin:workshops_event_change", args=[event.pk])

    response = client.get(page)

    content = response.content.decode()
    assert response.status_code == 200
    assert "Paul Hindson" in content
    assert 'name="title"' not in content
    assert 'name="slots-0-venue"' not in content
    assert client.post(page, {"title": "Changed"}).status_code == 403


def test_list_shows_the_next_time_kind_and_who_may_attend(client, make_event, time_machine):
    time_machine.move_to("2021-04-14 18:00 +0000")
    make_event(title="Today", slots=[{"starts_at": uk(f"2021-04-{d} 10:00")} for d in (13, 14)])
    make_event(title="Over")
    make_event(title="One-to-one", by_appointment=True, kind="one-to-one", open_to="nominated")

    rows = client.get(LIST).context["cl"].result_list
    content = client.get(LIST).content.decode()

    assert {row.title for row in rows} == {"Today", "Over", "One-to-one"}
    assert "Wednesday 14 April 2021, 10am" in content
    assert "None to come" in content
    assert ">By appointment<" in content
    assert ">Nominated candidates<" in content
    assert ">Draft<" in content


def test_list_shows_a_day_without_a_time_where_none_is_known(client, make_day_event, time_machine):
    time_machine.move_to("2021-04-14 18:00 +0000")
    make_day_event("2021-04-20")

    assert ">Tuesday 20 April 2021<" in client.get(LIST).content.decode()


def test_list_can_be_sorted_by_the_next_time(client, make_event, time_machine):
    time_machine.move_to("2021-04-14 18:00 +0000")
    make_event(title="Over")
    make_event(title="Later", starts="2021-04-20 10:00", ends=None)
    make_event(title="Sooner", starts="2021-04-16 10:00", ends=None)

    rows = client.get(f"{LIST}?o=2").context["cl"].result_list

    assert [row.title for row in rows] == ["Sooner", "Later", "Over"]


@pytest.mark.parametrize("is_released", [False, True])
def test_list_and_page_ask_as_much_of_the_database_for_three_rows_as_for_one(
    client, make_event, release_now, is_released
):
    def queries(page: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    def make() -> Event:
        event = make_event(slots=[{"starts_at": uk(f"2030-04-0{day} 10:00")} for day in slots])
        if is_released:
            release_now(event)
        return event

    slots = [1]
    small = reverse("admin:workshops_event_change", args=[make().pk])
    queries(LIST)  # fills Django's own caches
    one_row, one_part = queries(LIST), queries(small)
    slots = [1, 2, 3]
    large = reverse("admin:workshops_event_change", args=[make().pk])
    make()

    assert queries(LIST) == one_row
    assert queries(large) == one_part
