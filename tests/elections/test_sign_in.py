import re

import pytest
from django.core import mail
from django.urls import get_resolver, reverse

from elections.models import User

REQUEST = "account_request_login_code"
CONFIRM = "account_confirm_login_code"


def ask(client, email: str, following: str = ""):
    address = reverse(REQUEST) + (f"?next={following}" if following else "")
    return client.post(address, {"email": email})


def sent_code() -> str:
    return re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)


def test_sign_in_by_code_leads_back_to_the_page_asked_for(client, candidate):
    response = ask(client, "candidate@example.org", "/contact/")
    response = client.post(response.url, {"code": sent_code()})

    assert (response.status_code, response.url) == (302, "/contact/")
    assert client.session["_auth_user_id"] == str(candidate.pk)


def test_sign_in_accepts_the_address_in_any_case_and_the_code_without_dash(client, candidate):
    ask(client, "Candidate@Example.ORG")
    response = client.post(reverse(CONFIRM), {"code": sent_code().replace("-", "").lower()})

    assert (response.status_code, response.url) == (302, reverse("my-page"))


def test_sign_in_leads_to_no_other_site(client, candidate):
    response = ask(client, "candidate@example.org", "https://elsewhere.example/")
    response = client.post(response.url, {"code": sent_code()})

    assert response.url == reverse("my-page")


def test_mail_is_plain_and_holds_the_code_on_its_own_line(client, candidate):
    ask(client, "candidate@example.org")

    [message] = mail.outbox
    assert message.subject == "Your code to sign in to the candidates’ portal"
    assert message.to == ["candidate@example.org"]
    assert (message.content_subtype, message.attachments) == ("plain", [])
    assert "It works once, and for 15 minutes." in message.body
    assert "http" not in message.body


def test_unknown_address_gets_the_same_answer_but_no_mail_and_no_account(client, candidate):
    known = ask(client, "candidate@example.org")
    known_page = client.get(known.url).content.decode()
    client.cookies.clear()

    unknown = ask(client, "nobody@example.org")
    unknown_page = client.get(unknown.url).content.decode()

    assert (unknown.status_code, unknown.url) == (known.status_code, known.url)
    assert _without_token(unknown_page) == _without_token(known_page).replace(
        "candidate@example.org", "nobody@example.org"
    )
    assert [message.to for message in mail.outbox] == [["candidate@example.org"]]
    assert list(User.objects.all()) == [candidate]


