import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from elections.models import Office

PAGES = ["accessibility", "privacy", "cookies", "contact"]
COLOURS = dict(
    re.findall(
        r'"(\w+)": (#[0-9a-f]{6})', Path(settings.BASE_DIR, "static/_colours.scss").read_text()
    )
)
WHITE, SURFACE = "#ffffff", "#f3f3f3"


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_every_colour_an_office_can_choose_is_drawn():
    assert set(COLOURS) == set(Office.Colour.values)


@pytest.mark.parametrize("name", Office.Colour.values)
def test_every_colour_can_be_read_on_white_and_grey(name):
    assert contrast(COLOURS[name], WHITE) >= 7
    assert contrast(COLOURS[name], SURFACE) >= 7


@pytest.mark.parametrize("page", PAGES)
def test_page_is_drawn_for_the_office(client, election, page):
    office = election.office
    office.colour = "plum"
    office.save()

    content = client.get(reverse(page)).content.decode()

    assert 'class="govuk-template__body portal-colour-plum"' in content
    assert "Leicestershire OPCC</title>" in content
    assert content.count("<h1") == 1


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.django_db
def test_page_is_drawn_without_any_election(client, page):
    response = client.get(reverse(page))

    assert response.status_code == 200
    assert "portal-colour-navy" in response.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_page_sets_no_cookie_for_who_only_reads(client, election, page):
    assert not client.get(reverse(page)).cookies


def test_contact_names_the_point_of_contact_and_the_returning_officer(client, election):
    content = client.get(reverse("contact")).content.decode()

    assert 'href="mailto:office@example.org"' in content
    assert "The election contact" in content
    assert "police area returning officer (PARO)" in content


def test_cookies_page_names_every_cookie_of_the_portal(client, election):
    content = client.get(reverse("cookies")).content.decode()

    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages"):
        assert f">{name}</dt>" in content
    assert "Ends after 14 hours" in content


def test_accessibility_statement_has_what_the_regulations_ask(client, election):
    content = client.get(reverse("accessibility")).content.decode()

    for part in (
        "WCAG) 2.2",
        "Accessibility Regulations 2018",
        "partially compliant",
        "EHRC",
        "EASS",
    ):
        assert part in content


def test_privacy_page_names_the_legal_basis_and_the_commissioner(client, election):
    content = client.get(reverse("privacy")).content.decode()

    assert "Article 6(1)(e)" in content
    assert "ico.org.uk" in content


def test_frame_has_a_skip_link_that_leads_to_the_content(client, election):
    content = client.get(reverse("contact")).content.decode()

    assert content.index('href="#main-content"') < content.index("<header")
    assert '<main class="govuk-main-wrapper" id="main-content"' in content
    assert '<html lang="en-GB"' in content


def test_frame_needs_one_style_sheet_and_no_script(client, election):
    content = client.get(reverse("contact")).content.decode()

    assert content.count('rel="stylesheet"') == 1
    assert "<script" not in content
    assert "style=" not in content
    assert "csrfmiddlewaretoken" not in content


def test_frame_greets_who_is_signed_in(client, election, candidate):
    client.force_login(candidate)

    content = client.get(reverse("contact")).content.decode()

    assert ">Candidate</a>" in content
    assert ">Sign out</button>" in content
    assert ">Staff pages</a>" not in content


def test_frame_leads_staff_to_their_pages(client, election, editor):
    client.force_login(editor)

    content = client.get(reverse("contact")).content.decode()

    assert ">Staff pages</a>" in content


def test_robots_are_kept_from_account_and_staff_pages(client):
    assert client.get("/robots.txt").content.decode() == (
        "User-agent: *\nDisallow: /account/\nDisallow: /admin/\nDisallow: /my-page/\n"
    )


def test_favicon_is_found_at_its_old_address(client):
    response = client.get("/favicon.ico")

    assert (response.status_code, response.url) == (302, "/static/favicon.ico")
