import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infolog.models import InformationRequest, Part, Topic

from .conftest import make_part, make_request, make_response, make_topic

REQUESTS = "/admin/infolog/informationrequest/"
PARTS = "/admin/infolog/part/"
TOPICS = "/admin/infolog/topic/"


@pytest.fixture(autouse=True)
def _signed_in(client, editor):
    client.force_login(editor)


def _formset(prefix: str, rows: list[dict], initial: int) -> dict[str, object]:
    data: dict[str, object] = {
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for index, row in enumerate(rows):
        data |= {f"{prefix}-{index}-{name}": value for name, value in row.items()}
    return data


def _part_row(part: Part | None = None, position="", **fields) -> dict:
    row = {"position": position, "question": "Why?", "outcome": "answered", "outcome_note": ""}
    if part:
        row |= {"id": part.pk, "question": part.question, "outcome": part.outcome}
    return row | fields


def _response_row(response=None, position="", **fields) -> dict:
    row = {"position": position, "responder": "Chief Constable", "role": "", "text": "Because."}
    if response:
        row |= {"id": response.pk, "text": response.text, "responder": response.responder}
    return row | fields


def _change(client, item: InformationRequest, rows: list[dict], **fields):
    initial = sum("id" in row for row in rows)
    data = {
        "title": item.title,
        "received_on": "18/04/2021",
        "form": "verbal",
        "introduction": "",
        "note": "",
        "event": "",
        "audience": "public",
        "release": "",
        **_formset("parts", [row | {"request": item.pk} for row in rows], initial),
        **fields,
    }
    return client.post(f"{REQUESTS}{item.pk}/change/", data)


# --- adding ----------------------------------------------------------------------------------


def test_request_is_begun_with_its_question_and_led_on(client, election):
    response = client.post(
        f"{REQUESTS}add/",
        {
            "election": election.pk,
            "title": "Officers",
            "received_on": "18/04/2021",
            "form": "verbal",
            "introduction": "",
            **_formset("parts", [_part_row(), _part_row(question="How many?")], 0),
        },
    )

    item = InformationRequest.objects.get()
    assert response["Location"] == f"{REQUESTS}{item.pk}/change/"
    assert item.reference.startswith("IR-")
    assert list(item.parts.values_list("position", "question")) == [(1, "Why?"), (2, "How many?")]
    page = client.get(response["Location"]).content.decode()
    assert f"with the reference {item.reference}. Next, follow the link under each part" in page
    assert f'href="{PARTS}{item.parts.first().pk}/change/"' in page


def test_new_request_is_for_the_election_in_hand(client, election, other_election):
    page = client.get(f"{REQUESTS}add/")

    form = page.context["adminform"].form
    assert form.initial["election"] == other_election
    assert [*form.fields] == ["election", "title", "received_on", "form", "introduction"]


# --- order -----------------------------------------------------------------------------------


@pytest.fixture
def item(election):
    return make_request(election, "Officers", parts=3)


def test_parts_change_places(client, item):
    first, second, third = item.parts.all()

    response = _change(
        client, item, [_part_row(first, 3), _part_row(second, 2), _part_row(third, 1)]
    )

    assert response.status_code == 302
    assert list(item.parts.all()) == [third, second, first]
    assert list(item.parts.values_list("position", flat=True)) == [1, 2, 3]


def test_part_with_the_number_of_another_stands_where_it_is_on_the_page(client, item):
    first, second, third = item.parts.all()

    _change(client, item, [_part_row(first, 2), _part_row(second, 2), _part_row(third, 1)])

    assert list(item.parts.all()) == [third, first, second]


def test_part_without_a_number_comes_last_and_a_deleted_one_leaves_no_gap(client, item):
    first, second, third = item.parts.all()

    _change(
        client,
        item,
        [
            _part_row(first, 1, DELETE="on"),
            _part_row(second, 2),
            _part_row(third, 3),
            _part_row(question="New?"),
        ],
    )

    assert list(item.parts.values_list("position", "question")) == [
        (1, second.question),
        (2, third.question),
        (3, "New?"),
    ]


def test_empty_part_is_not_kept(client, item):
    rows = [_part_row(part, part.position) for part in item.parts.all()]

    _change(client, item, [*rows, _part_row(question="")])

    assert item.parts.count() == 3


def test_mistake_in_a_part_changes_nothing(client, item):
    first, second, third = item.parts.all()

    response = _change(
        client,
        item,
        [_part_row(first, 3, question=""), _part_row(second, 1), _part_row(third, 2)],
    )

    assert response.status_code == 200
    assert list(item.parts.all()) == [first, second, third]


def test_responses_are_written_on_the_page_of_the_part(client, item):
    part = item.parts.first()
    response = part.responses.get()
    new = _response_row(responder="Claire Trewartha", role="Chief Executive", text="More.")
    rows = [_response_row(response, 2), {**new, "position": 1}]

    saved = client.post(
        f"{PARTS}{part.pk}/change/",
        {
            "question": part.question,
            "outcome": "partly",
            "outcome_note": "",
            **_formset("responses", [row | {"part": part.pk} for row in rows], 1),
        },
    )

    assert saved["Location"] == f"{REQUESTS}{item.pk}/change/"
    assert [said.speaker for said in part.responses.all()] == [
        "Claire Trewartha, Chief Executive",
        "Chief Constable",
    ]
    part.refresh_from_db()
    assert part.outcome == "partly"


# --- what is offered -------------------------------------------------------------------------


def test_request_is_offered_only_what_belongs_to_its_election(
    client, election, other_election, item
):
    topic, sibling = make_topic(election, "Budget"), make_request(election, "Sibling")
    make_topic(other_election, "Other"), make_request(other_election, "Other")

    fields = client.get(f"{REQUESTS}{item.pk}/change/").context["adminform"].form.fields

    assert list(fields["topics"].queryset) == [topic]
    assert list(fields["see_also"].queryset) == [sibling]
    assert "election" not in fields
    assert "slug" not in fields


def test_parts_are_in_no_menu_and_cannot_be_added_alone(client, item):
    assert PARTS not in client.get("/admin/").content.decode()
    assert client.get(f"{PARTS}add/").status_code == 403


# --- frozen once released --------------------------------------------------------------------


def test_released_request_can_be_read_and_not_changed(client, item, release_now):
    part = item.parts.first()
    release_now(item)

    assert _change(client, item, []).status_code == 403
    assert client.post(f"{PARTS}{part.pk}/change/", {"question": "Other?"}).status_code == 403
    for address in (f"{REQUESTS}{item.pk}/change/", f"{PARTS}{part.pk}/change/"):
        page = client.get(address)
        assert page.status_code == 200
        assert "Officers, question 1?" in page.content.decode()
        assert 'name="_save"' not in page.content.decode()
        assert client.post(address.replace("change", "delete"), {"post": "yes"}).status_code == 403


def test_only_a_released_request_is_linked_to_its_page(client, item, release_now):
    address = f"{REQUESTS}{item.pk}/change/"
    assert client.get(address).context["absolute_url"] is None

    release_now(item)

    assert client.get(address).context["absolute_url"] == item.get_absolute_url()


def test_draft_can_be_deleted_with_its_parts(client, item):
    response = client.post(f"{REQUESTS}{item.pk}/delete/", {"post": "yes"})

    assert response["Location"] == REQUESTS
    assert (InformationRequest.objects.count(), Part.objects.count()) == (0, 0)


def test_topic_of_a_released_request_cannot_be_deleted(client, election, released):
    released(election, "Officers", topics=("Budget",))
    topic = Topic.objects.get()

    assert client.post(f"{TOPICS}{topic.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{TOPICS}{topic.pk}/change/").status_code == 200


def test_topic_in_use_by_a_draft_can_be_deleted(client, election):
    make_request(election, "Officers", topics=("Budget",))

    client.post(f"{TOPICS}{Topic.objects.get().pk}/delete/", {"post": "yes"})

    assert Topic.objects.count() == 0


def test_unfinished_request_is_not_released_and_the_reason_is_shown(client, election):
    item = make_request(election, "Officers", parts=0)
    make_part(item, outcome="declined")

    page = client.post(
        REQUESTS, {"action": "release_now", "_selected_action": [item.pk]}, follow=True
    ).content.decode()

    assert "Part 1 is marked “Declined” without a reason. Write it in the outcome note." in page
    item.refresh_from_db()
    assert not item.is_released


# --- queries ---------------------------------------------------------------------------------


def _queries(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("address", [REQUESTS, PARTS, TOPICS])
def test_number_of_queries_of_a_list_does_not_grow(client, election, release_now, address):
    make_request(election, "First", topics=("Budget",))
    release_now(make_request(election, "Released", topics=("Budget",)))
    with_one = _queries(client, address)

    release_now(make_request(election, "Second", topics=("Race",), parts=3))
    make_request(election, "Third", topics=("Race", "Schools"))

    assert _queries(client, address) == with_one


def test_number_of_queries_of_a_request_does_not_grow_with_its_parts(client, election):
    item = make_request(election, "First", topics=("Budget",))
    item.see_also.add(make_request(election, "One"))
    address = f"{REQUESTS}{item.pk}/change/"
    with_one = _queries(client, address)

    for position in (2, 3):
        part = make_part(item, position=position)
        make_response(part)
        make_response(part, position=2)
        item.topics.add(make_topic(election, f"Topic {position}"))
        item.see_also.add(make_request(election, "Other"))

    assert _queries(client, address) == with_one


def test_number_of_queries_of_a_part_does_not_grow_with_its_responses(client, item):
    part = item.parts.first()
    with_one = _queries(client, f"{PARTS}{part.pk}/change/")

    for position in (2, 3):
        make_response(part, position=position)

    assert _queries(client, f"{PARTS}{part.pk}/change/") == with_one
