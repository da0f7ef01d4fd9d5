"""A draft with something wrong in it: staff see what, beside the field and on top."""

from playwright.sync_api import expect


def test_findings_of_a_draft_stand_beside_their_field(staff, axe):
    staff.goto("/admin/briefings/newsletter/?q=Your+questions+so+far")
    staff.get_by_role("link", name="Your questions so far").click()
    staff.get_by_label("Summary").fill("What was asked last week, and what the office said of the")
    staff.get_by_role("button", name="Save and continue editing").click()

    panel = staff.get_by_role("region", name="What the checks found")
    expect(panel.get_by_role("link", name="Summary (1)")).to_be_visible()
    expect(staff.locator("#id_summary_helptext")).to_contain_text(
        "Warning: Summary: this sentence seems to break off: “… the office said of the”."
    )
    axe(staff)


def test_findings_of_what_is_released_stand_on_top(staff, axe):
    staff.goto("/admin/briefings/figure/?q=Gap+in+the+finances")
    staff.get_by_role("link", name="Gap in the finances, as an answer put it").click()

    panel = staff.get_by_role("region", name="What the checks found")
    expect(panel).to_contain_text("Warning: £8.6m (Gap in the finances, as an answer put it)")
    axe(staff)
