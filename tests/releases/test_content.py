import datetime as dt
import json

import pytest
from django.core.files.base import ContentFile

from briefings.models import Document, Figure, FiguresSection, Newsletter, TextSection
from infolog.models import InformationRequest
from releases.content import canonical, content_hash, content_hashes, content_of
from releases.models import Release

DAY = dt.date(2021, 3, 1)


@pytest.fixture
def issue(election) -> Newsletter:
    issue = Newsletter.objects.create(
        election=election, slug="issue-1", number=1, title="One", summary="."
    )
    TextSection.objects.create(parent=issue, region="main", ordering=1, text="<p>Text</p>")
    return issue


@pytest.fixture
def document(election) -> Document:
    return Document.objects.create(
        election=election,
        slug="plan",
        title="Plan",
        publisher="Office",
        published_on=DAY,
        category="plan",
        file=ContentFile(b"%PDF-1.4\n%%EOF\n", "plan.pdf"),
    )


def test_content_holds_the_row_and_its_parts_but_not_its_number_or_release(issue):
    content = json.loads(content_of(issue))

    assert content["kind"] == "briefings.newsletter"
    assert content["fields"]["title"] == "One"
    assert [part["fields"]["text"] for part in content["parts"]] == ["<p>Text</p>"]
    assert {"id", "release"}.isdisjoint(content["fields"])


def test_content_is_the_same_in_a_release_and_out_of_it(issue, election):
    before = content_hash(issue)
    Newsletter.objects.update(release=Release.objects.create(election=election, title="Any"))

    assert content_hash(issue) == before


def test_content_is_read_anew(issue):
    before = content_hash(issue)
    Newsletter.objects.update(title="Another")

    assert content_hash(issue) != before


def test_content_holds_the_parts_of_parts(election):
    request = InformationRequest.objects.create(
        election=election, title="A question", received_on=DAY, form="email"
    )
    response = request.parts.create(position=1, question="What?").responses.create(
        position=1, responder="The office", text="This."
    )
    before = content_hash(request)

    response.text = "That."
    response.save()

    assert content_hash(request) != before


def test_content_holds_what_a_part_refers_to(issue, election, document):
    figure = Figure.objects.create(
        election=election,
        slug="officers",
        title="Officers",
        topic="Force",
        value=1,
        unit="people",
        basis="count",
        source=document,
        as_at=DAY,
    )
    section = FiguresSection.objects.create(parent=issue, region="main", ordering=2)
    before = content_hash(issue)

    section.figures.add(figure)

    assert content_hash(issue) != before


def test_content_holds_the_bytes_of_a_file(document):
    before = content_hash(document)
    with document.file.storage.open(document.file.name, "wb") as opened:
        opened.write(b"%PDF-1.4\nAnother\n%%EOF\n")

    assert content_hash(document) != before


def test_content_of_a_document_without_its_file_is_refused(document):
    document.file.storage.delete(document.file.name)

    with pytest.raises(FileNotFoundError):
        content_of(document)


def test_content_hashes_are_those_of_each_and_leave_out_what_has_lost_its_file(document, election):
    link = Document.objects.create(
        election=election,
        slug="link",
        title="Link",
        publisher="Office",
        published_on=DAY,
        category="plan",
        link="https://example.org",
    )
    both = content_hashes(Document, [document.pk, link.pk])
    document.file.storage.delete(document.file.name)
    one = content_hashes(Document, [document.pk, link.pk])

    assert both[link.pk] == one[link.pk] == content_hash(link)
    assert (set(both), set(one)) == ({document.pk, link.pk}, {link.pk})
    assert content_hashes(Document, []) == {}


def test_content_hashes_ask_as_often_for_three_rows_as_for_one(
    issue, election, django_assert_num_queries
):
    more = [
        Newsletter.objects.create(
            election=election, slug=f"issue-{number}", number=number, title="More", summary="."
        )
        for number in (2, 3)
    ]
    for one in more:
        TextSection.objects.create(parent=one, region="main", ordering=1, text="<p>Text</p>")

    # The rows; the keys of each of six kinds of section; the texts.
    with django_assert_num_queries(8):
        content_hashes(Newsletter, [issue.pk])
    with django_assert_num_queries(8):
        content_hashes(Newsletter, [issue.pk, *(one.pk for one in more)])


def test_canonical_is_the_same_text_for_equal_values():
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'
