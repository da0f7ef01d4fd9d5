"""An office takes its old log in: upload, columns, every row in doubt, drafts."""

import os
import re

from playwright.sync_api import Page, expect

ELECTION = "Police and Crime Commissioner election 2021"
LOG = (
    "Candidate\tDate\tChannel\tQuestion\tAnswer\n"
    "Cora Canary\t10/04/2021\tE-mail\tHow many officers are there?\tPH: 2,242 officers.\n"
    "\t\t\t\tThe Chief Constable noted that there are more.\n"
    "Cora Canary\t11/04/2021\tPhone\tBudget: how much is it?\tIt is £5m, as Mr Ellison said.\n"
    "\t12/04/2021\tLetter\tWhy is that so?\t"
)
SIZES = {1280: {"width": 1280, "height": 900}, 320: {"width": 320, "height": 640}}


def _look(page: Page, axe, no_sideways_scroll, name: str) -> None:
    for width in (320, 1280):
        page.set_viewport_size(SIZES[width])
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        axe(page)
        no_sideways_scroll(page)


def test_old_log_becomes_drafts(staff, axe, no_sideways_scroll):
    staff.goto("/admin/infolog/logimport/add/")
    _look(staff, axe, no_sideways_scroll, "upload")
    staff.get_by_label("Election").select_option(label=ELECTION)
    staff.get_by_label("Or paste the log").fill(LOG)
    staff.get_by_role("button", name="Read it").click()

    expect(staff.get_by_role("heading", name="What each column holds")).to_be_visible()
    _look(staff, axe, no_sideways_scroll, "columns")
    staff.get_by_role("button", name="Go on: read the rows").click()

    expect(staff.get_by_role("heading", name="Request 2: waits")).to_be_visible()
    _look(staff, axe, no_sideways_scroll, "review")
    expect(staff.get_by_text("Canary")).to_have_count(0)
    second = staff.get_by_role("region", name="Request 2: waits")
    second.get_by_role("link", name="Edit request 2").click()
    _look(staff, axe, no_sideways_scroll, "request")
    staff.get_by_label("What they said").first.fill("It is £5m.")
    staff.get_by_role("button", name="Keep this").click()

    third = staff.get_by_role("region", name="Request 3: waits")
    third.get_by_label("Why").fill("It was never answered.")
    third.get_by_role("button", name="Leave out").click()
    expect(staff.get_by_text("Request 3 is left out.")).to_be_visible()
    staff.get_by_role("button", name="Make drafts of 2").click()

    expect(staff.get_by_role("heading", name="Request 1: a draft")).to_be_visible()
    staff.goto("/admin/infolog/logimport/")
    _look(staff, axe, no_sideways_scroll, "list")


def test_log_is_downloaded_as_a_tagged_pdf(page, axe, no_sideways_scroll):
    page.goto("/pcc-2024/log/")
    page.get_by_text("Download the log as a file").click()
    _look(page, axe, no_sideways_scroll, "files")

    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("PDF.*four columns")).click()

    assert download.value.suggested_filename == "pcc-2024-information-requests-log.pdf"
