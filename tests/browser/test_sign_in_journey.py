"""Signing in as people do it: with the keyboard, with a phone’s app, with a passkey."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Locator, Page, expect

from scripts import serving

NEW_STAFF = """
import django; django.setup()
from elections.models import User
User.objects.create_user("{email}", "Noor Newcomer", is_staff=True, is_superuser=True)
"""


@pytest.fixture
def new_staff(portal, data_dir) -> Callable[[str], None]:
    """Make a member of staff who has no second factor yet."""

    def _new_staff(email: str) -> None:
        subprocess.run(
            [sys.executable, "-c", NEW_STAFF.format(email=email)],
            cwd=serving.ROOT,
            env=serving.environment(data_dir, DJANGO_SETTINGS_MODULE="pcc_portal.settings"),
            check=True,
        )

    return _new_staff


@pytest.fixture
def look(page, axe, no_sideways_scroll) -> Callable[[str], None]:
    """The page as it stands is in order, on a desktop and on a phone."""

    def _look(name: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            no_sideways_scroll(page)
            axe(page)

    return _look


def tab_to(page: Page, wanted: Locator) -> None:
    """Go on with the keyboard until ``wanted`` has the focus. Works without a script, too."""
    focused = page.locator(":focus").and_(wanted)
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused.count():
            return
    raise AssertionError(f"{wanted} is not reached with Tab.")


def test_candidate_signs_in_and_out_with_the_keyboard_and_without_a_script(
    browser, portal, read_code
):
    context = browser.new_context(base_url=portal, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    tab_to(page, page.get_by_role("link", name="Sign in"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("E-mail address"))
    page.keyboard.type("second.candidate@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    tab_to(page, page.get_by_label("Code", exact=True))
    page.keyboard.type(read_code("second.candidate@example.org"))
    page.keyboard.press("Enter")

    expect(page.get_by_text("You are signed in.")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Gareth Pym"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("My page")
    tab_to(page, page.get_by_role("link", name="My account: where you are signed in"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")
    expect(page.get_by_text("This is where you are now.")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Sign out").press("Enter")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    context.close()


def test_staff_set_up_an_app_and_sign_in_with_it(page, look, new_staff, sign_in, read_code):
    email = "app.user@example.org"
    new_staff(email)
    sign_in(email)

    # Nothing but setting up a second factor is open.
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    look("set-up")
    page.goto("/admin/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")

    with page.expect_navigation():
        page.get_by_role("link", name="Set up an authenticator app").press("Enter")
    look("app")
    key = page.locator(".portal-key").inner_text().replace(" ", "")
    page.get_by_label("Code from your app").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That code is not right")
    assert page.locator(".portal-key").inner_text().replace(" ", "") == key
    look("app, wrong")
    page.get_by_label("Code from your app").fill(code_of(key))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    look("recovery codes")
    expect(page.locator(".portal-codes li")).to_have_count(10)
    recovery_code = page.locator(".portal-codes li").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as a text file").press("Enter")
    assert recovery_code in download.value.path().read_text()
    page.get_by_role("link", name="Go on to the staff pages").press("Enter")
    page.get_by_label("I confirm this").check()
    page.get_by_role("button", name="Confirm and continue").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you like to do?")

    for name in ("Second factor", "Make new recovery codes", "Remove the authenticator app"):
        page.goto("/account/second-factor/")
        if name != "Second factor":
            page.get_by_role("link", name=name).press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        look(name)
    expect(page.get_by_role("alert")).to_contain_text("Staff need a second factor")

    page.goto("/account/")
    look("my account")
    page.get_by_role("main").get_by_role("button", name="Sign out").press("Enter")

    page.goto("/account/login/code/?next=/admin/")
    page.get_by_label("E-mail address").fill(email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    look("code")
    page.get_by_label("Code", exact=True).fill(read_code(email))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Now your second factor")
    look("second factor")
    page.get_by_label("Code from your app").fill(recovery_code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you like to do?")


def code_of(key: str) -> str:
    return format_hotp_value(hotp_value(key, int(time.time()) // 30))


@pytest.fixture
def local_page(browser, portal) -> Iterator[Page]:
    """A page with a security key in its computer, at the name passkeys need."""
    context = browser.new_context(base_url=portal.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    key = context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    key.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()
    assert faults == []


def test_staff_add_a_passkey_and_sign_in_with_it(local_page, axe, new_staff, read_code):
    page, email = local_page, "passkey.user@example.org"
    new_staff(email)
    type_mailed_code(page, email, read_code)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    with page.expect_navigation():
        page.get_by_role("link", name="Add a passkey").press("Enter")
    axe(page)
    page.get_by_label("Name of this passkey").fill("Office laptop")
    page.get_by_role("button", name="Add the passkey").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.get_by_role("link", name="Go on to the staff pages").press("Enter")
    page.get_by_label("I confirm this").check()
    page.get_by_role("button", name="Confirm and continue").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you like to do?")
    page.goto("/account/second-factor/")
    expect(page.get_by_text("Office laptop, added on")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Remove Office laptop").press("Enter")
    expect(page.get_by_text("Staff need a second factor.")).to_be_visible()
    axe(page)
    page.goto("/account/")
    page.get_by_role("main").get_by_role("button", name="Sign out").press("Enter")

    type_mailed_code(page, email, read_code)
    expect(page.get_by_role("heading", level=1)).to_have_text("Now your second factor")
    axe(page)
    page.get_by_role("button", name="Use a passkey").press("Enter")
    page.get_by_role("link", name="Staff pages").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you like to do?")

    # Asked again before recovery codes are shown, and the same key opens them.
    page.goto("/account/second-factor/recovery-codes/")
    page.get_by_role("link", name="Use a passkey instead").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your passkey, please")
    axe(page)
    page.get_by_role("button", name="Use a passkey").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")


def type_mailed_code(page: Page, email: str, read_code: Callable[[str], str]) -> None:
    page.goto("/account/login/code/")
    page.get_by_label("E-mail address").fill(email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
    page.get_by_label("Code", exact=True).fill(read_code(email))
    page.keyboard.press("Enter")


def test_without_a_key_the_page_says_so(page, new_staff, sign_in, portal, axe):
    page.goto(portal.replace("127.0.0.1", "localhost"))
    new_staff("no.key@example.org")
    sign_in("no.key@example.org")
    page.goto("/account/second-factor/passkeys/add/")

    page.evaluate("() => { navigator.credentials.create = async () => { throw new Error() } }")
    page.get_by_role("button", name="Add the passkey").press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("Your device gave no passkey")
    axe(page)


def test_passkey_page_says_what_it_needs_without_a_script(browser, portal, signed_in_staff):
    context = browser.new_context(
        base_url=portal, java_script_enabled=False, storage_state=signed_in_staff
    )
    page = context.new_page()
    page.goto("/account/second-factor/passkeys/add/")

    expect(page).to_have_url(re.compile("/account/second-factor/again/"))
    page.goto("/account/second-factor/again/passkey/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your second factor, please")
    context.close()
