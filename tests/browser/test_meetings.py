"""Slots from an availability, wishes, and the report and the register that come of them."""

import datetime as dt
import os

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

OFFER = "/admin/workshops/event/add/"
AVAILABILITY = "/admin/workshops/availability/add/"


def shown(page: Page, name: str) -> None:
    """Kept for whoever looks at the pages themselves, where they ask for it."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture
def look(axe, no_sideways_scroll):
    def _look(page: Page, name: str) -> None:
        axe(page)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            no_sideways_scroll(page)
            shown(page, f"{name}-{width}")

    return _look


def test_organiser_makes_slots_of_an_availability(staff, look):
    staff.goto(OFFER)
    staff.get_by_label("Title", exact=False).first.fill("One-to-one with the Monitoring Officer")
    staff.get_by_label("Kind").first.select_option("one-to-one")
    staff.get_by_label("Summary").fill("A meeting to ask your questions.")
    staff.get_by_label("Booked on the portal").check()
    staff.get_by_label("Election", exact=False).first.select_option(index=1)
    staff.get_by_role("button", name="Save", exact=True).click()
    expect(staff.get_by_text("was added successfully")).to_be_visible()

    first = timezone.localdate() + dt.timedelta(days=14)
    staff.goto(AVAILABILITY)
    staff.get_by_label("Election", exact=False).first.select_option(index=1)
    staff.get_by_label("Officer").fill("Monitoring Officer")
    staff.get_by_label("First day").fill(first.isoformat())
    staff.get_by_label("Last day").fill((first + dt.timedelta(days=6)).isoformat())
    for row, weekday in enumerate(("0", "2")):
        staff.locator(f"#id_hours-{row}-weekday").select_option(weekday)
        staff.locator(f"#id_hours-{row}-starts_at").fill("09:00")
        staff.locator(f"#id_hours-{row}-ends_at").fill("12:00")
    look(staff, "availability")
    staff.get_by_role("button", name="Save and continue editing").click()
    staff.get_by_role("link", name="Make slots of it").click()
    staff.get_by_label("Draft of a one-to-one offer").select_option(
        label="One-to-one with the Monitoring Officer"
    )
    staff.get_by_role("button", name="Show what would be made").click()
    expect(staff.get_by_role("heading", name="slots of 45 minutes would be made")).to_be_visible()
    look(staff, "slots")
    staff.get_by_role("button", name="Make").click()

    expect(staff.get_by_text("slots were made. Booking of each closes 48 hours")).to_be_visible()
    assert staff.locator("#slots-group .has_original").count() >= 3


@pytest.mark.parametrize(
    "address",
    [
        "/admin/workshops/availability/",
        "/admin/workshops/draw/",
        "/admin/workshops/meeting/",
        "/admin/workshops/meeting/add/",
        "/admin/workshops/eventbook/equal-offers/",
    ],
)
def test_staff_pages_are_accessible(staff, look, address):
    assert staff.goto(address).status == 200
    look(staff, address.strip("/").replace("/", "-"))


def test_register_is_accessible(page, look):
    page.goto("/pcc-2021/programme/meetings/")
    expect(page.get_by_role("heading", name="Meetings held")).to_be_visible()
    look(page, "register")


def test_offer_page_lets_a_candidate_say_no(page, sign_in, look):
    sign_in("candidate@example.org")
    page.goto("/by-election/programme/one-to-one-chief-executive/")
    expect(page.get_by_role("button", name="No, thank you")).to_be_visible()
    look(page, "offer")


def test_candidate_says_wishes_before_booking_opens(page, sign_in, look):
    sign_in("candidate@example.org")
    page.goto("/by-election/programme/one-to-one-finance-officer/")
    look(page, "offer-with-wishes")
    page.get_by_role("link", name="Say beforehand which times you would like").click()
    page.get_by_label("First wish").select_option(index=2)
    page.get_by_label("Second wish").select_option(index=1)
    look(page, "wishes")
    page.get_by_role("button", name="Keep these wishes").click()

    expect(page.get_by_text("Your wishes are kept.")).to_be_visible()
    expect(page.get_by_text("2 wishes kept for")).to_be_visible()
    look(page, "wishes-kept")
