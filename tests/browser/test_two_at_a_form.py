"""Staff declare that they are impartial, and two of them save one form, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import _sign_in, declare_impartiality

FORM = "/admin/elections/office/1/change/"


@pytest.fixture
def colleague(browser, portal, data_dir):
    """The demo's administrator, in a browser of their own."""
    context = browser.new_context(base_url=portal, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    _sign_in(page, "administrator@example.org", data_dir / "mail")
    declare_impartiality(page)
    yield page
    context.close()


def test_declaration_comes_before_the_first_staff_page(page, sign_in, axe, no_sideways_scroll):
    sign_in("auditor@example.org")
    page.goto("/admin/briefings/newsletter/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Declare that you are impartial")
    axe(page)
    page.set_viewport_size({"width": 320, "height": 640})
    no_sideways_scroll(page)
    page.get_by_role("button", name="Confirm and continue").click()
    page.get_by_role("link", name="Tick “I confirm this” to open the staff pages.").click()
    expect(page.get_by_label("I confirm this")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_label("I confirm this")).to_be_checked()
    page.get_by_role("button", name="Confirm and continue").press("Enter")

    # The link of the error summary left its mark on the address.
    page.wait_for_url(re.compile(r"/admin/briefings/newsletter/(#id_agreed)?$"))
    expect(page.get_by_role("link", name="Add newsletter")).to_have_count(0)


def test_second_to_save_is_told_and_saves_again(colleague, staff, axe):
    colleague.goto(FORM)
    staff.goto(FORM)
    area = staff.get_by_label("Area").input_value()
    colleague.get_by_label("Contact phone").fill("0116 000 0000")
    colleague.get_by_role("button", name="Save", exact=True).click()
    colleague.wait_for_url("**/office/")

    staff.get_by_label("Area").fill(f"{area}, all of it")
    staff.get_by_role("button", name="Save", exact=True).click()

    told = staff.get_by_role("alert")
    expect(told).to_contain_text("Office: changed by Ivo Marsh")
    expect(told.get_by_role("row").nth(1)).to_have_text(
        re.compile(r"Contact phone\s*nothing\s*0116 000 0000\s*The newest version")
    )
    expect(staff.get_by_label("Contact phone")).to_have_value("0116 000 0000")
    expect(staff.get_by_label("Area")).to_have_value(f"{area}, all of it")
    axe(staff)
    staff.get_by_role("button", name="Save", exact=True).click()
    staff.wait_for_url("**/office/")

    staff.goto("/admin/elections/office/1/history/")
    entry = staff.locator(".portal-audit__entry").first
    expect(entry).to_contain_text("Vera Alles")
    expect(entry.get_by_role("row").nth(1)).to_contain_text(f"{area}, all of it")
    axe(staff)
