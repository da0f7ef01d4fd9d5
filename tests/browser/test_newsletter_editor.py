"""An issue is written in a real browser: sections are added, moved and dragged, then read."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import declare_impartiality

# In the middle of a section's title, in its upper half: what is dropped there comes before it.
GRIP = {"x": 300, "y": 8}
LABELS = ".order-machine .inline-related:not(.empty-form)"


@pytest.fixture
def editor_page(page, sign_in) -> Page:
    """On the page for a new issue. The page fails on whatever the security policy stops."""
    sign_in("editor@example.org")
    declare_impartiality(page)
    declare_impartiality(page)
    page.goto("/admin/briefings/newsletter/add/")
    expect(page.get_by_role("button", name="Add text")).to_be_visible()
    return page


def _add(page: Page, kind: str, heading: str) -> None:
    """Add a section by the keyboard alone; the cursor lands in its first field."""
    page.get_by_role("button", name=f"Add {kind}", exact=True).press("Enter")
    page.keyboard.type(heading)


def _headings(page: Page) -> list[str]:
    """The headings in the order in which they are seen."""
    fields = page.locator(f"{LABELS} input[name$=-heading]")
    seen = [(field.bounding_box()["y"], field.input_value()) for field in fields.all()]
    return [heading for _, heading in sorted(seen)]


def test_editor_writes_moves_and_keeps_sections(editor_page):
    page = editor_page
    page.get_by_label("Title").fill("Written in a browser")
    page.get_by_label("Summary").fill("Three sections.")

    _add(page, "text", "First")
    text = page.locator("#briefings_textsection_set-0")
    text.get_by_role("textbox", name="Text").click()
    page.keyboard.type("Read the ")
    text.get_by_role("button", name="bold").click()
    page.keyboard.type("plan")
    text.get_by_role("button", name="bold").click()
    page.keyboard.type(".\n")
    text.get_by_role("button", name="unordered list").click()
    page.keyboard.type("one\ntwo")
    _add(page, "contact", "Second")
    page.keyboard.press("Tab")
    page.keyboard.type("Ask us.")
    _add(page, "live programme", "Third")

    programme = page.locator("#briefings_programmesection_set-0")
    programme.get_by_role("button", name="Move up").press("Enter")
    moved = _headings(page)
    status = page.get_by_role("status").inner_text()
    page.set_viewport_size({"width": 1280, "height": 3000})
    title, above = text.locator("> h3"), page.locator("#briefings_contactsection_set-0 > h3")
    title.drag_to(above, source_position=GRIP, target_position=GRIP)
    page.get_by_role("button", name="Save and continue editing").click()

    assert moved == ["First", "Third", "Second"]
    assert "is now section 2 of 3" in status
    expect(page.get_by_text("was added successfully")).to_be_visible()
    # The page's script puts the sections in their places after the page is there.
    expect(page.locator(LABELS)).to_have_count(3)
    assert _headings(page) == ["Third", "First", "Second"]
    source = page.locator("textarea[name$=-text]").first
    assert source.input_value() == (
        "<p>Read the <strong>plan</strong>.</p><ul><li><p>one</p></li><li><p>two</p></li></ul>"
    )


def test_editor_with_sections_is_accessible(staff, axe):
    staff.goto("/admin/briefings/newsletter/add/")
    for kind in ("text", "table of figures", "live programme", "headline figures", "documents"):
        _add(staff, kind, kind)

    axe(staff)
