import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from briefings.models import Document
from tests.conftest import PortalClient

LIST = "/pcc-2021/documents/"


@pytest.fixture
def readers(candidate, other_candidate, withdrawn_candidate, editor):
    """Everyone who may come by, each signed in as who they are."""
    users = {
        "anonymous": None,
        "candidate": candidate,
        "other_candidate": other_candidate,
        "withdrawn_candidate": withdrawn_candidate,
        "staff": editor,
    }
    clients = {}
    for name, user in users.items():
        clients[name] = PortalClient()
        if user:
            clients[name].force_login(user)
    return clients


def _titles(response) -> list[str]:
    return [document.title for document in response.context["page"]]


ALL = {"anonymous", "candidate", "other_candidate", "withdrawn_candidate", "staff"}


@pytest.mark.parametrize(
    ("audience", "is_released", "may_read"),
    [
        ("public", True, ALL),
        ("candidates", True, {"candidate", "staff"}),
        ("public", False, set()),
        ("candidates", False, set()),
    ],
)
def test_document_is_seen_by_those_it_is_for(
    readers, make_document, release_now, pdf, audience, is_released, may_read
):
    document = make_document(content=pdf, audience=audience, title="Reserves", slug="reserves")
    if is_released:
        release_now(document)

    files = []
    for name, client in readers.items():
        listed = client.get(LIST)
        page = client.get(f"{LIST}reserves/")
        file = client.get(f"{LIST}reserves/file/")
        if name in may_read:
            assert _titles(listed) == ["Reserves"], name
            assert page.context["document"] == document
            assert b"".join(file.streaming_content) == pdf
        else:
            assert _titles(listed) == [], name
            assert b"Reserves" not in listed.content
            assert (page.status_code, file.status_code) == (404, 404), name
            assert b"Reserves" not in page.content + file.content
        files.append(file)
    for file in files:  # at the end: closing one closes the connection as well
        file.close()


def test_document_of_another_election_is_not_found(
    client, make_document, release_now, other_election
):
    document = make_document(election=other_election, slug="reserves", title="Reserves")
    release_now(document)

    assert _titles(client.get(LIST)) == []
    assert client.get(f"{LIST}reserves/").status_code == 404
    assert client.get("/pcc-2024/documents/reserves/").status_code == 200


def test_document_list_says_what_each_is(client, make_document, release_now, pdf):
    file = make_document(content=pdf, title="Budget report", summary="Where the money goes.")
    link = make_document(title="Plan", link="https://www.example.org/plan?a=1")
    release_now(file, link)

    text = " ".join(client.get(LIST).content.decode().split())

    assert "Budget and precept. PDF, 1 kB." in text
    assert "Page on www.example.org." in text
    assert "Where the money goes." in text
    assert '<time datetime="2021-01-27">27 January 2021</time>' in text


def test_document_list_is_filtered_by_subject(client, make_document, release_now):
    budget = make_document(title="Budget", category="budget")
    plan = make_document(title="Plan", category="plan")
    release_now(budget, plan)

    assert _titles(client.get(LIST, {"category": "plan"})) == ["Plan"]
    assert _titles(client.get(LIST, {"category": ""})) == ["Budget", "Plan"]


def test_document_list_with_an_unknown_subject_is_empty_with_a_way_back(
    client, make_document, release_now
):
    release_now(make_document(title="Budget"))

    response = client.get(LIST, {"category": "nonsense"})

    assert _titles(response) == []
    assert "Select a subject from the list." in response.content.decode()
    assert f'href="{LIST}">Show all documents</a>' in response.content.decode()


@pytest.mark.parametrize("page", ["2", "0", "x", "-1", "9" * 50])
def test_document_list_has_no_page_but_those_it_has(client, make_document, release_now, page):
    release_now(make_document())

    assert client.get(LIST, {"page": page}).status_code == 404


def test_document_list_keeps_the_subject_from_page_to_page(
    client, make_document, release_now, monkeypatch
):
    monkeypatch.setattr("briefings.views.documents.DOCUMENTS_ON_A_PAGE", 2)
    release_now(*[make_document(category="plan") for _ in range(3)])

    response = client.get(LIST, {"category": "plan", "page": 2})

    assert _titles(response) == ["Document 3"]
    assert "category=plan" in response.content.decode()


