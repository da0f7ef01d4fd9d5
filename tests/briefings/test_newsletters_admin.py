import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from briefings.models import (
    DocumentsSection,
    FiguresSection,
    Newsletter,
    ProgrammeSection,
    TextSection,
)

ADD = "/admin/briefings/newsletter/add/"
TYPES = ("text", "table", "programme", "figures", "documents", "contact")


@pytest.fixture
def staff_client(client, editor):
    client.force_login(editor)
    return client


def _change(newsletter) -> str:
    return reverse("admin:briefings_newsletter_change", args=[newsletter.pk])


def _form(election, **sections: dict) -> dict:
    """What the page sends for a new issue, with at most one section of a type."""
    data = {
        "number": 1,
        "title": "Welcome",
        "summary": "How we brief you.",
        "election": election.pk,
        "slug": "issue-1",
        "audience": "public",
    }
    for name in TYPES:
        prefix = f"briefings_{name}section_set"
        data[f"{prefix}-INITIAL_FORMS"] = 0
        data[f"{prefix}-TOTAL_FORMS"] = int(name in sections)
        if name in sections:
            fields = {"region": "main", "ordering": 10} | sections[name]
            data |= {f"{prefix}-0-{field}": value for field, value in fields.items()}
    return data


def _errors(response) -> list[str]:
    return [
        error
        for formset in response.context["inline_admin_formsets"]
        for errors in formset.formset.errors
        for messages in errors.values()
        for error in messages
    ]


def test_staff_write_an_issue_with_sections(staff_client, election, make_figure):
    figure = make_figure()
    harmful = '<p onclick="x">Hello.</p><script>alert(1)</script>'

    response = staff_client.post(
        ADD,
        _form(
            election,
            text={"heading": "Hello", "text": harmful},
            figures={"ordering": 20, "figures": [figure.pk]},
            programme={"ordering": 30, "event_kind": "workshop"},
        ),
    )

    assert response.status_code == 302
    newsletter = Newsletter.objects.get()
    assert newsletter.version == 1
    assert TextSection.objects.get(parent=newsletter).text == "<p>Hello.</p>"
    assert list(FiguresSection.objects.get(parent=newsletter).figures.all()) == [figure]
    assert ProgrammeSection.objects.get(parent=newsletter).event_kind == "workshop"


def test_staff_are_offered_the_next_number(staff_client, election, make_newsletter):
    make_newsletter(number=4)

    form = staff_client.get(ADD).context["adminform"].form

    assert (form.initial["number"], form.initial["slug"]) == (5, "issue-5")
    assert form.initial["election"] == election.pk


def test_staff_begin_with_number_one_before_there_is_any(staff_client, election):
    assert staff_client.get(ADD).context["adminform"].form.initial["number"] == 1


def test_staff_can_open_the_page_before_there_is_an_election(staff_client):
    assert "number" not in staff_client.get(ADD).context["adminform"].form.initial


def test_programme_section_offers_the_kinds_of_events(staff_client, election):
    kinds = staff_client.post(ADD, _form(election, programme={"event_kind": "party"}))

    assert _errors(kinds) == ["Select a valid choice. party is not one of the available choices."]
    assert '<option value="one-to-one">One-to-one meeting</option>' in kinds.content.decode()
    assert '<option value="party">' not in kinds.content.decode()


def test_sections_offer_only_what_belongs_to_the_election_and_is_in_force(
    staff_client, make_newsletter, make_document, other_election, release_now
):
    release_now(make_document(slug="plan", title="Old plan"))
    release_now(make_document(slug="plan", title="New plan", version=2))
    make_document(title="Draft")
    make_document(title="Of 2024", election=other_election)

    page = staff_client.get(_change(make_newsletter())).content.decode()

    offered = re.findall(r"(Old plan|New plan|Draft|Of 2024) \(Police and Crime Panel", page)
    assert set(offered) == {"New plan", "Draft"}


@pytest.mark.parametrize("name", ["table", "figures", "documents"])
def test_sections_take_nothing_of_another_election(
    staff_client, election, other_election, name, make_statement, make_figure, make_document
):
    made = {
        "table": lambda: {"statement": make_statement(election=other_election, title="X").pk},
        "figures": lambda: {"figures": [make_figure(election=other_election, title="X").pk]},
        "documents": lambda: {"documents": [make_document(election=other_election, title="X").pk]},
    }

    response = staff_client.post(ADD, _form(election, **{name: made[name]()}))

    assert _errors(response) == ["“X” belongs to another election."]
    assert not Newsletter.objects.exists()


def test_released_issue_can_only_be_read(staff_client, make_newsletter, release_now, election):
    newsletter = make_newsletter(title="As it was")
    section = TextSection.objects.create(
        parent=newsletter, region="main", ordering=10, heading="Hello", text="<p>Hello.</p>"
    )
    release_now(newsletter)

    page = staff_client.get(_change(newsletter))
    response = staff_client.post(_change(newsletter), _form(election))
    deleted = staff_client.post(
        reverse("admin:briefings_newsletter_delete", args=[newsletter.pk]), {"post": "yes"}
    )

    text = page.content.decode()
    assert "As it was" in text
    assert "Hello" in text
    assert 'name="_save"' not in text
    assert "content_editor/index.js" not in text
    assert (response.status_code, deleted.status_code) == (403, 403)
    section.refresh_from_db()
    assert section.heading == "Hello"


def test_only_the_editors_page_lets_its_scripts_run(staff_client, make_newsletter):
    newsletter = make_newsletter()

    first, second = (staff_client.get(_change(newsletter)) for _ in range(2))
    listed = staff_client.get("/admin/briefings/newsletter/")

    nonces = []
    for page in (first, second):
        policy = page.headers["Content-Security-Policy"]
        nonce = re.search(r"script-src 'self' 'nonce-([^']+)'", policy).group(1)
        assert f'<script type="importmap" nonce="{nonce}">' in page.content.decode()
        assert "unsafe" not in policy
        nonces.append(nonce)
    assert nonces[0] != nonces[1]
    assert "nonce" not in listed.headers["Content-Security-Policy"]
    assert "sha256" not in listed.headers["Content-Security-Policy"]


def test_staff_list_asks_no_more_for_more_issues(
    staff_client, make_newsletter, release_now, django_assert_num_queries
):
    address = "/admin/briefings/newsletter/"
    release_now(make_newsletter())
    make_newsletter()
    staff_client.get(address)
    with CaptureQueriesContext(connection) as few:
        staff_client.get(address)
    release_now(make_newsletter())
    make_newsletter()

    with django_assert_num_queries(len(few)):
        response = staff_client.get(address)
    assert response.context["cl"].result_count == 4


def test_editors_page_asks_no_more_for_more_sections(
    staff_client, make_newsletter, make_document, django_assert_num_queries
):
    newsletter = make_newsletter()

    def add(heading: str) -> None:
        TextSection.objects.create(parent=newsletter, region="main", heading=heading)
        section = DocumentsSection.objects.create(parent=newsletter, region="main", heading=heading)
        section.documents.set([make_document()])

    add("One")
    staff_client.get(_change(newsletter))
    with CaptureQueriesContext(connection) as few:
        staff_client.get(_change(newsletter))
    add("Two")
    add("Three")

    with django_assert_num_queries(len(few)):
        response = staff_client.get(_change(newsletter))
    assert "Three" in response.content.decode()
