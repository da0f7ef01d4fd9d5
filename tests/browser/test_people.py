"""Candidates, their agents and people who mean to stand, each at their own work."""

import datetime as dt

import pytest
from playwright.sync_api import expect

SLUG = "pcc-2099"


@pytest.fixture(scope="module")
def open_election(staff) -> str:
    """The address of an election that still takes requests to be invited."""
    staff.goto("/admin/elections/election/add/")
    staff.get_by_label("Office:").select_option(index=1)
    staff.get_by_label("Name:", exact=True).fill("Election of 2099")
    staff.get_by_label("Address:").fill(SLUG)
    staff.get_by_label("Polling day:").fill("07/05/2099")
    staff.get_by_role("button", name="Save", exact=True).click()
    expect(staff.get_by_text("was added successfully")).to_be_visible()
    return f"/{SLUG}/candidates/standing/"


def test_candidate_invites_an_agent_and_ends_the_access(
    page, sign_in, axe, no_sideways_scroll, data_dir
):
    sign_in("candidate@example.org")
    page.goto("/account/agents/")
    axe(page)
    page.set_viewport_size({"width": 320, "height": 640})
    no_sideways_scroll(page)
    page.set_viewport_size({"width": 1280, "height": 900})

    page.get_by_label("Name").fill("Ada Lowe")
    page.get_by_label("E-mail address").fill("nonsense")
    with page.expect_navigation():
        page.get_by_role("button", name="Invite this agent").click()
    axe(page)
    page.get_by_role("link", name="Enter an e-mail address in the right form").click()
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_role("button", name="Invite this agent").click()

    expect(page.get_by_role("heading", name="Ada Lowe")).to_be_visible()
    expect(page.get_by_text("Not taken up yet")).to_be_visible()
    mails = [path.read_text() for path in (data_dir / "mail").glob("*")]
    assert any("To: ada@example.org" in mail and "/account/login/code/" in mail for mail in mails)

    with page.expect_navigation():
        page.get_by_role("link", name="End access of Ada Lowe").click()
    axe(page)
    no_sideways_scroll(page)
    page.get_by_role("button", name="End access").click()
    expect(page.get_by_text("The access of Ada Lowe has ended.")).to_be_visible()
    expect(page.get_by_role("heading", name="Ada Lowe")).to_have_count(0)


def test_agent_reads_what_candidates_read_and_has_no_agents(page, sign_in):
    sign_in("agent@example.org")

    assert page.goto("/account/agents/").status == 404


@pytest.mark.parametrize("width", [1280, 320])
def test_somebody_tells_the_office_and_staff_decline(
    page, staff, open_election, axe, no_sideways_scroll, width
):
    page.set_viewport_size({"width": width, "height": 900})
    name = f"Somebody {width}"
    page.goto(f"/{SLUG}/candidates/")
    with page.expect_navigation():
        page.get_by_role("link", name="Tell the office that you are standing").click()
    axe(page)
    no_sideways_scroll(page)
    expect(page.get_by_label("Leave this empty")).not_to_be_in_viewport()
    with page.expect_navigation():
        page.get_by_role("button", name="Tell the office").click()
    axe(page)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("E-mail address").fill(f"somebody{width}@example.org")
    page.get_by_role("button", name="Tell the office").click()
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
    axe(page)

    staff.goto("/admin/elections/standingrequest/")
    with staff.expect_navigation():
        staff.get_by_role("link", name=name).click()
    axe(staff)
    with staff.expect_navigation():
        staff.get_by_role("link", name="Decline").click()
    axe(staff)
    staff.get_by_label("Reason:").fill("Invented")
    staff.get_by_role("button", name="Decline").click()
    expect(staff.get_by_text(f"The request of {name} is declined.")).to_be_visible()


def test_staff_take_candidates_in_from_a_file(staff, open_election, axe):
    day = dt.date(2099, 1, 5).isoformat()
    head = "Surname;Other names;E-mail;Status;Effective from"
    good, bad = f"LOWE;Cy;cy@example.org;Interested;{day}", "WEIR;Di;di@example.org;King;soon"
    staff.goto("/admin/elections/candidate/import/")
    for rows, button in (((good, bad), 0), ((good,), 1)):
        staff.goto("/admin/elections/candidate/import/")
        staff.get_by_label("Election:").select_option(label="Election of 2099")
        content = "\n".join((head, *rows)).encode()
        staff.get_by_label("CSV file:").set_input_files(
            {"name": "candidates.csv", "mimeType": "text/csv", "buffer": content}
        )
        with staff.expect_navigation():
            staff.get_by_role("button", name="Show what would happen").click()
        axe(staff)
        confirm = staff.get_by_role("button", name="Confirm: take in 1 row")
        expect(confirm).to_have_count(button)
    confirm.click()
    expect(staff.get_by_text("Rows taken in: 1.")).to_be_visible()


def test_staff_record_a_status_on_the_candidates_page(staff, axe):
    staff.goto("/admin/elections/candidate/4/change/")
    staff.get_by_label("Status:", exact=True).first.select_option("Elected")
    staff.get_by_label("From:", exact=True).first.fill("01/01/2099")
    staff.get_by_label("Official notice:", exact=True).first.fill("Declaration of result")
    staff.get_by_role("button", name="Save and continue editing").click()
    expect(staff.get_by_text("“Elected” cannot follow “Withdrawn”.")).to_be_visible()
    axe(staff)
