from playwright.sync_api import expect


def _expect_frame(page) -> None:
    expect(page.get_by_role("banner")).to_be_visible()
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("contentinfo")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_home_on_a_desktop_has_the_frame(page, axe, no_sideways_scroll):
    answer = page.goto("/")

    assert answer.status == 200
    _expect_frame(page)
    no_sideways_scroll(page)
    axe(page)


def test_home_on_a_phone_has_the_frame_and_scrolls_one_way(phone, axe, no_sideways_scroll):
    answer = phone.goto("/")

    assert answer.status == 200
    _expect_frame(phone)
    no_sideways_scroll(phone)
    axe(phone)


def test_signing_in_by_the_code_in_the_mail_leads_home(page, sign_in):
    sign_in("candidate@example.org")

    page.wait_for_url("**/")
    expect(
        page.get_by_role("link", name="Sign out").or_(page.get_by_role("button", name="Sign out"))
    ).to_be_visible()
