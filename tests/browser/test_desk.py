"""The staff's first page, and looking at the portal with other eyes."""

from playwright.sync_api import Page, expect

ELECTION = "Police and Crime Commissioner election 2021"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}


def look_as(staff: Page, choice: str) -> None:
    staff.goto("/admin/")
    staff.get_by_label("Look at the portal as").select_option(label=choice)
    staff.get_by_role("button", name="Look", exact=True).click()


def test_first_page_leads_to_what_is_due(staff, axe, no_sideways_scroll):
    for size in (DESKTOP, PHONE):
        staff.set_viewport_size(size)
        staff.goto("/admin/")
        axe(staff)
        no_sideways_scroll(staff)
    staff.set_viewport_size(DESKTOP)

    due = staff.get_by_role("region", name="What is due and what is wrong")
    due.get_by_role("link", name="Key dates to confirm").click()

    expect(staff.get_by_role("heading", name="Select key date")).to_be_visible()
    assert staff.locator("#result_list tbody tr").count() > 0
    axe(staff)


def test_staff_look_as_the_public_and_as_a_candidate(staff, axe, no_sideways_scroll):
    look_as(staff, "The public")
    banner = staff.get_by_role("region", name="What you are looking as")
    for size in (DESKTOP, PHONE):
        staff.set_viewport_size(size)
        for address in ("/", "/admin/", "/nowhere/"):
            staff.goto(address)
            expect(banner).to_contain_text("You are looking as the public. Nothing can be changed.")
            axe(staff)
            no_sideways_scroll(staff)
    staff.set_viewport_size(DESKTOP)
    staff.goto("/")
    expect(staff.get_by_role("link", name="Sign in")).to_be_visible()
    banner.get_by_role("button", name="Stop looking").click()
    expect(banner).to_have_count(0)

    look_as(staff, f"A candidate of {ELECTION}")
    expect(banner).to_contain_text(f"You are looking as a candidate of {ELECTION}.")
    expect(staff.get_by_role("link", name="A candidate", exact=True)).to_be_visible()
    staff.goto("/admin/elections/office/1/change/")
    staff.get_by_label("Area:").fill("Never saved")
    staff.get_by_role("button", name="Save", exact=True).click()
    expect(staff.get_by_role("heading", name="Nothing was changed")).to_be_visible()
    axe(staff)
    banner.get_by_role("button", name="Stop looking").click()

    staff.wait_for_url("**/admin/")
    staff.goto("/admin/elections/office/1/change/")
    expect(staff.get_by_label("Area:")).not_to_have_value("Never saved")
