import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infolog.models import InformationRequest
from tests.conftest import PortalClient

from .conftest import APRIL_18, make_part, make_request, make_response

LOG = "/pcc-2021/log/"
TABLE = "/pcc-2021/log/table/"
CSV = "/pcc-2021/log.csv"


def _titles(response) -> list[str]:
    shown = InformationRequest.objects.in_bulk(list(response.context["page"]))
    return [shown[pk].title for pk in response.context["page"]]


def _queries(client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def _text(response) -> str:
    """What a reader of the page reads, with single spaces."""
    without_tags = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", without_tags)


def _csv(client) -> list[list[str]]:
    content = client.get(CSV).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


@pytest.fixture
def police_boxes(election):
    """A draft like the office's entry of 10 April 2024: four parts, several responders."""
    item = make_request(
        election,
        "Efficiency savings",
        parts=0,
        slug="ir-22222",
        received_on="2021-04-10",
        form="in-writing",
        introduction="Sent in before the event.",
        note="The slides are among the documents.",
        topics=("Budget", "Officer numbers"),
    )
    first = make_part(item, position=1, question="How are the savings made?", outcome="partly")
    make_response(first, position=2, responder="Chief Executive", text="And the office.")
    make_response(first, position=1, role="Leicestershire Police", text="The force.\nAll of it.")
    make_part(item, position=3, question="Officers?", outcome="not-answered")
    make_part(
        item, position=2, question="Boxes?", outcome="declined", outcome_note="It is a manifesto."
    )
    return item


# --- the list --------------------------------------------------------------------------------


def test_log_shows_requests_newest_first_whatever_the_order_of_entry(client, election, released):
    released(election, "Asked first", received_on="2021-04-10", slug="ir-22222")
    released(election, "Late entry", received_on="2021-04-01", slug="ir-33333")
    released(election, "Same day, entered first", received_on="2021-04-18", slug="ir-99999")
    released(election, "Same day, entered last", received_on="2021-04-18", slug="ir-44444")

    assert _titles(client.get(LOG)) == [
        "Same day, entered last",
        "Same day, entered first",
        "Asked first",
        "Late entry",
    ]


def test_log_says_in_words_what_became_of_each_request(client, police_boxes, release_now):
    release_now(police_boxes)

    text = _text(client.get(LOG))

    assert (
        "Efficiency savings Date of request 10 April 2021 Form In writing Topics Budget, Officer "
        "numbers Outcome 1 of 3 parts partly answered, 1 declined, 1 not answered Answered by "
        "Chief Constable, Chief Executive"
    ) in text
    assert "1 request, newest first." in text


def test_log_with_nothing_in_it_says_so(client, election):
    assert "No information request has been published yet." in _text(client.get(LOG))


def test_log_keeps_to_its_election(client, other_election, election, released):
    released(other_election, "Other")
    released(election, "Own")

    assert _titles(client.get(LOG)) == ["Own"]


def test_log_shows_only_the_version_in_force(client, election, released):
    released(election, "First version", slug="ir-22222")
    released(election, "Second version", slug="ir-22222", version=2)

    assert _titles(client.get(LOG)) == ["Second version"]


def test_log_of_an_unknown_election_is_not_found(client, db):
    assert [
        client.get(address.replace("2021", "1999")).status_code
        for address in (LOG, TABLE, CSV, f"{LOG}ir-22222/")
    ] == [404] * 4


def test_log_can_only_be_read(client, election):
    assert [client.post(address).status_code for address in (LOG, TABLE, CSV)] == [405] * 3


# --- pages -----------------------------------------------------------------------------------


@pytest.fixture
def thirty(election, release_now):
    items = [
        make_request(election, f"Request {number:02}", slug=f"ir-{number:02}", topics=("Budget",))
        for number in range(1, 31)
    ]
    release_now(*items)


def test_log_has_25_requests_a_page(client, thirty):
    response = client.get(LOG, {"page": 2})

    assert _titles(response) == [f"Request {number}" for number in range(26, 31)]
    assert "30 requests, newest first. You see 26 to 30." in _text(response)


def test_log_keeps_its_filters_from_page_to_page(client, thirty):
    response = client.get(LOG, {"topic": "budget", "words": "re qu", "page": 1})

    assert 'href="?words=re+qu&amp;topic=budget&amp;page=2"' in response.content.decode()


@pytest.mark.parametrize("page", ["0", "3", "-1", "x", "", "9" * 5000, "1.5"])
def test_log_has_no_page_of_that_number(client, thirty, page):
    assert client.get(LOG, {"page": page}).status_code == 404


# --- filters ---------------------------------------------------------------------------------


@pytest.fixture
def three(election, release_now):
    """Three requests that differ in everything."""
    boxes = make_request(
        election,
        "Police boxes",
        slug="ir-22222",
        received_on="2021-04-10",
        form="in-writing",
        topics=("Budget",),
        introduction="Alpha",
    )
    schools = make_request(
        election,
        "Schools",
        parts=0,
        slug="ir-33333",
        received_on="2021-04-18",
        topics=("Violence", "Young people"),
        note="Beta",
    )
    part = make_part(schools, outcome="referred", outcome_note="Gamma", question="Delta")
    make_response(part, responder="Grace Strong", role="Director", text="Épsilon ZETA")
    race = make_request(
        election, "Race", slug="ir-44444", received_on="2021-04-20", form="email", parts=0
    )
    make_part(race, position=1, outcome="not-held")
    make_response(make_part(race, position=2), responder="Chief Constable")
    release_now(boxes, schools, race)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({}, ["Race", "Schools", "Police boxes"]),
        ({"words": "  "}, ["Race", "Schools", "Police boxes"]),
        ({"words": "POLICE"}, ["Police boxes"]),
        ({"words": "boxes police"}, ["Police boxes"]),
        ({"words": "alpha"}, ["Police boxes"]),
        ({"words": "beta"}, ["Schools"]),
        ({"words": "gamma"}, ["Schools"]),
        ({"words": "delta"}, ["Schools"]),
        ({"words": "psilon zeta"}, ["Schools"]),
        ({"words": "director"}, ["Schools"]),
        ({"words": "IR-44444"}, ["Race"]),
        ({"words": "alpha beta"}, []),
        ({"words": "%"}, []),
        ({"words": "'; --"}, []),
        ({"topic": "budget"}, ["Police boxes"]),
        ({"topic": "young-people"}, ["Schools"]),
        ({"topic": "unknown"}, []),
        ({"form": "email"}, ["Race"]),
        ({"form": "pigeon"}, []),
        ({"responder": "Grace Strong"}, ["Schools"]),
        ({"responder": "Chief Constable"}, ["Race", "Police boxes"]),
        ({"responder": "Nobody"}, []),
        ({"outcome": "not-held"}, ["Race"]),
        ({"outcome": "answered"}, ["Race", "Police boxes"]),
        ({"outcome": "lost"}, []),
        ({"date_from": "2021-04-18"}, ["Race", "Schools"]),
        ({"date_to": "18/04/2021"}, ["Schools", "Police boxes"]),
        ({"date_from": "2021-04-18", "date_to": "2021-04-18"}, ["Schools"]),
        ({"date_from": "2021-04-31"}, []),
        ({"date_from": "2021-04-19", "date_to": "2021-04-18"}, []),
        ({"responder": "Chief Constable", "form": "email"}, ["Race"]),
        ({"words": "a" * 101}, []),
        ({"words": " ".join("abcdefghijklmnopqrstuvwxyz0123456789")}, []),
        ({"unheard-of": "x"}, ["Race", "Schools", "Police boxes"]),
    ],
)
def test_log_filter(client, three, query, titles):
    response = client.get(LOG, query)

    assert response.status_code == 200
    assert _titles(response) == titles


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"words": "a" * 101}, "Use at most 100 letters to search for."),
        ({"topic": "unknown"}, "No request has this topic."),
        ({"responder": "Nobody"}, "Nobody of this name has answered."),
        ({"form": "pigeon"}, "There is no such form of request."),
        ({"outcome": "lost"}, "There is no such outcome."),
        ({"date_from": "soon"}, "“Asked from” must be a real date, such as 18/04/2024."),
        (
            {"date_from": "2021-04-19", "date_to": "2021-04-18"},
            "“Asked up to” is before “Asked from”.",
        ),
    ],
)
def test_log_filter_that_makes_no_sense_is_explained_with_a_way_back(
    client, three, query, sentence
):
    response = client.get(LOG, query)

    text = _text(response)
    assert text.count(sentence) == 2, "in the summary and at the field"
    assert "No request matches what you chose. Show all requests" in text
    assert f'<a class="govuk-link portal-no-print" href="{LOG}">' in response.content.decode()


