import pytest
from django.test import Client
from django.urls import reverse

from .test_error_pages import assert_guarded, assert_in_frame

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=edge"
PARTS = (
    '--edge\r\nContent-Disposition: form-data; name="email"\r\n\r\na@example.org\r\n--edge--\r\n'
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def post(client: Client, body: str | bytes, content_type: str):
    return client.generic(
        "POST", reverse("account_request_login_code"), body, content_type=content_type
    )


@pytest.mark.parametrize(
    "charset", ["utf-16", "utf-32", "utf-7", "nonsense", "hex", "undefined", "idna", "caf\xe9"]
)
@pytest.mark.parametrize(("body", "kind"), [("email=a", FORM), (PARTS, MULTIPART)])
def test_form_in_an_odd_charset_is_refused(client, charset, body, kind):
    response = post(client, body, f"{kind}; charset={charset}")

    assert_in_frame(response, 400, "We could not read that request")
    assert_guarded(response)


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8"])
def test_form_in_utf_8_is_read(client, charset):
    response = post(client, "email=a%40example.org", f"{FORM}; charset={charset}")

    assert response.status_code == 302


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "us-ascii"])
def test_form_in_parts_in_a_charset_of_browsers_is_read(client, charset):
    assert post(client, PARTS, f"{MULTIPART}; charset={charset}").status_code == 302


@pytest.mark.parametrize("body", [b"email=\xff\xfe", b"%ff=%fe", b"\x00=\x00", b"email=%00"])
def test_form_that_cannot_be_decoded_is_no_fault_of_ours(client, body):
    assert post(client, body, FORM).status_code == 200


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("--other", "multipart/form-data"),
        ("--edge", "multipart/form-data; boundary=edge"),
        ("x", "multipart/form-data; boundary=\xe9"),
        ("{", "application/json"),
        ("x", ""),
    ],
)
def test_broken_form_is_no_fault_of_ours(client, body, kind):
    assert post(client, body, kind).status_code in (200, 400)


@pytest.mark.parametrize("address", ["/contact/?q=%00", "/contact/%00", "/contact/?q=a&next=b%00"])
def test_null_byte_in_the_address_is_refused(client, address):
    response = client.get(address)

    assert_in_frame(response, 400, "We could not read that request")
    assert_guarded(response)


def test_over_long_query_is_read_or_refused_plainly(client):
    assert client.get("/contact/?q=" + "x" * 50_000).status_code == 200
    assert client.get("/contact/?" + "&".join(f"f{n}=1" for n in range(2000))).status_code == 200
