import datetime as dt
import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from elections.models import SignInRecord, User
from elections.sessions import end_sessions, open_sessions
from tests.conftest import PortalClient

ACCOUNT = reverse("my-account")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(user: User, **headers: str) -> PortalClient:
    """A browser in which ``user`` has signed in by code."""
    browser = PortalClient(headers=headers)
    browser.post(reverse("account_request_login_code"), {"email": user.email})
    code = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)
    browser.post(reverse("account_confirm_login_code"), {"code": code})
    assert is_signed_in(browser)
    return browser


def is_signed_in(browser: PortalClient) -> bool:
    return browser.get(ACCOUNT).status_code == 200


def test_my_account_is_for_those_who_are_signed_in(client, db):
    assert client.get(ACCOUNT).url.startswith(reverse("account_login"))


def test_my_account_lists_where_i_am_signed_in(candidate, other_candidate):
    here = sign_in(candidate, user_agent=FIREFOX)
    sign_in(candidate, user_agent="curl/8")
    sign_in(other_candidate)

    response = here.get(ACCOUNT)

    content = response.content.decode()
    told = [(s["browser"], s["is_this_one"]) for s in response.context["sessions"]]
    assert told == [("A browser", False), ("Firefox on Windows", True)]
    assert "candidate@example.org" in content
    assert "other@example.org" not in content


@pytest.mark.parametrize("sessions", [1, 3])
def test_my_account_asks_the_same_number_of_questions(
    candidate, django_assert_num_queries, sessions
):
    browsers = [sign_in(candidate) for _ in range(sessions)]

    with django_assert_num_queries(6):
        browsers[0].get(ACCOUNT)


def test_one_session_is_ended_at_once(candidate):
    here, there, elsewhere = (sign_in(candidate) for _ in range(3))
    pk = open_sessions(candidate, timezone.now()).get(session_key=there.session.session_key).pk

    response = here.post(reverse("end-session", args=[pk]))

    assert response.url == ACCOUNT
    assert [is_signed_in(browser) for browser in (here, there, elsewhere)] == [True, False, True]


def test_all_others_are_ended_at_once(candidate, other_candidate):
    here, there, stranger = sign_in(candidate), sign_in(candidate), sign_in(other_candidate)

    here.post(reverse("end-other-sessions"))

    assert [is_signed_in(browser) for browser in (here, there, stranger)] == [True, False, True]
    ended = SignInRecord.objects.filter(what=SignInRecord.What.SESSION_ENDED)
    assert [(r.user, r.reason) for r in ended] == [(candidate, "by_themselves")]


def test_a_strangers_session_is_not_there(candidate, other_candidate):
    here, stranger = sign_in(candidate), sign_in(other_candidate)
    pk = open_sessions(other_candidate, timezone.now()).get().pk

    assert here.post(reverse("end-session", args=[pk])).status_code == 404
    assert is_signed_in(stranger)


def test_the_present_session_is_ended_by_signing_out_only(candidate):
    here = sign_in(candidate)
    pk = open_sessions(candidate, timezone.now()).get().pk

    assert here.post(reverse("end-session", args=[pk])).status_code == 404
    assert is_signed_in(here)


@pytest.mark.parametrize("name", ["end-session", "end-other-sessions"])
def test_reading_ends_nothing(candidate, name):
    here, there = sign_in(candidate), sign_in(candidate)
    pk = open_sessions(candidate, timezone.now()).get(session_key=there.session.session_key).pk
    address = reverse(name, args=[pk] if name == "end-session" else [])

    assert {here.get(address).status_code, here.head(address).status_code} == {405}
    assert is_signed_in(there)


def test_whoever_loses_access_is_signed_out_at_once(candidate):
    browser = sign_in(candidate)

    User.objects.filter(pk=candidate.pk).update(is_active=False)

    assert not is_signed_in(browser)


def test_whoever_is_made_inactive_by_staff_has_no_session_left(client, editor, candidate, now):
    browser = sign_in(candidate)
    client.force_login(editor)
    change = reverse("admin:elections_user_change", args=[candidate.pk])

    client.post(change, {"email": candidate.email, "name": candidate.name})

    assert not open_sessions(candidate, now).exists()
    User.objects.filter(pk=candidate.pk).update(is_active=True)
    assert not is_signed_in(browser)  # what was ended stays ended


def test_end_sessions_signs_out_everywhere_and_says_how_often(candidate, other_candidate, now):
    browsers = [sign_in(candidate), sign_in(candidate), sign_in(other_candidate)]

    ended = end_sessions(candidate, at=now)

    assert ended == 2
    assert [is_signed_in(browser) for browser in browsers] == [False, False, True]
    record = SignInRecord.objects.filter(what=SignInRecord.What.SESSION_ENDED)
    assert set(record.values_list("user", "reason")) == {(candidate.pk, "by_the_office")}


def test_session_lasts_a_campaign_day_and_no_longer(candidate, time_machine):
    time_machine.move_to("2021-04-30 06:00 +0100", tick=False)
    browser = sign_in(candidate)

    time_machine.shift(dt.timedelta(hours=13, minutes=59))
    assert is_signed_in(browser)
    time_machine.shift(dt.timedelta(minutes=2))
    assert not is_signed_in(browser)
    assert not open_sessions(candidate, timezone.now()).exists()
