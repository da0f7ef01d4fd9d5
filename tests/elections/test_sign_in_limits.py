"""Guessing and flooding are stopped, and the right person still gets in."""

import datetime as dt
import re
import subprocess
import sys

import pytest
from django.core import mail
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.urls import reverse

from elections.models import SignInRecord
from elections.sign_in_views import CODE_IS_USED
from scripts import serving
from tests.conftest import PortalClient

REQUEST = reverse("account_request_login_code")
CONFIRM = reverse("account_confirm_login_code")
WAIT = "Too many tries. Wait 15 minutes, then try again."
ADDRESS = "candidate@example.org"
START = dt.datetime(2021, 3, 30, 9, 0, tzinfo=dt.UTC)


def ask(client, here: str, email: str = ADDRESS):
    return client.post(REQUEST, {"email": email}, REMOTE_ADDR=here)


def type_code(client, here: str, code: str):
    return client.post(CONFIRM, {"code": code}, REMOTE_ADDR=here)


def sign_in(client, here: str, *, forget: bool = True) -> bool:
    """What the right person does, who reads the mail. True when they are in."""
    if forget:
        client.cookies.clear()
    client.cookies.pop("sessionid", None)
    if ask(client, here).status_code != 302:
        return False
    code = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)
    type_code(client, here, code)
    return "_auth_user_id" in client.session


def guess(client, here: str, email: str = ADDRESS) -> list[str]:
    """Ask for a code and type three wrong ones. Returns the pages that said to wait."""
    client.cookies.clear()
    answers = [ask(client, here, email)]
    for _ in range(3):
        answers.append(type_code(client, here, "BBBB-BBBB"))
    answers.append(client.get(REQUEST, REMOTE_ADDR=here))
    return [page for page in (answer.content.decode() for answer in answers) if WAIT in page]


def test_100_wrong_codes_from_one_address_are_stopped_and_the_right_person_is_not(
    client, candidate, time_machine
):
    time_machine.move_to(START, tick=False)
    told = [guess(client, "192.0.2.1") for _ in range(34)]  # 102 wrong codes

    wrong = SignInRecord.objects.filter(reason="wrong_code")
    assert wrong.count() == 20  # the others were not even compared
    assert len(mail.outbox) == 2  # the same code, so the owner can do with either
    assert told[-1] != []

    assert sign_in(client, "198.51.100.7")  # from elsewhere: at once
    assert not sign_in(client, "192.0.2.1")  # beside the attacker: after the wait
    time_machine.shift(dt.timedelta(minutes=15, seconds=1))
    assert sign_in(client, "192.0.2.1")


def test_a_right_code_is_refused_where_too_many_were_wrong(client, candidate, time_machine):
    time_machine.move_to(START, tick=False)
    for number in range(7):
        guess(client, "192.0.2.1", f"nobody{number}@example.org")
    client.cookies.clear()
    ask(client, "192.0.2.1")
    code = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.MULTILINE).group(1)

    response = type_code(client, "192.0.2.1", code)

    assert response.context["form"].errors.as_data()["code"][0].code == "too_many_login_attempts"
    assert "_auth_user_id" not in client.session

    for _ in range(3):
        type_code(client, "192.0.2.1", code)
    type_code(client, "198.51.100.7", code)  # it was never compared, so it still works
    assert "_auth_user_id" in client.session


def test_100_wrong_codes_from_many_addresses_are_stopped_and_the_right_person_is_not(
    client, candidate, time_machine
):
    home = "198.51.100.7"
    time_machine.move_to(START - dt.timedelta(days=3), tick=False)
    assert sign_in(client, home)
    mail.outbox.clear()
    time_machine.move_to(START, tick=False)

    told = [guess(client, f"203.0.113.{number}") for number in range(1, 101)]

    assert len(mail.outbox) == 2
    assert told[-1] == []  # a network of its own is not told to wait for what others do …
    assert (
        guess(client, "203.0.113.100") == [] != guess(client, "203.0.113.100")
    )  # … but for its own
    assert sign_in(client, home)  # where they have signed in before: at once
    assert sign_in(client, "198.51.100.99")  # and where they never were


def test_somebody_who_never_signed_in_gets_in_while_100_networks_attack_their_address(
    client, candidate, time_machine
):
    time_machine.move_to(START, tick=False)
    for number in range(1, 101):
        guess(client, f"203.0.113.{number}")

    assert not SignInRecord.objects.filter(what="signed_in").exists()
    assert SignInRecord.objects.filter(reason="wrong_code").count() == 300
    assert len(mail.outbox) == 2
    assert sign_in(client, "198.51.100.7")


def test_somebody_who_never_signed_in_gets_in_after_the_wait_while_the_attack_goes_on(
    client, candidate, time_machine
):
    time_machine.move_to(START, tick=False)
    for number in [*range(1, 51), 50, 50]:
        guess(client, f"203.0.113.{number}")
    assert not sign_in(client, "203.0.113.50")  # in the network of an attacker they wait
    time_machine.shift(dt.timedelta(minutes=15, seconds=1))
    mail.outbox.clear()
    for number in range(51, 151):
        guess(client, f"203.0.113.{number}")

    assert sign_in(client, "203.0.113.50")
    assert len(mail.outbox) == 2


