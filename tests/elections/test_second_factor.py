import re
import time

import pytest
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib import admin
from django.core import mail
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from elections import second_factor
from elections.models import SignInRecord, User
from elections.sessions import open_sessions
from tests.conftest import APP_KEY, PortalClient

INDEX = reverse("mfa_index")
AGAIN = reverse("mfa_reauthenticate")
CODES = reverse("mfa_view_recovery_codes")
ADMIN = reverse("admin:index")
KINDS = Authenticator.Type


def app_code(key: str = APP_KEY, late: int = 0) -> str:
    """What the app shows now, or showed ``late`` half minutes ago."""
    return format_hotp_value(hotp_value(key, int(time.time()) // 30 - late))


def sign_in_by_code(browser: PortalClient, user: User):
    browser.post(reverse("account_request_login_code"), {"email": user.email})
    code = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)
    return browser.post(reverse("account_confirm_login_code"), {"code": code})


@pytest.fixture
def app(editor) -> Authenticator:
    return TOTP.activate(editor, APP_KEY).instance


@pytest.fixture
def half(client, editor) -> PortalClient:
    """A browser in which staff have typed the mailed code and nothing more."""
    client.force_login_without_second_factor(editor)
    return client


def add_passkey(user: User, name: str = "Key") -> Authenticator:
    return Authenticator.objects.create(
        user=user, type=KINDS.WEBAUTHN, data={"name": name, "credential": {}}
    )


# --- the gate -----------------------------------------------------------------------------------


def staff_addresses() -> list[str]:
    """Every page of the staff's that can be addressed without a row, and some with one."""
    addresses = [ADMIN]
    for model in admin.site._registry:
        names = (f"admin:{model._meta.app_label}_{model._meta.model_name}_{p}" for p in PAGES)
        addresses += [reverse(name) for name in names]
        addresses += [
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[1])
        ]
    return addresses


PAGES = ("changelist", "add")


def test_no_staff_page_opens_before_a_second_factor_is_set_up(half):
    addresses = staff_addresses()

    assert len(addresses) > 40
    for address in addresses:
        for ask in (half.get, half.head, half.post):
            response = ask(address)
            assert (response.status_code, response.url) == (302, INDEX), address


def test_no_staff_page_opens_before_the_second_factor_is_used(half, app):
    for address in staff_addresses():
        response = half.get(address)
        assert response.status_code == 302
        assert response.url == f"{AGAIN}?next={address.replace('/', '%2F')}"
        assert half.post(address).url == f"{AGAIN}?next=%2Fadmin%2F"


def test_public_pages_show_no_draft_to_staff_without_second_factor(half, election):
    address = reverse("election", args=[election.slug])

    assert half.get(address).url == INDEX


def test_account_pages_stay_open_to_staff_without_second_factor(half):
    assert half.get(reverse("my-account")).status_code == 200
    assert half.get(INDEX).status_code == 200
    assert half.post(reverse("account_logout")).status_code == 302


def test_second_factor_of_somebody_else_does_not_open_the_gate(client, editor, candidate):
    client.force_login(editor)
    other = User.objects.create_user("other@example.org", "Other", is_staff=True)
    client.force_login_without_second_factor(other)

    assert client.get(ADMIN).url == INDEX


def test_candidates_are_not_asked(client, candidate, election):
    client.force_login(candidate)

    assert client.get(reverse("election", args=[election.slug])).status_code == 200
    assert client.get(ADMIN, follow=True).status_code == 403


def test_candidate_who_becomes_staff_is_asked_at_once(client, db):
    user = User.objects.create_user("new@example.org", "New")
    client.force_login(user)
    assert client.get(ADMIN, follow=True).status_code == 403

    User.objects.filter(pk=user.pk).update(is_staff=True)

    assert client.get(ADMIN).url == INDEX


def test_visitors_get_no_session_from_the_gate(client, election):
    response = client.get(reverse("election", args=[election.slug]))

    assert response.status_code == 200
    assert client.cookies == {}


def test_the_tests_own_way_in_leaves_what_a_real_sign_in_leaves(client, editor, app):
    sign_in_by_code(client, editor)
    client.post(reverse("mfa_authenticate"), {"code": app_code()})
    real = _factor_records(client, editor)
    client.logout()

    client.force_login(editor)

    assert _factor_records(client, editor) == real != []


def _factor_records(client, user):
    request = RequestFactory().get("/")
    request.session = client.session
    records = get_authentication_records(request, user)
    return [{**r, "at": None} for r in records if r["method"] == "mfa"]


# --- signing in ---------------------------------------------------------------------------------


def test_staff_with_an_app_sign_in_with_both_codes(client, editor, app):
    response = sign_in_by_code(client, editor)
    assert response.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session

    response = client.post(response.url, {"code": app_code()})

    assert response.url == ADMIN
    assert client.get(ADMIN).status_code == 200


