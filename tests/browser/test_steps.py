"""From a correction to a withdrawal, as staff do it and as readers see it."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}


def test_correction_and_withdrawal_of_a_newsletter(staff, axe, no_sideways_scroll):
    def look(name: str, *, is_public: bool = False) -> None:
        for width, size in (("phone", PHONE), ("desktop", DESKTOP)):
            staff.set_viewport_size(size)
            axe(staff)
            if is_public:
                no_sideways_scroll(staff)
            _picture(staff, f"{name}-{width}")

    def does_without(name: str) -> None:
        staff.get_by_role("link", name="Release without a second person…").click()
        staff.get_by_label("Reason").fill("There is one person in the office of this test.")
        look(f"{name}-override")
        staff.get_by_role("button", name="Release without a second person").click()

    def release_it(name: str) -> None:
        staff.goto("/admin/briefings/newsletter/?o=-6")
        staff.locator("tr", has_text="Draft").or_(
            staff.locator("tr", has_text="Approved")
        ).first.locator("input.action-select").check()
        staff.get_by_label("Action:").select_option(label="Release the chosen items now, together")
        staff.get_by_role("button", name="Go", exact=True).click()
        expect(staff.get_by_text("This cannot be undone.")).to_be_visible()
        look(f"{name}-release")
        staff.get_by_role("button", name="Release now").click()
        expect(staff.get_by_text("Released on")).to_be_visible()

    staff.set_viewport_size(DESKTOP)
    staff.goto("/admin/briefings/newsletter/1/change/")
    public = staff.get_by_role("link", name="View on site").get_attribute("href")
    look("released")

    staff.get_by_role("link", name="Make a new version…").click()
    staff.get_by_label("Correction: something was wrong or left out").check()
    staff.get_by_label("What changed, and why").fill("A date was wrong.")
    look("new-version")
    staff.get_by_role("button", name="Make a new version").click()
    staff.get_by_role("button", name="Put in for review").click()
    expect(staff.get_by_role("heading", name="State: In review")).to_be_visible()
    look("in-review")
    draft = staff.url
    staff.get_by_role("link", name="In print").click()
    # No script runs on a preview, and so neither does the check of every other page.
    expect(staff.get_by_text("This is a preview: nothing has been released.")).to_be_visible()
    _picture(staff, "preview-print")
    staff.goto(draft)
    does_without("correction")
    release_it("correction")
    staff.goto(public)
    expect(staff.get_by_role("heading", name="Versions and corrections")).to_be_visible()
    look("corrected", is_public=True)

    staff.goto(draft)
    staff.get_by_role("link", name="Withdraw…").click()
    staff.get_by_label("Why it is withdrawn").fill("It was about another election.")
    staff.get_by_role("button", name="Withdraw").click()
    does_without("withdrawal")
    release_it("withdrawal")
    staff.goto(public)
    expect(staff.get_by_role("heading", name="Why it was withdrawn")).to_be_visible()
    look("withdrawn", is_public=True)


def _picture(page: Page, name: str) -> None:
    """For whoever wants to see the pages: name a folder in PICTURES."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
