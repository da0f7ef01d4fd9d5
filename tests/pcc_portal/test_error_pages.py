import pytest
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.test import Client
from django.urls import reverse

from pcc_portal import error_pages

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


@pytest.fixture
def client():
    """A browser that is shown the page an error ends in."""
    return Client(raise_request_exception=False)


def assert_in_frame(response, status: int, heading: str) -> None:
    assert response.status_code == status
    content = response.content.decode()
    assert f'<h1 class="govuk-heading-l">{heading}</h1>' in content
    assert '<html lang="en-GB"' in content
    assert ">Go to the first page of the portal</a>" in content


def assert_guarded(response) -> None:
    assert {name: response[name] for name in HEADERS} == HEADERS
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.parametrize(
    ("page", "status", "heading"),
    [
        (error_pages.bad_request, 400, "We could not read that request"),
        (error_pages.permission_denied, 403, "You cannot open this page"),
        (error_pages.csrf_failure, 403, "Your form had expired"),
        (error_pages.page_not_found, 404, "Page not found"),
        (error_pages.too_large, 413, "That was too large to send"),
        (error_pages.server_error, 500, "Sorry, something went wrong"),
    ],
)
def test_error_page_needs_neither_database_nor_visitor(rf, page, status, heading):
    assert_in_frame(page(rf.get("/")), status, heading)


def test_bad_request_tells_too_large_from_too_odd(rf):
    assert error_pages.bad_request(rf.post("/"), RequestDataTooBig()).status_code == 413
    assert error_pages.bad_request(rf.post("/"), TooManyFieldsSent()).status_code == 400


@pytest.mark.django_db
def test_unknown_page_is_not_found(client):
    response = client.get("/no-such-election/log/")

    assert_in_frame(response, 404, "Page not found")
    assert_guarded(response)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/%ff%fe/", "/caf%e9/log/", "/pcc-2021/%f0%28/", "/x/y/z/%80"])
def test_address_that_cannot_be_decoded_is_not_found(client, path):
    assert_in_frame(client.get(path), 404, "Page not found")


def test_form_that_is_too_large_is_refused(client, db, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    response = client.post(reverse("account_request_login_code"), {"email": "x" * 200})

    assert_in_frame(response, 413, "That was too large to send")
    assert_guarded(response)


def test_large_form_sent_as_plain_fields_is_refused(client, db, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    response = client.post(
        reverse("account_request_login_code"),
        "email=" + "x" * 200,
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 413


def test_form_with_too_many_fields_is_refused(client, db, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3

    response = client.post(
        reverse("account_request_login_code"), {f"field{n}": "x" for n in range(9)}
    )

    assert_in_frame(response, 400, "We could not read that request")
    assert_guarded(response)


def test_form_without_its_token_is_refused(election):
    browser = Client(enforce_csrf_checks=True)

    response = browser.post(reverse("account_request_login_code"), {"email": "a@example.org"})

    assert_in_frame(response, 403, "Your form had expired")
    assert_guarded(response)


def test_host_that_is_not_ours_is_refused(client, db):
    response = client.get("/contact/", headers={"host": "elsewhere.example"})

    assert_in_frame(response, 400, "We could not read that request")
    assert_guarded(response)


def test_fault_of_ours_has_a_page_and_tells_nothing(client, db, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("the secret cause")

    monkeypatch.setattr("elections.models.election.ElectionQuerySet.current", fail)

    response = client.get(reverse("contact"))

    assert_in_frame(response, 500, "Sorry, something went wrong")
    assert_guarded(response)
    assert "secret" not in response.content.decode()


def test_candidate_cannot_open_staff_pages(client, candidate):
    client.force_login(candidate)

    response = client.get(reverse("admin:index"), follow=True)

    assert_in_frame(response, 403, "You cannot open this page")
    assert_guarded(response)
