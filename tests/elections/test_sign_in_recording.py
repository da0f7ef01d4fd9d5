import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.urls import reverse

from elections.models import SignInRecord, User
from elections.sign_in_recording import record
from tests.conftest import APP_KEY
from tests.elections.test_second_factor import app_code, sign_in_by_code

REQUEST = reverse("account_request_login_code")
CONFIRM = reverse("account_confirm_login_code")
LIST = reverse("admin:elections_signinrecord_changelist")
What = SignInRecord.What


def told() -> list[tuple[str, str, User | None]]:
    rows = SignInRecord.objects.order_by("pk").select_related("user")
    return [(row.what, row.reason, row.user) for row in rows]


def test_a_sign_in_is_recorded_step_by_step(client, editor):
    TOTP.activate(editor, APP_KEY)
    sign_in_by_code(client, editor)
    client.post(reverse("mfa_authenticate"), {"code": app_code()})
    client.post(reverse("account_logout"))

    assert told() == [
        ("code_asked", "", editor),
        ("second_factor", "", editor),
        ("signed_in", "", editor),
        ("signed_out", "", editor),
    ]
    assert set(SignInRecord.objects.values_list("network_address", flat=True)) == {"127.0.0.1"}


def test_wrong_codes_are_recorded_with_the_reason(client, candidate):
    client.post(REQUEST, {"email": "candidate@example.org"})
    client.post(CONFIRM, {"code": "BBBB-BBBB"})

    assert told() == [("code_asked", "", candidate), ("refused", "wrong_code", candidate)]


def test_an_unknown_address_is_not_kept(client, candidate):
    client.post(REQUEST, {"email": "nobody-knows@example.org"})
    client.post(CONFIRM, {"code": "BBBB-BBBB"})

    assert told() == [("refused", "unknown_address", None), ("refused", "wrong_code", None)]


def test_no_code_query_or_typed_address_is_kept(client, candidate):
    address = f"{REQUEST}?next=/contact/%3Fcanary-query"
    client.post(address, {"email": "canary-typed@example.org"})
    client.cookies.clear()
    client.post(address, {"email": "candidate@example.org"})
    code = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)
    client.post(CONFIRM, {"code": "CANA-RYYY"})
    client.post(CONFIRM, {"code": code})

    rows = repr(list(SignInRecord.objects.values()))
    for canary in ("canary", "CANA", code, code.replace("-", "")):
        assert canary not in rows


def test_an_app_that_is_set_up_is_recorded_and_its_recovery_codes_are_not(
    client, candidate, django_capture_on_commit_callbacks
):
    client.force_login(candidate)
    key = client.get(reverse("mfa_activate_totp")).context["form"].secret

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": app_code(key)})

    assert told() == [("factor_added", "", candidate)]


def test_an_app_that_is_removed_is_recorded(client, candidate):
    TOTP.activate(candidate, APP_KEY)
    client.force_login(candidate)
    client.post(reverse("mfa_reauthenticate"), {"code": app_code()})

    client.post(reverse("mfa_deactivate_totp"))

    assert told()[-1] == ("factor_removed", "", candidate)


def test_the_record_outlives_the_user(candidate, now):
    user = User.objects.create_user("gone@example.org", "Gone")
    record(What.SIGNED_IN, at=now, user=user)

    user.delete()

    assert told() == [("signed_in", "", None)]


# --- in the admin -------------------------------------------------------------------------------


def test_nobody_adds_changes_or_deletes_a_record(client, editor, now):
    record(What.SIGNED_IN, at=now, user=editor)
    row = SignInRecord.objects.get()
    client.force_login(editor)
    change = reverse("admin:elections_signinrecord_change", args=[row.pk])
    delete = reverse("admin:elections_signinrecord_delete", args=[row.pk])

    assert client.get(change).status_code == 200
    assert client.post(change, {"what": "refused"}).status_code == 403
    assert client.get(reverse("admin:elections_signinrecord_add")).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert SignInRecord.objects.get(pk=row.pk).what == What.SIGNED_IN


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_the_same_number_of_questions(
    client, editor, now, django_assert_num_queries, rows
):
    client.force_login(editor)
    for number in range(rows):
        user = User.objects.create_user(f"u{number}@example.org", f"Unique {number}")
        record(What.SIGNED_IN, at=now, user=user)

    with django_assert_num_queries(7):
        content = client.get(LIST).content.decode()

    assert content.count("Unique") == rows