def test_in_a_browser_of_theirs_somebody_gets_in_beside_an_attacker_who_does_not_stop(
    client, candidate, time_machine
):
    time_machine.move_to(START - dt.timedelta(days=3), tick=False)
    assert sign_in(client, "198.51.100.7")
    client.post(reverse("account_logout"))
    time_machine.move_to(START, tick=False)
    attacker = PortalClient()
    for _ in range(34):
        guess(attacker, "192.0.2.1")

    assert not sign_in(attacker, "192.0.2.1")
    assert sign_in(client, "192.0.2.1", forget=False)


def test_a_known_browser_has_a_limit_too(client, candidate):
    sign_in(client, "198.51.100.7")
    client.cookies.pop("sessionid")
    asked = []
    for number in range(11):
        asked.append(ask(client, f"203.0.113.{number}").status_code)
        client.cookies.pop("sessionid", None)

    assert asked == [302] * 10 + [200]


def test_wrong_codes_are_counted_by_the_network_of_an_ipv6_address(client, candidate):
    for number in range(10):
        client.cookies.clear()
        assert ask(client, f"2001:db8:0:1::{number}").status_code == 302

    client.cookies.clear()
    assert WAIT in ask(client, "2001:db8:0:1:ffff::1").content.decode()
    assert ask(client, "2001:db8:0:2::1").status_code == 302


def test_a_code_that_several_browsers_asked_for_works_once(client, candidate, time_machine):
    time_machine.move_to(START, tick=False)
    beside = PortalClient()
    for browser in (client, beside):
        ask(browser, "192.0.2.1")
    code = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[0].body, re.MULTILINE).group(1)
    assert code in mail.outbox[1].body
    time_machine.shift(dt.timedelta(seconds=1))

    type_code(client, "192.0.2.1", code)
    page = beside.post(CONFIRM, {"code": code}, REMOTE_ADDR="192.0.2.1", follow=True)

    assert "_auth_user_id" in client.session
    assert "_auth_user_id" not in beside.session
    assert CODE_IS_USED in page.content.decode()
    ask(beside, "192.0.2.1")
    assert code not in mail.outbox[-1].body


def test_a_code_lives_15_minutes_after_it_was_asked_for(client, candidate, time_machine):
    time_machine.move_to(START, tick=False)
    ask(client, "192.0.2.1")
    code = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[0].body, re.MULTILINE).group(1)
    time_machine.shift(dt.timedelta(minutes=15, seconds=1))

    type_code(client, "192.0.2.1", code)

    assert "_auth_user_id" not in client.session


def test_an_unknown_address_is_limited_like_a_known_one(client, candidate):
    for _ in range(10):
        client.cookies.clear()
        assert ask(client, "192.0.2.1", "nobody@example.org").status_code == 302

    client.cookies.clear()
    response = ask(client, "192.0.2.1", "nobody@example.org")

    assert WAIT in response.content.decode()


def test_a_flood_does_not_fill_the_record(client, candidate, time_machine):
    time_machine.move_to(START, tick=False)
    for _ in range(60):
        client.cookies.clear()
        ask(client, "192.0.2.1")

    assert SignInRecord.objects.filter(reason="too_many_tries").count() == 10


@pytest.mark.parametrize(
    ("proxies", "forwarded", "recorded"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),
    ],
)
def test_only_a_trusted_proxys_word_is_taken_for_where_someone_is(
    client, candidate, settings, proxies, forwarded, recorded
):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    client.post(
        REQUEST, {"email": ADDRESS}, REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": forwarded}
    )

    assert SignInRecord.objects.get().network_address == recorded


def test_made_up_forwarding_does_not_get_round_the_limit(client, candidate):
    for number in range(11):
        client.cookies.clear()
        response = client.post(
            REQUEST, {"email": ADDRESS}, headers={"x-forwarded-for": f"203.0.113.{number}"}
        )

    assert WAIT in response.content.decode()


def test_limits_are_shared_by_every_process_and_not_thrown_away(db, settings):
    assert isinstance(caches["default"], DatabaseCache)
    assert caches["default"]._max_entries == 50_000


TRIES = """
import django
django.setup()
from allauth.core import context, ratelimit
from django.test import RequestFactory
request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.1")
with context.request_context(request):
    tries = [ratelimit.consume(request, action="code_for_address_here", key="k") for _ in range(8)]
print(sum(map(bool, tries)))
"""


def test_two_processes_at_once_count_together(tmp_path):
    variables = serving.environment(tmp_path, DJANGO_SETTINGS_MODULE="pcc_portal.settings")
    python = {"env": variables, "cwd": serving.ROOT, "text": True, "stdout": subprocess.PIPE}
    migrate = [sys.executable, "manage.py", "migrate", "--noinput", "elections"]
    subprocess.run(migrate, check=True, **python)

    processes = [subprocess.Popen([sys.executable, "-c", TRIES], **python) for _ in range(2)]
    allowed = [int(process.communicate(timeout=60)[0]) for process in processes]

    assert sum(allowed) == 10  # of 16
