"""Notes at an event on a tablet; what an answer rests on; the log in numbers; a topic by mail."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

TABLET = {"width": 768, "height": 1024}
PHONE = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 900}
QUESTION = "Who pays for the lights at the boat sheds?"


def look(page: Page, axe, no_sideways_scroll, name: str) -> None:
    for width, size in (("desktop", DESKTOP), ("phone", PHONE), ("tablet", TABLET)):
        page.set_viewport_size(size)
        axe(page)
        no_sideways_scroll(page)
        if folder := os.environ.get("PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def test_notes_are_taken_one_after_the_other(staff, axe, no_sideways_scroll):
    staff.set_viewport_size(TABLET)
    staff.goto("/admin/")
    staff.get_by_role("link", name="Take notes at an event").click()
    look(staff, axe, no_sideways_scroll, "choose")
    staff.get_by_role("list").get_by_role("link").filter(has_text="Panel").last.click()
    heading = staff.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Notes at")
    event = heading.inner_text()

    staff.get_by_label("Question").fill(QUESTION)
    staff.get_by_label("Speaker", exact=True).fill("Priya Raman")
    staff.get_by_role("button", name="Save, and next question").click()
    expect(staff.get_by_role("link", name="Write what Priya Raman said")).to_be_visible()
    assert staff.get_by_label("Question").input_value() == QUESTION
    look(staff, axe, no_sideways_scroll, "error")

    staff.get_by_label("Speaker: what was said").fill("The office pays for them.")
    staff.get_by_role("button", name="Add another speaker").click()
    staff.get_by_label("Speaker 2", exact=True).fill("Martin Osei")
    staff.get_by_label("Speaker 2: what was said").fill("About £200 a year.")
    staff.get_by_label("Promised follow-up").fill("The bill of last year, by Friday.")
    look(staff, axe, no_sideways_scroll, "note")
    staff.get_by_role("button", name="Save, and next question").click()

    expect(staff.get_by_text("Saved as a draft")).to_be_visible()
    assert heading.inner_text() == event
    assert staff.get_by_label("Question").input_value() == ""
    staff.get_by_role("link", name=QUESTION).click()
    staff.set_viewport_size(DESKTOP)
    expect(staff.get_by_label("Verbal (in person)")).to_be_checked()
    staff.get_by_role("link", name="Write or read the responses to this part").click()
    axe(staff)
    if folder := os.environ.get("PICTURES"):
        staff.screenshot(path=f"{folder}/part.png", full_page=True)


def test_answer_shows_what_it_rests_on(page, axe, no_sideways_scroll):
    page.goto("/")
    page.get_by_role("link", name="Information log").first.click()
    look(page, axe, no_sideways_scroll, "log")
    page.get_by_role("link", name="What one per cent on the precept brings in").first.click()
    expect(page.get_by_text("£300.2302 a year")).to_be_visible()
    look(page, axe, no_sideways_scroll, "answer")
    page.get_by_role("link", name="Band D precept").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Band D precept")


def test_numbers_lead_to_a_topic_by_mail(page, axe, no_sideways_scroll):
    page.goto("/")
    page.get_by_role("link", name="Information log").first.click()
    page.get_by_role("link", name="The log in numbers, and feeds of its topics").click()
    look(page, axe, no_sideways_scroll, "numbers")
    page.get_by_role("link", name="mail about Victims").click()
    expect(page.get_by_label("Victims")).to_be_checked()
    look(page, axe, no_sideways_scroll, "follow")