def test_log_counts_what_it_found(client, three):
    assert "2 requests match what you chose." in _text(client.get(LOG, {"outcome": "answered"}))
    assert "1 request matches what you chose." in _text(client.get(LOG, {"words": "schools"}))


def test_log_offers_what_can_be_found(client, three):
    form = client.get(LOG).context["form"]

    assert form.fields["topic"].choices == [
        ("", "Any"),
        ("budget", "Budget"),
        ("violence", "Violence"),
        ("young-people", "Young people"),
    ]
    assert form.fields["responder"].choices == [
        ("", "Any"),
        ("Chief Constable", "Chief Constable"),
        ("Grace Strong", "Grace Strong"),
    ]


# --- one request -----------------------------------------------------------------------------


def test_request_page_tells_all(client, police_boxes, release_now):
    release_now(police_boxes)

    text = _text(client.get("/pcc-2021/log/ir-22222/"))

    told = text[text.index("Information request Efficiency") : text.index("All elections", 900)]
    assert told.startswith(
        "Information request Efficiency savings Reference IR-22222 Date of request 10 April 2021 "
        "Form of request In writing Topics Budget , Officer numbers Outcome 1 of 3 parts partly "
        "answered, 1 declined, 1 not answered Some of what was asked has been answered, and some "
        "has not. Read the answer. It says of each part that is missing why, and what you can do. "
        "Answered by Chief Constable, Chief Executive "
        "Published 30 March 2021, 12 noon Sent in before the event. "
        "Question 1 of 3 How are the savings made? "
        "Partly answered. Some of what was asked was answered, and some was not. "
        "Chief Constable, Leicestershire Police The force. All of it. "
        "Chief Executive And the office. "
        "Question 2 of 3 Boxes? Declined. The office or the force chose not to answer. The reason "
        "is given. It is a manifesto. "
        "Question 3 of 3 Officers? Not answered. The log records no answer to this question. "
        "Note from the office The slides are among the documents. "
    )