def test_wrong_app_code_is_told_and_recorded(client, editor, app):
    sign_in_by_code(client, editor)

    response = client.post(reverse("mfa_authenticate"), {"code": "000000"})

    [error] = response.context["form"].errors.as_data()["code"]
    assert error.code == "incorrect_code"
    assert "_auth_user_id" not in client.session
    refused = SignInRecord.objects.filter(what=SignInRecord.What.REFUSED)
    assert [(r.user, r.reason) for r in refused] == [(editor, "wrong_second_factor")]


def test_app_code_works_once(client, editor, app):
    code = app_code()
    sign_in_by_code(client, editor)
    client.post(reverse("mfa_authenticate"), {"code": code})
    client.post(reverse("account_logout"))

    sign_in_by_code(client, editor)
    response = client.post(reverse("mfa_authenticate"), {"code": code})

    assert response.context["form"].has_error("code", "incorrect_code")


def test_too_many_wrong_app_codes_are_stopped_until_the_wait_is_over(
    client, editor, app, time_machine
):
    time_machine.move_to("2021-03-30 10:00 +0000", tick=False)
    sign_in_by_code(client, editor)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})

    response = client.post(reverse("mfa_authenticate"), {"code": app_code()})
    assert response.context["form"].has_error("code", "too_many_login_attempts")

    time_machine.shift(15 * 60 + 1)
    sign_in_by_code(client, editor)
    response = client.post(reverse("mfa_authenticate"), {"code": app_code()})
    assert response.url == ADMIN


def test_recovery_code_stands_in_once(client, editor, app):
    client.force_login(editor)
    client.post(AGAIN, {"code": app_code()})
    client.post(reverse("mfa_generate_recovery_codes"))
    code = client.get(CODES).context["codes"][0]
    client.post(reverse("account_logout"))

    sign_in_by_code(client, editor)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).url == ADMIN
    client.post(reverse("account_logout"))
    sign_in_by_code(client, editor)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200


def test_second_factor_page_without_a_code_leads_to_the_beginning(client, db):
    assert client.get(reverse("mfa_authenticate")).url == reverse("account_login")


# --- setting up ---------------------------------------------------------------------------------


def test_staff_set_up_an_app_and_are_in(half, editor):
    page = half.get(reverse("mfa_activate_totp"))
    key = page.context["form"].secret
    content = page.content.decode()
    assert 'src="data:image/svg+xml;base64,' in content
    assert re.search(r'class="portal-key">([A-Z2-7 ]+)<', content).group(1).replace(" ", "") == key

    response = half.post(reverse("mfa_activate_totp"), {"code": app_code(key)})

    assert response.url == CODES
    assert len(half.get(CODES).context["codes"]) == 10
    assert half.get(ADMIN).status_code == 200
    assert second_factor.factors(editor).get().type == KINDS.TOTP


def test_wrong_code_sets_nothing_up(half, editor):
    half.get(reverse("mfa_activate_totp"))

    response = half.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert response.context["form"].has_error("code", "incorrect_code")
    assert not second_factor.factors(editor).exists()
    assert half.get(ADMIN).url == INDEX