def _without_token(page: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", page)


def test_someone_whose_access_has_ended_gets_no_mail(client, candidate):
    candidate.is_active = False
    candidate.save()

    response = ask(client, "candidate@example.org")

    assert response.url == reverse(CONFIRM)
    assert mail.outbox == []


def test_wrong_code_is_told_in_plain_words(client, candidate):
    ask(client, "candidate@example.org")
    response = client.post(reverse(CONFIRM), {"code": "BBBB-BBBB"})

    content = response.content.decode()
    assert "<title>Error: Enter your code" in content
    assert (
        '<a href="#id_code">That is not the code we sent. '
        "Check the mail and type it again. If several came, try the one before.</a>" in content
    )
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("email", ["candidate@example.org", "nobody@example.org"])
def test_third_wrong_code_starts_again(client, candidate, email):
    ask(client, email)
    for _ in range(2):
        assert client.post(reverse(CONFIRM), {"code": "BBBB-BBBB"}).status_code == 200

    response = client.post(reverse(CONFIRM), {"code": "BBBB-BBBB"}, follow=True)

    assert response.redirect_chain == [(reverse(REQUEST), 302)]
    assert "That was the third wrong code" in response.content.decode()


def test_code_works_once(client, candidate):
    ask(client, "candidate@example.org")
    code = sent_code()
    client.post(reverse(CONFIRM), {"code": code})
    client.logout()

    response = client.post(reverse(CONFIRM), {"code": code})

    assert response.url == reverse(REQUEST)
    assert "_auth_user_id" not in client.session


def test_code_ends_after_a_quarter_of_an_hour(client, candidate, time_machine):
    time_machine.move_to("2021-03-30 10:00 +0000")
    ask(client, "candidate@example.org")
    time_machine.move_to("2021-03-30 10:16 +0000")

    response = client.post(reverse(CONFIRM), {"code": sent_code()})

    assert response.url == reverse(REQUEST)
    assert "_auth_user_id" not in client.session


def test_start_again_forgets_the_code_and_keeps_the_way_back(client, candidate):
    response = ask(client, "candidate@example.org", "/contact/")
    page = client.get(response.url).content.decode()
    following = re.search(r'name="next" value="([^"]+)"', page).group(1)

    response = client.post(reverse("account_logout"), {"next": following})

    assert response.url == f"{reverse(REQUEST)}?next=%2Fcontact%2F"
    assert client.get(response.url).status_code == 200


@pytest.mark.parametrize(
    ("email", "told"),
    [
        ("", "Enter your e-mail address."),
        ("nonsense", "Enter an e-mail address in the right form, such as name@example.org."),
    ],
)
def test_missing_or_odd_address_says_what_to_do(client, db, email, told):
    content = ask(client, email).content.decode()

    assert f'<a href="#id_email">{told}</a>' in content
    assert "<title>Error: Sign in" in content


def test_too_many_requests_for_one_address_are_refused(client, candidate):
    for _ in range(10):
        ask(client, "candidate@example.org")
        client.cookies.clear()

    content = ask(client, "candidate@example.org").content.decode()

    assert "Too many tries. Wait 15 minutes, then try again." in content
    assert len(mail.outbox) == 2  # the others would hold the same code


def test_login_address_leads_to_the_code_page_and_keeps_the_way_back(client, db):
    response = client.get("/account/login/?next=/contact/")

    assert (response.status_code, response.url) == (302, f"{reverse(REQUEST)}?next=/contact/")


def test_password_cannot_be_sent_anywhere(client, candidate):
    assert client.post("/account/login/", {"login": "a", "password": "b"}).status_code == 405


def test_sign_out_asks_first_and_then_ends_the_session(client, candidate, election):
    client.force_login(candidate)

    page = client.get(reverse("account_logout")).content.decode()
    assert "_auth_user_id" in client.session
    response = client.post(reverse("account_logout"))

    assert '<h1 class="govuk-heading-xl">Sign out</h1>' in page
    assert response.url == reverse("home")
    assert "_auth_user_id" not in client.session


def test_account_pages_are_these_and_no_others(client, db):
    names = {name for name in get_resolver().reverse_dict if str(name).startswith("account")}
    assert names == {
        "account_login",
        "account_request_login_code",
        "account_confirm_login_code",
        "account_logout",
        "account_inactive",
        "account_signup",
    }
    assert {name for name in get_resolver().reverse_dict if str(name).startswith("mfa")} == {
        "mfa_index",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    }
    assert client.get(reverse("account_signup")).status_code == 404
    assert client.post(reverse("account_signup"), {"email": "a@example.org"}).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["password/reset/", "password/change/", "email/", "reauthenticate/", "confirm-email/", "2fa/"],
)
def test_other_account_pages_are_not_there(client, candidate, path):
    client.force_login(candidate)

    assert client.get(f"/account/{path}").status_code == 404


def test_page_for_ended_access_stands_in_our_frame(client, election):
    content = client.get(reverse("account_inactive")).content.decode()

    assert '<h1 class="govuk-heading-xl">You can no longer sign in</h1>' in content
    assert "Leicestershire OPCC" in content


def test_confirm_page_without_a_request_leads_back(client, db):
    assert client.get(reverse(CONFIRM)).url == reverse(REQUEST)


def test_staff_pages_send_strangers_to_the_code_page(client, db):
    response = client.get(reverse("admin:index"), follow=True)

    assert response.redirect_chain[-1][0] == f"{reverse(REQUEST)}?next=%2Fadmin%2F"