def test_request_page_has_one_address_whatever_the_capitals(client, police_boxes, release_now):
    release_now(police_boxes)

    assert client.get("/pcc-2021/log/IR-22222/").context["item"] == police_boxes


def test_request_page_shows_text_as_text(client, election, released):
    released(election, "<b>Bold</b>", slug="ir-22222", note="<script>alert(1)</script>")

    content = client.get("/pcc-2021/log/ir-22222/").content.decode()

    assert "&lt;b&gt;Bold&lt;/b&gt;" in content
    assert "<script>alert" not in content


def test_request_page_of_another_election_is_not_found(client, election, other_election, released):
    released(other_election, "Other", slug="ir-22222")

    assert client.get("/pcc-2021/log/ir-22222/").status_code == 404


def test_request_page_leads_to_its_other_versions(client, election, released):
    released(election, "First version", slug="ir-22222")
    released(election, "Second version", slug="ir-22222", version=2)

    newest = client.get("/pcc-2021/log/ir-22222/")
    first = client.get("/pcc-2021/log/ir-22222/", {"version": "1"})

    assert newest.context["item"].title == "Second version"
    assert 'version=1">Version 1 of' in newest.content.decode()
    assert first.context["item"].title == "First version"
    assert "see the newest version" in _text(first)


@pytest.mark.parametrize("version", ["0", "2", "x", "", "9" * 5000])
def test_request_page_of_an_unknown_version_is_not_found(client, election, released, version):
    released(election, "First version", slug="ir-22222")

    response = client.get("/pcc-2021/log/ir-22222/", {"version": version})

    assert response.status_code == 404


def test_request_page_links_to_the_version_in_force_of_what_it_points_to(
    client, election, release_now, released
):
    old = released(election, "Old title", slug="ir-33333")
    item = make_request(election, "Officers", slug="ir-22222")
    item.see_also.add(old)
    release_now(item)
    released(election, "New title", slug="ir-33333", version=2)

    response = client.get("/pcc-2021/log/ir-22222/")

    assert [other.title for other in response.context["see_also"]] == ["New title"]
    assert '<a class="govuk-link" href="/pcc-2021/log/ir-33333/">New title</a>' in (
        response.content.decode()
    )


