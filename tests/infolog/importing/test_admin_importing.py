"""The way of a log over the staff pages, without any script in the browser."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from elections.roles import Role
from infolog.models import ImportedRequest, InformationRequest, LogImport
from tests.infolog.importing.conftest import LOG
from tests.infolog.importing.files import FOUR, as_csv

pytestmark = pytest.mark.django_db

LIST = "/admin/infolog/logimport/"
ADD = f"{LIST}add/"


@pytest.fixture
def keeper(client, make_staff):
    client.force_login(make_staff("keeper"))
    return client


def _text(response) -> str:
    return " ".join(unescape(strip_tags(response.content.decode().replace("<", " <"))).split())


def _upload(client, election, content: bytes, name: str = "Our log.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(ADD, {"election": election.pk, "file": file, "text": ""}, follow=True)


def _page(log_import) -> str:
    return f"{LIST}{log_import.pk}/change/"


def _decide(client, log_import, position: int, **data):
    place = f"{LIST}{log_import.pk}/requests/{position}/decide/"
    return client.post(place, data, follow=True)


def test_log_goes_from_upload_to_drafts(keeper, election):
    shown = _upload(keeper, election, as_csv(LOG))

    assert "5 rows read from Our log.csv" in _text(shown)
    assert "Column 4: Information requested" in _text(shown)
    [log_import] = LogImport.objects.all()
    columns = {f"column_{n}": use for n, use in enumerate(log_import.uses)}
    review = keeper.post(
        _page(log_import), {**columns, "form": "", "responder": "The office"}, follow=True
    )

    text = _text(review)
    assert "2 wait for a person , 1 ready" in text
    assert "I-04 “Mr Ellison” is named. Is this a candidate?" in text
    assert "Information requested Why is that so?" in text

    _decide(keeper, log_import, 2, act="accept", reason="It is the treasurer.")
    _decide(keeper, log_import, 3, act="leave-out", reason="Never answered.")
    done = keeper.post(f"{LIST}{log_import.pk}/drafts/", follow=True)

    assert "0 wait for a person , 0 ready, 2 made into drafts, 0 merged, 1 left out" in _text(done)
    assert InformationRequest.objects.drafts().count() == 2


def test_who_asked_is_on_no_page(keeper, election):
    pages = [_upload(keeper, election, as_csv(LOG))]
    log_import = LogImport.objects.get()
    columns = {f"column_{n}": use for n, use in enumerate(log_import.uses)}
    data = {**columns, "form": "", "responder": "The office"}
    pages.append(keeper.post(_page(log_import), data, follow=True))
    pages += [
        keeper.get(f"{_page(log_import)}?show=all"),
        keeper.get(f"{LIST}{log_import.pk}/requests/1/"),
        keeper.get(LIST),
    ]

    assert [page.status_code for page in pages] == [200] * 5
    assert all("Canary" not in page.content.decode() for page in pages)


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"%PDF-1.7 broken", "log.pdf", "The file is broken."),
        (as_csv([FOUR, ["1/4/2021", "", "Why?", "=1+1"]]), "log.csv", "holds a formula"),
        (b"Question,Answer\nWhy?,\x81\x8d", "log.csv", "Some letters cannot be read."),
    ],
)
def test_file_that_is_no_log_is_refused_in_words_and_not_kept(
    keeper, election, content, name, told
):
    response = _upload(keeper, election, content, name)

    assert told in _text(response)
    assert "nothing was kept" in _text(response)
    assert not LogImport.objects.exists()
    assert [p for p in Path(django_settings.MEDIA_ROOT).rglob("*") if p.is_file()] == []


@pytest.mark.parametrize(
    "data",
    [{"text": ""}, {"text": "Question\tAnswer\nWhy?\tSo.", "file": True}],
)
def test_either_a_file_or_a_text_is_wanted(keeper, election, data):
    if data.pop("file", None):
        data["file"] = SimpleUploadedFile("log.csv", as_csv(LOG))

    response = keeper.post(ADD, {"election": election.pk, **data})

    assert "Choose a file or paste" in _text(response)


def test_table_is_pasted(keeper, election):
    text = "\n".join("\t".join(row) for row in LOG)

    shown = keeper.post(ADD, {"election": election.pk, "text": text}, follow=True)

    assert "5 rows read from pasted text.txt" in _text(shown)


def test_columns_without_a_question_are_refused_in_words(keeper, taken_in):
    log_import = taken_in(confirm=False)
    columns = {f"column_{n}": "nothing" for n in range(5)}

    response = keeper.post(_page(log_import), {**columns, "form": "", "responder": "The office"})

    assert "Say which column holds the question." in _text(response)


def test_progress_is_shown_while_rows_are_read(keeper, taken_in):
    log_import = taken_in()
    LogImport.objects.update(state="reading", work_done=3, work_total=5)

    response = keeper.get(_page(log_import))

    assert "Rows are being read. 3 of 5 done." in _text(response)
    assert response["Refresh"] == "4"


def _form(response) -> dict[str, str]:
    """What a browser would send of the page's form as it stands."""
    data = {}
    for key in ("form", "parts", "responses"):
        forms = response.context[key]
        if key == "form":
            data |= {f.html_name: f.value() or "" for f in forms}
            continue
        data |= {f.html_name: f.value() for f in forms.management_form}
        data |= {f.html_name: f.value() or "" for form in forms for f in form if f.value()}
    return {name: str(value) for name, value in data.items()}


