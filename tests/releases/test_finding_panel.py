"""What the checks find, on the staff page of an item."""

import pytest
from django.utils.html import escape

from briefings.models import Newsletter, TextSection
from tests.briefings.conftest import make_newsletter  # noqa: F401  a factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, editor):
    """The staff page of an issue, as text."""
    client.force_login(editor)

    def _page(newsletter: Newsletter) -> str:
        response = client.get(f"/admin/briefings/newsletter/{newsletter.pk}/change/")
        return response.content.decode()

    return _page


UNFINISHED = "Summary: this sentence seems to break off: “… will tell you about the”."
DEAD = "“Budget”: the link “the report” leads nowhere: its address is only “#”."


def test_finding_stands_beside_its_field_and_says_how_grave_it_is(page, make_newsletter):  # noqa: F811
    newsletter = make_newsletter(summary="This issue of ours will tell you about the")

    text = page(newsletter)

    field = text[text.index('id="id_summary_helptext"') :]
    assert f"<strong>Warning:</strong> {escape(UNFINISHED)}" in field[:1000]
    assert '<a href="#id_summary">Summary (1)</a>' in text


def test_finding_in_a_part_stands_on_top(page, make_newsletter):  # noqa: F811
    newsletter = make_newsletter()
    TextSection.objects.create(
        parent=newsletter,
        region="main",
        ordering=1,
        heading="Budget",
        text='<p>Read <a href="#">the report</a>.</p>',
    )

    text = page(newsletter)

    assert f"<strong>Error:</strong> {escape(DEAD)}" in text
    assert text.index(escape(DEAD)) < text.index('id="id_title"')
    assert "An error must be put right before it can be released." in text


def test_page_of_a_clean_item_says_so(page, make_newsletter):  # noqa: F811
    assert "Nothing. They read this as it was last saved." in page(make_newsletter())


def test_released_item_shows_everything_on_top(page, make_newsletter, release_now):  # noqa: F811
    newsletter = make_newsletter(summary="This issue of ours will tell you about the")
    release_now(newsletter)

    text = page(newsletter)

    assert escape(UNFINISHED) in text
    assert "To put something right, make a new version of it." in text


def test_new_item_has_no_panel(client, editor, election):
    client.force_login(editor)

    text = client.get("/admin/briefings/newsletter/add/").content.decode()

    assert "What the checks found" not in text


def test_form_that_is_refused_shows_what_was_found_in_the_stored_item(
    client,
    editor,
    make_newsletter,  # noqa: F811
):
    newsletter = make_newsletter(summary="This issue of ours will tell you about the")
    client.force_login(editor)

    response = client.post(f"/admin/briefings/newsletter/{newsletter.pk}/change/", {"title": ""})

    assert response.status_code == 200
    assert escape(UNFINISHED) in response.content.decode()