# --- what a reader may not see ---------------------------------------------------------------

EVERYWHERE = [LOG, TABLE, CSV, f"{LOG}?words=canary", f"{LOG}ir-22222/"]


@pytest.fixture
def public(election, hidden, event, release_now):
    """A public request that points to hidden ones, to a hidden event and to a hidden document."""
    item = make_request(election, "Public title", slug="ir-22222", event=event)
    item.see_also.set(hidden)
    document = item.documents.create(
        election=election,
        slug="documentcanary",
        title="Documentcanary",
        publisher="Panel",
        published_on=APRIL_18,
        category="budget",
        link="https://example.org/",
    )
    type(event).objects.update(title="Eventcanary", slug="eventcanary", audience="candidates")
    release_now(item)
    return item, document


@pytest.mark.parametrize("address", EVERYWHERE)
@pytest.mark.parametrize("reader", [None, "other_candidate", "withdrawn_candidate"])
def test_hidden_rows_do_not_leak(client, public, request, address, reader):
    if reader:
        client.force_login(request.getfixturevalue(reader))

    content = client.get(address).content.decode()

    # The search for the word itself is shown again in its own box, and what it found can be had as
    # a file: it is nowhere else.
    for own in ('value="canary"', "?words=canary"):
        content = content.lower().replace(own, "")
    assert "canary" not in content


@pytest.mark.parametrize("name", ["draftcanary", "candidatecanary"])
def test_hidden_request_has_no_page(client, public, name):
    assert client.get(f"{LOG}{name}/").status_code == 404


def test_filter_cannot_be_used_to_ask_for_what_is_hidden(client, public):
    for query in (
        {"topic": "candidatecanary-topic"},
        {"responder": "Candidatecanary responder"},
        {"words": "Candidatecanary"},
        {"outcome": "referred"},
        {"form": "email"},
    ):
        assert _titles(client.get(LOG, query)) == [], query


def test_choices_of_one_reader_are_not_those_of_the_next(client, public, candidate):
    readers = [PortalClient(), client]
    readers[0].force_login(candidate)

    offered = [
        {name: dict(form.fields[name].choices) for name in ("topic", "responder", "event")}
        for form in (reader.get(LOG).context["form"] for reader in readers)
    ]

    assert "candidatecanary-topic" in offered[0]["topic"]
    assert "Candidatecanary responder" in offered[0]["responder"]
    assert "canary" not in str(offered[1])
    assert "draftcanary" not in str(offered).lower()


def test_candidate_sees_what_is_for_candidates_and_no_draft(client, public, candidate):
    client.force_login(candidate)

    text = {address: client.get(address).content.decode() for address in EVERYWHERE}

    assert all("Candidatecanary" in content for content in text.values())
    assert "For candidates only" in text[LOG]
    assert not any("draftcanary" in content.lower() for content in text.values())
    assert client.get(f"{LOG}candidatecanary/").status_code == 200


def test_event_and_document_are_linked_once_they_are_known(client, public, event, release_now):
    _, document = public
    type(event).objects.update(audience="public")
    event.refresh_from_db()
    release_now(event, document)

    content = client.get(f"{LOG}ir-22222/").content.decode()

    assert (
        '<a class="govuk-link" href="/pcc-2021/programme/eventcanary/">Eventcanary</a>' in content
    )
    assert '<a class="govuk-link" href="/pcc-2021/documents/documentcanary/">' in content


# --- the office's table, on the page and as a file -------------------------------------------

MERGED_ASKED = [
    "Sent in before the event.",
    "1. How are the savings made?",
    "2. Boxes?",
    "3. Officers?",
]
MERGED_ANSWERED = [
    "1. Chief Constable, Leicestershire Police: The force.\nAll of it.",
    "Chief Executive: And the office.",
    "Partly answered.",
    "2. Declined. It is a manifesto.",
    "3. Not answered.",
    "Note: The slides are among the documents.",
]