def test_document_list_asks_no_more_for_more_documents(
    client, candidate, make_document, release_now, django_assert_num_queries
):
    client.force_login(candidate)
    release_now(make_document())
    client.get(LIST)
    with django_assert_num_queries(6):
        assert len(_titles(client.get(LIST))) == 1
    release_now(make_document(), make_document())

    with django_assert_num_queries(6):
        assert len(_titles(client.get(LIST))) == 3


def test_file_is_served_to_be_saved_under_a_name_of_ours(client, make_document, release_now, pdf):
    document = make_document(content=pdf, name="Jo Bloggs' <copy> (final).pdf", slug="reserves")
    release_now(document)

    response = client.get(f"{LIST}reserves/file/")

    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'attachment; filename="reserves.pdf"'
    assert response.headers["Content-Length"] == str(len(pdf))
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["ETag"] == f'"document-{document.pk}"'
    response.close()


def test_file_that_a_browser_has_is_not_sent_again(client, make_document, release_now, pdf):
    document = make_document(content=pdf, slug="reserves")
    release_now(document)

    response = client.get(
        f"{LIST}reserves/file/", headers={"If-None-Match": f'"document-{document.pk}"'}
    )

    assert response.status_code == 304


def test_file_for_candidates_is_kept_by_no_cache(
    client, candidate, make_document, release_now, pdf
):
    release_now(make_document(content=pdf, slug="reserves", audience="candidates"))
    client.force_login(candidate)

    response = client.get(f"{LIST}reserves/file/")

    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers
    response.close()


def test_file_has_no_other_address(client, make_document, release_now, pdf):
    document = make_document(content=pdf, name="reserves.pdf")
    release_now(document)

    for address in (f"/{document.file.name}", f"/uploads/{document.file.name}", document.file.url):
        assert client.get(address).status_code == 404


def test_file_of_a_link_is_not_found(client, make_document, release_now):
    release_now(make_document(slug="plan"))

    assert client.get(f"{LIST}plan/file/").status_code == 404


def test_file_gone_from_the_disk_is_not_found(client, make_document, release_now, pdf, caplog):
    document = make_document(content=pdf, slug="reserves")
    release_now(document)
    document.file.storage.delete(document.file.name)

    assert client.get(f"{LIST}reserves/file/").status_code == 404
    assert f"document {document.pk}: its file is gone from the disk" in caplog.messages


@pytest.mark.parametrize("name", ["documents", "document", "document-file"])
def test_document_pages_change_nothing(client, make_document, release_now, pdf, name):
    release_now(make_document(content=pdf, slug="reserves"))
    slugs = ["pcc-2021"] if name == "documents" else ["pcc-2021", "reserves"]

    assert client.post(reverse(f"briefings:{name}", args=slugs)).status_code == 405


def test_corrected_document_keeps_its_old_version(client, make_document, release_now, pdf):
    old = make_document(content=pdf, slug="reserves", title="Reserves")
    new_content = pdf.replace(b"Catalog", b"Cat\x61logs")
    new = make_document(content=new_content, slug="reserves", title="Put right", version=2)
    release_now(old)
    release_now(new, at=dt.datetime(2021, 4, 1, 9, 0, tzinfo=dt.UTC))

    newest, oldest = client.get(f"{LIST}reserves/"), client.get(f"{LIST}reserves/?version=1")
    new_file = client.get(f"{LIST}reserves/file/")
    old_file = client.get(f"{LIST}reserves/file/?version=1")

    assert _titles(client.get(LIST)) == ["Put right"]
    assert newest.context["document"] == new
    assert f"{LIST}reserves/?version=1" in newest.content.decode()
    assert oldest.context["document"] == old
    assert "It is no longer in force" in oldest.content.decode()
    assert f"{LIST}reserves/file/?version=1" in oldest.content.decode()
    assert b"".join(new_file.streaming_content) == new_content
    assert b"".join(old_file.streaming_content) == pdf
    assert 'filename="reserves-version-2.pdf"' in new_file.headers["Content-Disposition"]
    for file in (new_file, old_file):
        file.close()


@pytest.mark.parametrize("version", ["3", "0", "x", ""])
def test_document_version_that_is_not_there_is_not_found(
    client, make_document, release_now, version
):
    release_now(make_document(slug="reserves"))

    assert client.get(f"{LIST}reserves/", {"version": version}).status_code == 404


def test_document_knows_kind_and_size_of_its_file(make_document, pdf):
    document = make_document(content=pdf)

    document.refresh_from_db()
    assert (document.content_type, document.size) == ("application/pdf", len(pdf))