def test_request_is_edited_beside_its_original(keeper, taken_in):
    log_import = taken_in()
    page = f"{LIST}{log_import.pk}/requests/2/"
    form = _form(keeper.get(page))

    done = keeper.post(page, {**form, "responses-0-text": "It is £5m."}, follow=True)

    assert "Request 2 is accepted." in _text(done)
    row = log_import.requests.get(position=2)
    assert row.responses == [{"responder": "", "role": "", "text": "It is £5m."}]
    assert row.rows[0]["cells"][4] == "It is £5m, as Mr Ellison said."


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"responses-0-part": "7"}, "There is no part 7"),
        ({"parts-0-DELETE": "on"}, "A request needs at least one part."),
        ({"responses-0-text": ""}, "This field is required."),
        ({"date": "2021-13-01"}, "Enter a valid date."),
    ],
)
def test_edit_that_cannot_be_kept_is_refused_in_words(keeper, taken_in, change, told):
    log_import = taken_in()
    page = f"{LIST}{log_import.pk}/requests/2/"
    form = _form(keeper.get(page))

    response = keeper.post(page, {**form, **change})

    assert told in _text(response)
    assert "Nothing was kept." in _text(response)
    assert log_import.requests.get(position=2).is_waiting


def test_edit_that_leaves_a_doubt_is_kept_and_waits(keeper, taken_in):
    log_import = taken_in()
    page = f"{LIST}{log_import.pk}/requests/2/"

    done = keeper.post(page, {**_form(keeper.get(page)), "title": "The budget"}, follow=True)

    assert "It is kept, and still waits: “Mr Ellison” is named." in _text(done)
    assert log_import.requests.get(position=2).title == "The budget"


def test_request_is_merged_and_another_taken_back(keeper, taken_in):
    log_import = taken_in()

    merged = _decide(keeper, log_import, 3, act="merge")
    _decide(keeper, log_import, 1, act="leave-out", reason="A test.")
    back = _decide(keeper, log_import, 1, act="reopen")

    assert "Request 3 is part of request 2 now." in _text(merged)
    assert "Request 1 waits again." in _text(back)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"act": "accept"}, "Request 2: Say why, in a sentence."),
        ({"act": "leave-out", "reason": " "}, "Request 2: Say why, in a sentence."),
        ({"act": "dance"}, "Request 2: Choose what to do with it."),
        ({}, "Request 2: Choose what to do with it."),
    ],
)
def test_decision_that_cannot_be_is_refused_in_words(keeper, taken_in, data, told):
    assert told in _text(_decide(keeper, taken_in(), 2, **data))


def test_many_with_one_doubt_are_accepted_for_one_reason(keeper, taken_in):
    rows = [FOUR, *[[f"{day}/04/2021", "E-mail", f"Why {day}?", ""] for day in range(10, 13)]]
    log_import = taken_in(rows)
    assert "3 requests have this doubt alone (I-09)" in _text(keeper.get(_page(log_import)))
    place = f"{LIST}{log_import.pk}/accept/"

    none = keeper.post(place, {"code": "I-09", "reason": ""}, follow=True)
    done = keeper.post(place, {"code": "I-09", "reason": "None was given."}, follow=True)

    assert "Say why, in a sentence." in _text(none)
    assert "Accepted: 3." in _text(done)
    assert not log_import.requests.waiting().exists()


def test_drafts_without_anything_to_make_are_refused_in_words(keeper, taken_in):
    log_import = taken_in()
    ImportedRequest.objects.update(waits=True)

    response = keeper.post(f"{LIST}{log_import.pk}/drafts/", follow=True)

    assert "There is nothing to make a draft of" in _text(response)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.KEEPER])
def test_nobody_but_the_keeper_comes_near_an_import(client, make_staff, taken_in, role):
    """Its rows can name who asked, in whatever column."""
    log_import = taken_in()
    client.force_login(make_staff(role))

    for place in ("", "add/", f"{log_import.pk}/change/", f"{log_import.pk}/original/"):
        assert client.get(f"{LIST}{place}").status_code == 403
    assert _decide(client, log_import, 1, act="accept").status_code == 403
    for place in ("accept/", "drafts/", "columns/", "requests/1/"):
        assert client.post(f"{LIST}{log_import.pk}/{place}").status_code == 403


def test_original_comes_as_an_attachment(client, make_staff, taken_in):
    log_import = taken_in()
    client.force_login(make_staff("keeper"))
    place = f"{LIST}{log_import.pk}/original/"

    response = client.get(place)

    assert b"".join(response.streaming_content) == as_csv(LOG)
    assert response["Content-Disposition"] == 'attachment; filename="Our log.csv"'
    assert "no-store" in response["Cache-Control"]
    log_import.file.storage.delete(log_import.file.name)
    assert client.get(place).status_code == 404


def test_import_is_deleted_with_its_file(keeper, taken_in, django_capture_on_commit_callbacks):
    log_import = taken_in()
    address = f"{LIST}{log_import.pk}/delete/"
    assert "Requests as read: 3" in _text(keeper.get(address))

    with django_capture_on_commit_callbacks(execute=True):
        keeper.post(address, {"post": "yes"})

    assert not LogImport.objects.exists()
    assert [p for p in Path(django_settings.MEDIA_ROOT).rglob("*") if p.is_file()] == []


def test_page_asks_as_few_questions_for_many_as_for_one(keeper, taken_in):
    counts = []
    for number in (1, 3):
        rows = [FOUR, *[[f"{d}/04/2021", "E-mail", f"Why {number}{d}?", ""] for d in range(number)]]
        log_import = taken_in(rows)
        with CaptureQueriesContext(connection) as queries:
            keeper.get(_page(log_import))
        with CaptureQueriesContext(connection) as listed:
            keeper.get(LIST)
        counts.append((len(queries), len(listed)))

    assert counts[0] == counts[1]


def test_pages_carry_no_inline_script_or_style(keeper, taken_in):
    html = keeper.get(_page(taken_in())).content.decode()

    assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=", html)