def test_table_has_the_offices_four_columns_and_a_row_for_each_request(
    client, police_boxes, release_now, election, released
):
    released(election, "One part", received_on="2021-04-01", slug="ir-33333")
    release_now(police_boxes)

    response = client.get(TABLE)

    assert [(row.asked, row.answered) for row in response.context["rows"]] == [
        (MERGED_ASKED, MERGED_ANSWERED),
        (["One part, question 1?"], ["Chief Constable: One part, answer 1."]),
    ]
    content = response.content.decode()
    assert re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', content) == [
        "Date of request",
        "Form of request",
        "Information requested",
        "Response",
    ]
    assert content.count('<th scope="row"') == 2
    assert 'id="log-caption">Election 2021: information requests, newest first</caption>' in content
    assert "<p>1. Chief Constable, Leicestershire Police: The force.<br>All of it.</p>" in content


def test_csv_has_the_same_rows_with_title_and_licence(client, police_boxes, release_now):
    release_now(police_boxes)

    response = client.get(CSV)
    title, publisher, _, licence, empty, header, *rows = _csv(client)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == (
        'attachment; filename="pcc-2021-information-requests-log.csv"'
    )
    assert title == ["Information requests log", "Election 2021"]
    assert publisher[1] == "Office of the Police and Crime Commissioner for Leicestershire"
    assert licence[0] == "Licence"
    assert empty == []
    assert header == [
        "Date of request",
        "Form of request",
        "Information requested",
        "Response",
        "Reference",
        "Topics",
        "Outcome",
        "Published (UK time)",
    ]
    assert rows == [
        [
            "2021-04-10",
            "In writing",
            "\n".join(MERGED_ASKED),
            "\n".join(MERGED_ANSWERED),
            "IR-22222",
            "Budget; Officer numbers",
            "1 of 3 parts partly answered, 1 declined, 1 not answered",
            "2021-03-30 12:00",
        ]
    ]


def test_csv_runs_no_formula(client, election, release_now):
    item = make_request(election, "Officers", parts=0, topics=("Budget",))
    part = make_part(item, question="=cmd|' /C calc'!A0")
    make_response(part, responder="@SUM(A1)", text="=1+1")
    item.topics.update(name="-2+3")
    release_now(item)

    row = _csv(client)[-1]

    assert row[2:4] == ["'=cmd|' /C calc'!A0", "'@SUM(A1): =1+1"]
    assert row[5] == "'-2+3"


def test_csv_for_candidates_holds_what_is_for_candidates(client, hidden, candidate):
    client.force_login(candidate)

    assert [row[4] for row in _csv(client)[6:]] == ["CANDIDATECANARY"]


# --- queries ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [LOG, TABLE, CSV])
def test_number_of_queries_does_not_grow_with_requests(
    client, election, released, candidate, settings, address
):
    settings.PAGE_CACHE = False
    released(election, "First", topics=("Budget",))
    with_one = _queries(client, address)

    released(election, "Second", topics=("Budget", "Race"), parts=3)
    released(election, "Third", topics=("Schools",), audience="candidates")
    client.force_login(candidate)

    # A signed-in reader costs two more: the session and the person.
    assert _queries(client, address) == with_one + 2


def test_log_asks_once_for_its_requests_and_once_for_its_events(
    client, election, released, candidate, settings, django_assert_num_queries
):
    released(election, "First", topics=("Budget",))
    client.force_login(candidate)
    client.get(LOG)

    # The session, the person, the election, the requests, and twice the number of changes.
    with django_assert_num_queries(6):
        client.get(LOG)


def test_number_of_queries_does_not_grow_with_parts(client, election, release_now, settings, event):
    settings.PAGE_CACHE = False

    def _page(slug: str, count: int) -> int:
        item = make_request(election, slug, slug=slug, parts=count, event=event)
        for number in range(count):
            other = make_request(election, "Other", topics=("Budget", f"Topic {number}"))
            item.see_also.add(other)
            make_response(item.parts.first(), position=number + 2)
            release_now(other)
        release_now(item)
        return _queries(client, f"{LOG}{slug}/")

    assert _page("ir-22222", 1) == _page("ir-33333", 3)


def test_topic_renamed_shows_at_once_though_pages_are_kept(client, election, released):
    item = released(election, "Officers", topics=("Budget",))
    assert "Budget" in _text(client.get(LOG))

    item.topics.update(name="Money")

    log = client.get(LOG)
    assert "Money" in _text(log)
    assert ("budget", "Money") in log.context["form"].fields["topic"].choices
    assert InformationRequest.objects.get().topics.get().name == "Money"
