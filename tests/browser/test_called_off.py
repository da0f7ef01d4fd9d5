"""An event is postponed, and its link given to those booked: staff write it, candidates read it."""

import re

from playwright.sync_api import Page, expect

EVENT = "/by-election/programme/control-room-visit/"
BOOKED = "candidate@example.org"


def test_staff_say_how_to_join_and_who_is_booked_reads_it(
    page: Page, staff: Page, sign_in, axe, no_sideways_scroll
):
    sign_in(BOOKED)
    page.wait_for_url("**/my-page/")
    page.goto(f"{EVENT}book/")
    page.locator("input[name=slot]").first.check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name=re.compile("Book this place")).click()
    expect(page.get_by_text("Your place is booked.")).to_be_visible()
    booking = page.url
    expect(page.get_by_text("How to join")).to_have_count(0)

    staff.goto("/admin/workshops/joining/add/")
    axe(staff)
    for width in (1280, 320):
        staff.set_viewport_size({"width": width, "height": 900})
        no_sideways_scroll(staff)
    slot = staff.get_by_label("Event and time")
    slot.select_option(
        index=next(
            index
            for index, text in enumerate(slot.locator("option").all_inner_texts())
            if "ontrol room" in text
        )
    )
    staff.get_by_label("Link to join").fill("https://meet.example.org/visit")
    staff.get_by_label("Room").fill("Main entrance, ask for the duty officer")
    staff.get_by_label("Instructions").fill("Bring a paper with your photograph.")
    staff.get_by_role("button", name="Keep").click()
    expect(staff.get_by_text("Everyone booked gets a mail")).to_be_visible()
    axe(staff)

    page.goto("/by-election/programme/")
    expect(page.get_by_text("Cancelled The second speaker is ill.")).to_be_visible()
    axe(page)
    page.goto("/by-election/programme/commissioning-workshop/")
    expect(page.get_by_text("Cancelled The second speaker is ill.")).to_be_visible()
    axe(page)
    page.goto(booking)
    expect(page.get_by_role("heading", name="How to join")).to_be_visible()
    axe(page)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        no_sideways_scroll(page)

    staff.goto("/admin/workshops/event/add/")
    axe(staff)
    for width in (1280, 320):
        staff.set_viewport_size({"width": width, "height": 900})
        no_sideways_scroll(staff)
