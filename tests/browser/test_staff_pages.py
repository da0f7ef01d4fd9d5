"""The staff pages pass the same checks as the public ones: the admin is a workplace."""

import pytest
from playwright.sync_api import expect

PAGES = [
    "/admin/",
    "/admin/elections/",
    "/admin/elections/office/1/change/",
    "/admin/elections/election/",
    "/admin/elections/election/add/",
    "/admin/elections/election/1/change/",
    "/admin/elections/keydate/",
    "/admin/elections/candidate/",
    "/admin/elections/candidate/add/",
    "/admin/elections/candidate/1/change/",
    "/admin/elections/candidate/import/",
    "/admin/elections/invitation/",
    "/admin/elections/invitation/1/change/",
    "/admin/elections/agent/",
    "/admin/elections/agent/1/change/",
    "/admin/elections/standingrequest/",
    "/admin/elections/user/",
    "/admin/elections/user/add/",
    "/admin/elections/signinrecord/",
    "/admin/elections/signinrecord/1/change/",
    "/admin/releases/release/",
    "/admin/releases/release/add/",
    "/admin/briefings/newsletter/",
    "/admin/briefings/newsletter/add/",
    "/admin/briefings/newsletter/1/change/",
    "/admin/briefings/document/",
    "/admin/briefings/document/add/",
    "/admin/briefings/statement/",
    "/admin/briefings/statement/add/",
    "/admin/briefings/statement/1/change/",
    "/admin/briefings/figure/",
    "/admin/briefings/figure/add/",
    "/admin/workshops/event/",
    "/admin/workshops/event/add/",
    "/admin/workshops/event/1/change/",
    "/admin/infolog/informationrequest/",
    "/admin/infolog/informationrequest/add/",
    "/admin/infolog/informationrequest/1/change/",
    "/admin/infolog/topic/",
    "/admin/elections/impartialitydeclaration/",
    "/admin/elections/user/1/change/",
    "/admin/elections/user/1/delete/",
    "/admin/audit/",
    "/admin/audit/?kind=briefings.newsletter",
]


@pytest.mark.parametrize("address", PAGES)
def test_staff_page_is_accessible(staff, axe, address):
    answer = staff.goto(address)

    assert answer.status == 200
    axe(staff)


@pytest.mark.parametrize("kind", ["candidate", "invitation", "agent", "keydate", "user"])
def test_every_column_of_a_list_is_in_sight(staff, kind):
    staff.goto(f"/admin/elections/{kind}/")

    needed, there = staff.evaluate(
        "(() => { const list = document.querySelector('#changelist .results');"
        " return [list.scrollWidth, list.clientWidth]; })()"
    )

    assert needed <= there


def test_staff_pages_send_strangers_to_the_portals_own_sign_in(page):
    page.goto("/admin/")

    page.wait_for_url("**/account/login/code/**")
    expect(page.get_by_label("E-mail address")).to_be_visible()
    assert page.get_by_label("Password").count() == 0