def test_document_that_becomes_a_link_forgets_its_file(make_document, pdf):
    document = make_document(content=pdf)
    document.file, document.link = "", "https://www.example.org/plan"

    document.save()

    document.refresh_from_db()
    assert (document.content_type, document.size) == ("", 0)


def test_document_of_a_kind_not_allowed_is_not_stored(election):
    document = Document(
        election=election, slug="logo", published_on=timezone.localdate(), category="office"
    )
    document.file = ContentFile(b"<svg/>", name="logo.svg")

    with pytest.raises(KeyError):
        document.save()

    assert not Document.objects.exists()


def test_document_is_a_file_or_a_link(make_document, pdf):
    both = make_document(content=pdf)
    both.link = "https://www.example.org/plan"

    with pytest.raises(ValidationError) as refused:
        both.full_clean()
    with pytest.raises(IntegrityError):
        both.save()

    assert refused.value.messages == ["Give either a file or a link: one of the two, not both."]


def test_document_address_is_unique_in_an_election(make_document, other_election):
    make_document(slug="reserves")
    make_document(slug="reserves", election=other_election)
    make_document(slug="reserves", version=2)

    with pytest.raises(ValidationError) as refused:
        make_document(slug="reserves")

    assert refused.value.messages == ["This election already has a page with this address."]


# --- Staff ----------------------------------------------------------------------------------------


@pytest.fixture
def staff_client(client, editor):
    client.force_login(editor)
    return client


def test_staff_add_a_document_with_a_file(staff_client, election, pdf):
    response = staff_client.post(
        reverse("admin:briefings_document_add"),
        {
            "title": "Reserves",
            "publisher": "Police and Crime Panel",
            "published_on": "2021-01-27",
            "category": "budget",
            "election": election.pk,
            "slug": "reserves",
            "audience": "public",
            "file": ContentFile(pdf, name="reserves.pdf"),
        },
    )

    assert response.status_code == 302
    document = Document.objects.get()
    assert (document.content_type, document.size) == ("application/pdf", len(pdf))


def test_staff_are_told_why_a_file_is_refused(staff_client, election):
    response = staff_client.post(
        reverse("admin:briefings_document_add"),
        {"title": "Reserves", "file": ContentFile(b"MZ\x90", name="reserves.pdf")},
    )

    assert response.context["adminform"].errors["file"] == [
        "“reserves.pdf” is not a PDF file, whatever its name says. "
        "Save it again from the program it was made with."
    ]


@pytest.mark.parametrize("is_released", [False, True])
def test_staff_can_open_the_file_of_any_document(
    staff_client, make_document, release_now, pdf, is_released
):
    document = make_document(content=pdf)
    if is_released:
        release_now(document)
    address = reverse("admin:briefings_document_file", args=[document.pk])

    page = staff_client.get(reverse("admin:briefings_document_change", args=[document.pk]))
    file = staff_client.get(address)

    assert f'href="{address}"' in page.content.decode()
    assert document.file.url not in page.content.decode()
    assert b"".join(file.streaming_content) == pdf
    file.close()


def test_staff_without_the_right_cannot_open_a_draft(client, make_document, pdf, editor):
    document = make_document(content=pdf)
    editor.is_superuser = False
    editor.save()
    client.force_login(editor)

    response = client.get(reverse("admin:briefings_document_file", args=[document.pk]))

    assert response.status_code == 403


def test_candidate_cannot_open_a_draft_by_the_staff_address(client, make_document, pdf, candidate):
    document = make_document(content=pdf)
    client.force_login(candidate)

    response = client.get(reverse("admin:briefings_document_file", args=[document.pk]))

    assert response.status_code == 302


def test_released_document_can_only_be_read(staff_client, make_document, release_now):
    document = make_document(title="Reserves")
    release_now(document)

    response = staff_client.post(
        reverse("admin:briefings_document_change", args=[document.pk]), {"title": "Another"}
    )

    assert response.status_code == 403
    document.refresh_from_db()
    assert document.title == "Reserves"


def test_staff_list_asks_no_more_for_more_documents(
    staff_client, make_document, release_now, pdf, django_assert_num_queries
):
    address = reverse("admin:briefings_document_changelist")
    release_now(make_document(content=pdf))
    staff_client.get(address)
    with CaptureQueriesContext(connection) as few:
        staff_client.get(address)
    release_now(make_document(content=pdf), make_document())

    with django_assert_num_queries(len(few)):
        response = staff_client.get(address)
    assert response.context["cl"].result_count == 3
