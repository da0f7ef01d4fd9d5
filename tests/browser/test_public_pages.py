"""Every public page as people meet it: on a desktop, on a phone, on paper, without a mouse."""

import pytest
from playwright.sync_api import expect

PAGES = [
    "/",
    "/elections/",
    "/pcc-2016/",
    "/pcc-2021/newsletters/",
    "/pcc-2021/newsletters/issue-1/",
    "/pcc-2021/newsletters/issue-3/",
    "/pcc-2021/programme/",
    "/pcc-2021/programme/by-day/",
    "/pcc-2021/programme/chief-constable-operational-briefing/",
    "/pcc-2024/log/",
    "/pcc-2024/log/?topic=budget-and-savings",
    "/pcc-2024/log/ir-7k4qx/",
    "/pcc-2024/log/table/",
    "/pcc-2016/figures/",
    "/pcc-2021/figures/band-d-precept-2021-22/",
    "/pcc-2021/statements/community-safety-partnership-funding/",
    "/pcc-2024/statements/workforce-and-women-2024/",
    "/pcc-2021/documents/",
    "/pcc-2021/documents/candidate-news-1/",
    "/by-election/dates/",
    "/by-election/candidates/",
    "/by-election/ledger/",
    "/by-election/ledger/?kind=catch-up",
    "/ledger/",
    "/accessibility/",
    "/privacy/",
    "/cookies/",
    "/contact/",
    "/account/login/code/",
]


@pytest.mark.parametrize("address", PAGES)
def test_public_page_on_a_desktop(page, axe, no_sideways_scroll, address):
    answer = page.goto(address)

    assert answer.status == 200
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    no_sideways_scroll(page)
    axe(page)


@pytest.mark.parametrize("address", PAGES)
def test_public_page_on_a_phone(phone, axe, no_sideways_scroll, address):
    answer = phone.goto(address)

    assert answer.status == 200
    no_sideways_scroll(phone)
    axe(phone)


@pytest.mark.parametrize("address", ["/no-such-election/", "/pcc-2021/newsletters/issue-9/"])
def test_missing_page_is_in_the_frame(phone, portal, axe, no_sideways_scroll, address):
    phone.route("**/favicon.*", lambda route: route.abort())

    content = phone.request.get(address)
    phone.set_content(content.text())

    assert content.status == 404
    expect(phone.get_by_role("link", name="Candidates’ portal").first).to_be_visible()


def test_first_visit_transfers_at_most_45_kb_without_a_script(page):
    loaded: list[tuple[str, int]] = []
    page.on(
        "requestfinished",
        lambda request: loaded.append((request.resource_type, request.sizes()["responseBodySize"])),
    )

    page.goto("/pcc-2021/newsletters/issue-1/", wait_until="networkidle")

    kinds = [kind for kind, _ in loaded]
    assert kinds.count("stylesheet") == 1
    assert kinds.count("script") == 0
    assert 0 < sum(size for _, size in loaded) <= 45_000


def test_keyboard_alone_leads_from_the_first_page_to_an_answer(page):
    page.goto("/pcc-2024/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()

    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "The whole information log":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/pcc-2024/log/")

    for _ in range(60):
        page.keyboard.press("Tab")
        if "ir-7k4qx" in (page.evaluate("document.activeElement.href") or ""):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/log/ir-7k4qx/")
    expect(page.get_by_text("The slides shown on the day")).to_be_visible()


def test_log_filter_works_without_a_script(page):
    page.goto("/pcc-2024/log/")

    page.get_by_text("Search and filter").click()
    page.get_by_label("Topic").select_option(label="Violence Reduction Network")
    page.get_by_role("button", name="Show requests").click()

    expect(page.locator("main")).to_contain_text("2 requests")


def test_printed_page_leaves_out_what_paper_cannot_use(page):
    page.goto("/pcc-2021/newsletters/issue-1/")

    page.emulate_media(media="print")

    expect(page.get_by_role("navigation", name="Breadcrumb")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
