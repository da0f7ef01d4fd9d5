"""A real portal over the demo content, and a real Chromium to look at it."""

import itertools
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from pcc_portal.mail import DEMO_KEY
from scripts import chromium, serving

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
]
EVERYTHING = "everything@example.org"
# WCAG 2.0, 2.1 and 2.2 at levels A and AA.
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("portal")


@pytest.fixture(scope="session")
def portal(data_dir) -> Iterator[str]:
    """The address of a portal that holds the demo content, served as in production."""
    assert (serving.ROOT / "staticfiles/staticfiles.json").exists(), "Run make test CHECKS=browser."
    serving.load_demo(data_dir)
    variables = serving.environment(data_dir, JOBS_AT_ONCE="1")
    # Nobody in the demo may do everything; the tests of all staff pages need somebody who may.
    everything = ["createsuperuser", "--noinput", "--email", EVERYTHING, "--name", "Vera Alles"]
    for command in (everything, ["load_demo"]):  # which gives staff their second factor
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=serving.ROOT,
            env=variables,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    with serving.served("pcc_portal.wsgi", data_dir / "server.log", variables) as server:
        yield server.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, portal) -> Iterator[Page]:
    """An empty page of a visitor nobody knows. Addresses may begin at the portal's root.

    A script that fails, or anything the Content-Security-Policy stops, fails the test.
    """
    context = browser.new_context(
        base_url=portal, viewport={"width": 1280, "height": 900}, locale="en-GB"
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: faults.append(message.text) if "Security Policy" in message.text else None,
    )
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def phone(page) -> Page:
    """The same page 320 CSS pixels wide: a small phone, or 400 % zoom."""
    page.set_viewport_size({"width": 320, "height": 640})
    return page


@pytest.fixture
def sign_in(page, data_dir) -> Callable[[str], None]:
    """Sign in as a demo person, by the code in the mail and, for staff, the app’s code."""
    return lambda email: _sign_in(page, email, data_dir / "mail")


@pytest.fixture
def read_code(data_dir) -> Callable[[str], str]:
    """The code in the newest mail to a demo person."""
    return lambda email: _newest_code(email, data_dir / "mail")


@pytest.fixture(scope="session")
def signed_in_staff(browser, portal, data_dir) -> StorageState:
    """The cookies of somebody who may do everything, signed in once: limits count sign-ins."""
    context = browser.new_context(base_url=portal)
    page = context.new_page()
    _sign_in(page, EVERYTHING, data_dir / "mail")
    page.get_by_role("link", name="Staff pages").wait_for()
    declare_impartiality(page)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="module")
def staff(browser, portal, signed_in_staff) -> Iterator[Page]:
    """The page of somebody who may do everything, signed in with both factors."""
    context = browser.new_context(
        base_url=portal, viewport={"width": 1280, "height": 900}, storage_state=signed_in_staff
    )
    yield context.new_page()
    context.close()


def declare_impartiality(page: Page) -> None:
    """Open the staff pages, through the declaration if this person has not made it yet."""
    page.goto("/admin/")
    if page.url.endswith("/admin/"):
        return
    page.get_by_label("I confirm this").check()
    page.get_by_role("button", name="Confirm and continue").click()
    page.wait_for_url("**/admin/")


def _sign_in(page: Page, email: str, mail: Path) -> None:
    page.goto("/account/login/code/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code", exact=True).fill(_newest_code(email, mail))
    page.get_by_role("button", name="Sign in").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).not_to_have_text("Enter your code")
    if heading.inner_text() == "Now your second factor":
        page.get_by_label("Code from your app").fill(_app_code())
        page.get_by_role("button", name="Sign in").click()
        expect(heading).not_to_have_text("Now your second factor")


# A code of the app is taken once only, so each sign-in of a demo editor shows its clock another
# half minute; the portal takes what is up to ten of them early or late.
_half_minutes = itertools.cycle(range(-9, 10))


def _app_code() -> str:
    moment = int(time.time()) // 30 + next(_half_minutes)
    return format_hotp_value(hotp_value(DEMO_KEY, moment))


def _newest_code(email: str, folder: Path) -> str:
    newest = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in newest:
        text = path.read_text()
        code = re.search(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", text, re.MULTILINE)
        if f"To: {email}" in text and code:
            return code.group(1)
    raise AssertionError(f"No mail with a code for {email} in {folder}.")


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Fails when the page as it stands breaks a WCAG rule that a machine can see."""

    def _axe(page: Page) -> None:
        page.wait_for_load_state()
        options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
        violations = Axe().run(page, options=options).response["violations"]
        told = [
            f"{v['id']} ({v['impact']}): {v['help']}: {node['html'][:200]}"
            for v in violations
            for node in v["nodes"]
        ]
        assert told == [], f"{page.url}: {len(told)} faults\n" + "\n".join(told)

    return _axe


@pytest.fixture
def no_sideways_scroll() -> Callable[[Page], None]:
    def _no_sideways_scroll(page: Page) -> None:
        width, window = page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert width <= window, f"{page.url} is {width} px wide in a window of {window} px."

    return _no_sideways_scroll
