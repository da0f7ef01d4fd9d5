"""A candidate’s own page: where they land, what is new, and the file of what is held."""

import json

import pytest
from playwright.sync_api import expect


@pytest.fixture
def mine(page, sign_in):
    sign_in("candidate@example.org")
    page.wait_for_url("**/my-page/")
    return page


def test_candidate_lands_on_their_page_and_takes_their_data(mine, axe, no_sideways_scroll):
    expect(mine.get_by_role("heading", name="My page", level=1)).to_be_visible()
    expect(mine.get_by_role("heading", name="Your next dates")).to_be_visible()
    expect(mine.locator(".portal-entry")).not_to_have_count(0)
    axe(mine)
    mine.get_by_role("link", name="Everything so far").or_(
        mine.get_by_role("heading", name="Everything so far")
    ).first.wait_for()
    mine.goto("/my-page/?everything")
    newest = mine.get_by_role("region", name="Everything so far").locator(".portal-list__main")
    expect(newest).to_have_count(10)
    axe(mine)
    mine.set_viewport_size({"width": 320, "height": 640})
    no_sideways_scroll(mine)
    axe(mine)

    with mine.expect_download() as download:
        mine.get_by_role("link", name="Download what the office holds about you").click()

    with open(download.value.path()) as file:
        data = json.load(file)
    assert data["account"]["email"] == "candidate@example.org"
    assert len(data["candidacies"]) == 1
    assert "second.candidate@example.org" not in json.dumps(data)


def test_candidate_has_a_calendar_address_made_by_keyboard(mine, axe, no_sideways_scroll):
    mine.get_by_role("button", name="Make my calendar address").focus()
    mine.keyboard.press("Enter")
    address = mine.locator("#calendar-address")
    first = address.inner_text()
    expect(mine.get_by_role("alert")).to_contain_text("Your calendar address is new.")
    axe(mine)
    mine.set_viewport_size({"width": 320, "height": 640})
    no_sideways_scroll(mine)
    axe(mine)
    assert mine.request.get(first).text().startswith("BEGIN:VCALENDAR")

    mine.get_by_role("button", name="Make a new calendar address").click()

    expect(address).not_to_have_text(first)
    assert mine.request.get(first).status == 404
    assert mine.request.get(address.inner_text()).status == 200


def test_page_is_walked_by_keyboard_alone(mine):
    reached = []
    for _ in range(80):
        mine.keyboard.press("Tab")
        text = mine.evaluate("document.activeElement.textContent.trim()")
        reached.append(text)
        if text.startswith("Download what the office holds"):
            break

    assert reached[0] == "Skip to main content"
    assert "My agents" in reached
    assert reached[-1].startswith("Download what the office holds about you")


def test_agent_lands_on_the_page_of_their_candidate(page, sign_in, axe):
    sign_in("agent@example.org")
    page.wait_for_url("**/my-page/")

    expect(page.get_by_text("Tobias Wren, agent for ")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Tobias Wren").click()
    expect(page).to_have_url(page.url)
    page.get_by_role("link", name="My account").click()
    page.get_by_role("link", name="Back to my page").click()
    page.wait_for_url("**/my-page/")


def test_withdrawn_candidate_is_told_that_access_has_ended(page, sign_in, axe):
    sign_in("fourth.candidate@example.org")
    page.wait_for_url("**/my-page/")

    expect(page.get_by_text("Access to what is for candidates only ended on")).to_be_visible()
    expect(page.get_by_role("heading", name="Your next dates")).to_have_count(0)
    axe(page)