def test_staff_who_have_an_app_cannot_add_another_without_using_it(half, app):
    """Whoever has only the mailed code cannot get round the app they do not hold."""
    for name in ("mfa_add_webauthn", "mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        assert half.get(reverse(name)).url.startswith(AGAIN)
        assert half.post(reverse(name)).url.startswith(AGAIN)
    assert half.get(CODES).url.startswith(AGAIN)
    assert half.get(reverse("mfa_download_recovery_codes")).url.startswith(AGAIN)


def test_using_the_app_again_leads_back_to_the_page_asked_for(half, app):
    response = half.post(f"{AGAIN}?next=/admin/elections/", {"code": app_code()})

    assert response.url == "/admin/elections/"
    assert half.get("/admin/elections/").status_code == 200


def test_using_it_again_leads_to_no_other_site(half, app):
    response = half.post(f"{AGAIN}?next=https://elsewhere.example/", {"code": app_code()})

    assert response.url == ADMIN


def test_candidate_may_add_and_remove_an_app(client, candidate):
    client.force_login(candidate)
    key = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": app_code(key)})
    assert second_factor.factors(candidate).count() == 1

    response = client.post(reverse("mfa_deactivate_totp"))

    assert response.url == INDEX
    assert not Authenticator.objects.filter(user=candidate).exists()


# --- keeping and losing it ----------------------------------------------------------------------


@pytest.fixture
def recent(client, editor, app) -> PortalClient:
    """A browser in which staff have just been asked for their second factor again."""
    client.force_login(editor)
    client.post(AGAIN, {"code": app_code()})
    return client


def test_staff_cannot_remove_their_last_factor(recent, editor):
    response = recent.post(reverse("mfa_deactivate_totp"))

    assert response.context["form"].has_error("__all__", "cannot_delete_authenticator")
    assert "Add another one before you remove this." in response.content.decode()
    assert second_factor.factors(editor).exists()


def test_recovery_codes_alone_are_no_second_factor(recent, editor):
    recent.post(reverse("mfa_generate_recovery_codes"))

    recent.post(reverse("mfa_deactivate_totp"))

    assert second_factor.factors(editor).exists()


def test_staff_remove_one_of_two_factors(recent, editor):
    passkey = add_passkey(editor)

    recent.post(reverse("mfa_deactivate_totp"))
    assert list(second_factor.factors(editor)) == [passkey]

    response = recent.post(reverse("mfa_remove_webauthn", args=[passkey.pk]))
    assert response.url == INDEX or response.url.startswith(AGAIN)
    assert list(second_factor.factors(editor)) == [passkey]


def test_staff_cannot_remove_their_last_passkey(recent, editor, app):
    passkey = add_passkey(editor)
    app.delete()

    page = recent.get(reverse("mfa_remove_webauthn", args=[passkey.pk])).content.decode()
    response = recent.post(reverse("mfa_remove_webauthn", args=[passkey.pk]), follow=True)

    assert "Add another one before you remove this." in page
    assert "Add another one before you remove this." in response.content.decode()
    assert list(second_factor.factors(editor)) == [passkey]


def test_a_strangers_passkey_is_not_there(recent, candidate):
    passkey = add_passkey(candidate)

    assert recent.post(reverse("mfa_remove_webauthn", args=[passkey.pk])).status_code == 404
    assert second_factor.factors(candidate).exists()


def test_reading_changes_nothing(recent, editor):
    recent.post(reverse("mfa_generate_recovery_codes"))
    before = list(Authenticator.objects.order_by("pk").values())

    for name in (
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_index",
    ):
        for ask in (recent.get, recent.head):
            assert ask(reverse(name)).status_code == 200, name

    assert list(Authenticator.objects.order_by("pk").values()) == before


def test_recovery_codes_are_downloaded_as_a_file(recent):
    recent.post(reverse("mfa_generate_recovery_codes"))
    codes = recent.get(CODES).context["codes"]

    response = recent.get(reverse("mfa_download_recovery_codes"))

    assert response.headers["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in response.headers["Cache-Control"]
    assert response.content.decode().split("\r\n")[1:-1] == codes


def test_new_recovery_codes_replace_the_old_ones(recent):
    recent.post(reverse("mfa_generate_recovery_codes"))
    old = recent.get(CODES).context["codes"]

    recent.post(reverse("mfa_generate_recovery_codes"))

    new = recent.get(CODES).context["codes"]
    assert len(new) == 10
    assert not set(old) & set(new)


def test_there_are_no_recovery_codes_without_a_factor(client, candidate):
    client.force_login(candidate)

    assert client.get(CODES).status_code == 404
    response = client.post(reverse("mfa_generate_recovery_codes"))
    assert response.context["form"].has_error("__all__", "cannot_generate_recovery_codes")


def test_being_asked_too_often_is_told_in_our_frame(half, app):
    for _ in range(11):
        response = half.post(AGAIN, {"code": "000000"})

    assert response.status_code == 429
    assert '<h1 class="govuk-heading-l">Too many tries</h1>' in response.content.decode()


@pytest.mark.parametrize("passkeys", [1, 3])
def test_index_asks_the_same_number_of_questions(
    recent, editor, django_assert_num_queries, passkeys
):
    for number in range(passkeys):
        add_passkey(editor, f"Key {number}")

    with django_assert_num_queries(5):
        content = recent.get(INDEX).content.decode()

    assert content.count("Remove<span") == passkeys


def test_forget_makes_somebody_set_up_a_new_one(client, editor, app):
    sign_in_by_code(client, editor)
    client.post(reverse("mfa_authenticate"), {"code": app_code()})
    assert client.get(ADMIN).status_code == 200

    second_factor.forget(editor)

    assert not Authenticator.objects.filter(user=editor).exists()
    assert client.get(ADMIN).url.startswith(reverse("admin:login"))
    sign_in_by_code(client, editor)
    assert client.get(ADMIN).url == INDEX


def test_administrator_removes_a_lost_second_factor(recent):
    lost = User.objects.create_user("lost@example.org", "Lou Lost", is_staff=True)
    TOTP.activate(lost, APP_KEY)

    response = recent.post(
        reverse("admin:elections_user_changelist"),
        {"action": "remove_second_factor", "_selected_action": [lost.pk]},
        follow=True,
    )

    assert "Removed, and signed out everywhere: Lou Lost." in response.content.decode()
    assert not Authenticator.objects.filter(user=lost).exists()


def test_administrator_signs_somebody_out_everywhere(recent, candidate, now):
    sign_in_by_code(PortalClient(), candidate)
    assert open_sessions(candidate, now).count() == 1

    recent.post(
        reverse("admin:elections_user_changelist"),
        {"action": "sign_out_everywhere", "_selected_action": [candidate.pk]},
    )

    assert not open_sessions(candidate, now).exists()


def test_keys_and_sessions_are_not_in_the_admin(client, editor):
    for name in ("admin:mfa_authenticator_changelist", "admin:usersessions_usersession_changelist"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
