"""A candidate books, swaps and cancels, and the next in line accepts, all of it by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

TABS_AT_MOST = 120
# As in “Tuesday 13 April 2027, 10am to 12 noon”.
WHEN = r"\w+day \d{1,2} \w+ \d{4}, [\d.]+(am|pm) to ([\d.]+(am|pm)|12 noon)"
EVENT = "/by-election/programme/one-to-one-chief-executive/"


def tab_to(page: Page, text: str) -> None:
    """Press Tab until what is focused is called ``text``, or begins with it."""
    for _ in range(TABS_AT_MOST):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "() => { const e = document.activeElement;"
            " return (e.labels && e.labels.length ? e.labels[0].textContent"
            " : e.textContent || '').trim().replace(/\\s+/g, ' ') }"
        )
        if said.startswith(text):
            return
    raise AssertionError(f"The keyboard does not reach “{text}” on {page.url}.")


def press(page: Page, text: str) -> None:
    """Go to a link or a button by keyboard and press Enter."""
    tab_to(page, text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.fixture
def enter(page, sign_in):
    """Somebody else sits down at the same keyboard."""

    def _enter(email: str) -> None:
        page.context.clear_cookies()
        sign_in(email)
        page.wait_for_url("**/my-page/")

    return _enter


def choose(page: Page, downs: int) -> str:
    """With the arrow keys, from the first of the times: returns what a screen reader says."""
    tab_to(page, page.locator(".govuk-radios__label").first.inner_text())
    page.keyboard.press("Space")
    for _ in range(downs):
        page.keyboard.press("ArrowDown")
    return page.locator("input:checked").evaluate("e => e.labels[0].textContent.trim()")


def test_book_swap_cancel_and_the_next_in_line_accepts(page, enter, axe, no_sideways_scroll):
    first, second = "candidate@example.org", "second.candidate@example.org"

    enter(first)
    page.goto("/by-election/programme/")
    axe(page)
    page.goto(EVENT)
    press(page, "Book a place")
    axe(page)
    assert re.fullmatch(f"{WHEN}, 1 place left", choose(page, 0))
    press(page, "Continue")
    axe(page)
    press(page, "Book this place")
    expect(page.get_by_text("Your place is booked.")).to_be_visible()
    axe(page)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        no_sideways_scroll(page)

    enter(second)
    page.goto(f"{EVENT}book/")
    assert re.fullmatch(f"{WHEN}, full", choose(page, 0))
    press(page, "Continue")
    axe(page)
    press(page, "Join the waiting list")
    expect(page.get_by_text("You are 1st on the waiting list")).to_be_visible()
    axe(page)

    enter(first)
    press(page, "My bookings")
    axe(page)
    press(page, "One-to-one with the Chief Executive")
    press(page, "Change this booking")
    assert re.fullmatch(f"{WHEN}, 1 place left", choose(page, 2))
    press(page, "Continue")
    expect(page.get_by_text("Instead of")).to_be_visible()
    press(page, "Change my booking")
    expect(page.get_by_text("Your booking is changed.")).to_be_visible()
    press(page, "Cancel this booking")
    axe(page)
    press(page, "Cancel the booking")
    expect(page.get_by_text("Your booking is cancelled.")).to_be_visible()

    enter(second)
    press(page, "One-to-one with the Chief Executive")
    expect(page.get_by_text("A place is kept for you until")).to_be_visible()
    axe(page)
    press(page, "Accept the place")
    expect(page.get_by_text("The place is yours.")).to_be_visible()
    axe(page)
    page.goto("/by-election/bookings/")
    no_sideways_scroll(page)


def test_a_time_has_to_be_chosen(page, enter, axe):
    enter("candidate@example.org")
    page.goto("/by-election/programme/control-room-visit/book/")
    press(page, "Continue")
    expect(page.get_by_role("link", name="Choose a time.")).to_be_visible()
    axe(page)


def test_run_sheet_is_read_on_a_phone(page, enter, staff, axe, no_sideways_scroll):
    enter("second.candidate@example.org")
    page.goto("/by-election/programme/control-room-visit/book/")
    choose(page, 0)
    press(page, "Continue")
    press(page, "Book this place")

    staff.set_viewport_size({"width": 320, "height": 640})
    staff.goto("/admin/workshops/eventbook/")
    staff.get_by_role("link", name="Visit to the control room").click()
    axe(staff)
    staff.get_by_role("link", name="Run sheet:").first.click()
    expect(staff.get_by_role("heading", name="Who comes")).to_be_visible()
    expect(staff.get_by_role("group").first).to_be_visible()

    axe(staff)
    no_sideways_scroll(staff)
