import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from model_bakery import baker

from briefings.models import (
    ContactSection,
    DocumentsSection,
    FiguresSection,
    Newsletter,
    ProgrammeSection,
    TableSection,
    TextSection,
)
from releases.kept import forget
from tests.conftest import PortalClient
from workshops.models import Event, Slot

LIST = "/pcc-2021/newsletters/"
LATER = dt.datetime(2021, 4, 1, 9, 0, tzinfo=dt.UTC)
SECTIONS = (
    TextSection,
    TableSection,
    ProgrammeSection,
    FiguresSection,
    DocumentsSection,
    ContactSection,
)
ALL = {"anonymous", "candidate", "other_candidate", "withdrawn_candidate", "staff"}


@pytest.fixture
def readers(candidate, other_candidate, withdrawn_candidate, editor):
    """Everyone who may come by, each signed in as who they are."""
    users = {
        "candidate": candidate,
        "other_candidate": other_candidate,
        "withdrawn_candidate": withdrawn_candidate,
        "staff": editor,
    }
    clients = {"anonymous": PortalClient()}
    for name, user in users.items():
        clients[name] = PortalClient()
        clients[name].force_login(user)
    return clients


@pytest.fixture
def add_section():
    """Add a section at the end of an issue; many-to-many fields by their lists."""

    def _add(model, newsletter, *, figures=(), documents=(), **fields):
        count = sum(kind.objects.filter(parent=newsletter).count() for kind in SECTIONS)
        section = model.objects.create(
            parent=newsletter, region="main", ordering=10 * (count + 1), **fields
        )
        if figures:
            section.figures.set(figures)
        if documents:
            section.documents.set(documents)
        return section

    return _add


def _text(response) -> str:
    return " ".join(response.content.decode().split())


def _issues(response) -> list[str]:
    return [newsletter.title for newsletter in response.context["newsletters"]]


# --- Who sees an issue ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "is_released", "may_read"),
    [
        ("public", True, ALL),
        ("candidates", True, {"candidate", "staff"}),
        ("public", False, set()),
        ("candidates", False, set()),
    ],
)
def test_newsletter_is_seen_by_those_it_is_for(
    readers, make_newsletter, add_section, release_now, audience, is_released, may_read
):
    newsletter = make_newsletter(audience=audience, title="Hustings", slug="hustings")
    add_section(TextSection, newsletter, text="<p>Word of the day.</p>")
    if is_released:
        release_now(newsletter)

    for name, client in readers.items():
        listed, page = client.get(LIST), client.get(f"{LIST}hustings/")
        if name in may_read:
            assert _issues(listed) == ["Hustings"], name
            assert "<p>Word of the day.</p>" in page.content.decode()
        else:
            assert _issues(listed) == [], name
            assert page.status_code == 404, name
            assert b"Hustings" not in listed.content + page.content
            assert b"Word of the day" not in page.content


def test_newsletter_list_tells_number_title_summary_and_date(client, make_newsletter, release_now):
    release_now(make_newsletter(number=1, title="Welcome", summary="How we brief you."))
    second = make_newsletter(number=2, title="Budget", dated="after 22 March 2021")
    release_now(second, at=LATER)

    response = client.get(LIST)

    assert _issues(response) == ["Budget", "Welcome"]
    text = _text(response)
    assert f'<a class="govuk-link" href="{LIST}issue-1/">Issue 1: Welcome</a>' in text
    assert "How we brief you." in text
    assert '<time datetime="2021-03-30T12:00:00+01:00">30 March 2021</time>' in text
    assert "Date as printed: after 22 March 2021." in text


def test_newsletter_list_without_issues_says_so(client, election):
    assert "No newsletter has been released in this election yet." in _text(client.get(LIST))


def test_newsletter_of_another_election_is_not_found(
    client, make_newsletter, other_election, release_now
):
    release_now(make_newsletter(election=other_election, slug="issue-9"))

    assert _issues(client.get(LIST)) == []
    assert client.get(f"{LIST}issue-9/").status_code == 404


@pytest.mark.parametrize("name", ["newsletters", "newsletter"])
def test_newsletter_pages_change_nothing(client, make_newsletter, release_now, name):
    release_now(make_newsletter(slug="issue-1"))
    slugs = ["pcc-2021"] if name == "newsletters" else ["pcc-2021", "issue-1"]

    assert client.post(reverse(f"briefings:{name}", args=slugs)).status_code == 405


def test_corrected_newsletter_keeps_its_old_version(client, make_newsletter, release_now):
    old = make_newsletter(slug="issue-1", number=1, title="Budgte")
    new = make_newsletter(slug="issue-1", number=1, title="Budget", version=2)
    release_now(old)
    release_now(new, at=LATER)

    newest, oldest = client.get(f"{LIST}issue-1/"), client.get(f"{LIST}issue-1/?version=1")

    assert _issues(client.get(LIST)) == ["Budget"]
    assert newest.context["newsletter"] == new
    assert f'href="{LIST}issue-1/?version=1">Version 1 of 30 March 2021</a>' in _text(newest)
    assert oldest.context["newsletter"] == old
    assert f'href="{LIST}issue-1/">see the newest version</a>' in _text(oldest)


# --- Its sections ---------------------------------------------------------------------------------


def test_sections_without_a_heading_continue_the_one_above(
    client, make_newsletter, add_section, release_now
):
    newsletter = make_newsletter(slug="issue-1")
    add_section(TextSection, newsletter, text="<p>Before any heading.</p>")
    add_section(TextSection, newsletter, heading="Budget", text="<p>First.</p>")
    add_section(ContactSection, newsletter, introduction="Ask.")
    add_section(TextSection, newsletter, heading="Events", text="<p>Second.</p>")
    release_now(newsletter)

    response = client.get(f"{LIST}issue-1/")

    chapters = response.context["chapters"]
    assert [(c.heading, len(c.sections)) for c in chapters] == [
        ("", 1),
        ("Budget", 2),
        ("Events", 1),
    ]
    text = _text(response)
    assert '<li><a class="govuk-link" href="#section-2">Budget</a></li>' in text
    assert '<h2 class="govuk-heading-l" id="section-2">Budget</h2>' in text
    assert 'href="#section-1"' not in text


def test_sections_of_one_chapter_need_no_list_of_contents(
    client, make_newsletter, add_section, release_now
):
    newsletter = make_newsletter(slug="issue-1")
    add_section(TextSection, newsletter, heading="Budget", text="<p>First.</p>")
    release_now(newsletter)

    assert "In this issue" not in _text(client.get(f"{LIST}issue-1/"))


def test_contact_section_shows_the_offices_contact_as_it_is(
    client, make_newsletter, add_section, release_now, office
):
    newsletter = make_newsletter(slug="issue-1")
    add_section(ContactSection, newsletter, heading="Contact", introduction="Please ask.")
    release_now(newsletter)
    office.contact_name, office.contact_email = "Erin Ashe", "erin@example.org"
    office.save()

    text = _text(client.get(f"{LIST}issue-1/"))

    assert "Please ask." in text
    assert "<strong>Erin Ashe</strong>" in text
    assert 'href="mailto:erin@example.org">erin@example.org</a>' in text


def _event(election, slug: str, **fields) -> Event:
    event = baker.make(
        Event,
        election=election,
        slug=slug,
        title=slug.title(),
        **{"kind": "workshop", "audience": "public"} | fields,
    )
    Slot.objects.create(event=event, starts_at=dt.datetime(2021, 4, 14, 13, 0, tzinfo=dt.UTC))
    return event


def test_programme_section_is_live_and_of_the_kind_asked_for(
    client, election, make_newsletter, add_section, release_now
):
    newsletter = make_newsletter(slug="issue-1")
    add_section(ProgrammeSection, newsletter, introduction="Come.", event_kind="workshop")
    release_now(newsletter)
    release_now(
        _event(election, "executive"), _event(election, "induction", kind="induction"), at=LATER
    )
    _event(election, "secret")

    text = _text(client.get(f"{LIST}issue-1/"))

    assert "Come." in text
    assert "Executive</a>" in text
    assert "Induction</a>" not in text
    assert "Secret" not in text


@pytest.mark.parametrize(
    ("reader", "is_shown"), [("anonymous", False), ("candidate", True), ("other_candidate", False)]
)
def test_sections_show_only_what_is_for_the_reader(
    readers, make_newsletter, add_section, release_now, make_statement, make_figure,
    make_document, reader, is_shown,
):  # fmt: skip
    statement = make_statement(title="Secret table", audience="candidates")
    figure = make_figure(title="Secret figure", audience="candidates")
    document = make_document(title="Secret document", audience="candidates")
    public = make_document(title="Open document")
    newsletter = make_newsletter(slug="issue-1")
    add_section(TableSection, newsletter, heading="Table", statement=statement)
    add_section(FiguresSection, newsletter, heading="Figures", figures=[figure])
    add_section(DocumentsSection, newsletter, heading="Papers", documents=[document, public])
    release_now(newsletter, statement, figure, document, public)

    text = _text(readers[reader].get(f"{LIST}issue-1/"))

    assert "Open document" in text
    for secret in ("Secret table", "Secret figure", "Secret document"):
        assert (secret in text) == is_shown
    for sentence in (
        "A table is not shown to you here: it is for candidates only",
        "1 figure is not shown to you here: for candidates only, or not released.",
        "1 more document is not shown to you here: for candidates only, or not released.",
    ):
        assert (sentence in text) != is_shown


def test_sections_show_no_draft(
    client, make_newsletter, add_section, release_now, make_statement, make_document
):
    newsletter = make_newsletter(slug="issue-1")
    add_section(TableSection, newsletter, statement=make_statement(title="Draft table"))
    add_section(DocumentsSection, newsletter, documents=[make_document(title="Draft document")])
    release_now(newsletter)

    text = _text(client.get(f"{LIST}issue-1/"))

    assert "Draft table" not in text
    assert "Draft document" not in text
    assert "or it has not been released." in text


def test_sections_say_what_has_been_corrected_since(
    client, make_newsletter, add_section, release_now, make_statement, make_figure,
    make_document,
):  # fmt: skip
    olds = [
        make_statement(slug="reserves", title="Reserves"),
        make_figure(slug="precept", title="Precept"),
        make_document(slug="plan", title="Plan"),
    ]
    newsletter = make_newsletter(slug="issue-1")
    add_section(TableSection, newsletter, statement=olds[0])
    add_section(FiguresSection, newsletter, figures=[olds[1]])
    add_section(DocumentsSection, newsletter, documents=[olds[2]])
    release_now(newsletter, *olds)
    before = _text(client.get(f"{LIST}issue-1/"))
    release_now(
        make_statement(slug="reserves", title="Reserves", version=2),
        make_figure(slug="precept", title="Precept", version=2),
        make_document(slug="plan", title="Plan", version=2),
        at=LATER,
    )

    after = _text(client.get(f"{LIST}issue-1/"))

    assert "corrected" not in before
    for address in ("statements/reserves", "figures/precept", "documents/plan"):
        assert f'<a class="govuk-link" href="/pcc-2021/{address}/">See the newest version' in after


def test_sections_say_what_has_been_withdrawn_since(
    client, make_newsletter, add_section, release_now, make_document
):
    plan, other = make_document(slug="plan", title="Plan"), make_document(title="Other paper")
    newsletter = make_newsletter(slug="issue-1")
    add_section(DocumentsSection, newsletter, documents=[plan, other])
    release_now(newsletter, plan, other)
    withdrawal = make_document(
        slug="plan", title="Plan", version=2, change="withdrawal", change_note="It was a draft."
    )
    before = _text(client.get(f"{LIST}issue-1/"))
    release_now(withdrawal, at=LATER)

    after = _text(client.get(f"{LIST}issue-1/"))

    assert "withdrawn" not in before
    assert "withdrawn" in after
    assert "Other paper" in after
    assert "is not shown to you here" not in after


# --- Queries --------------------------------------------------------------------------------------


def test_newsletter_list_asks_no_more_for_more_issues(
    client, candidate, make_newsletter, release_now, django_assert_num_queries
):
    client.force_login(candidate)
    release_now(make_newsletter())
    client.get(LIST)
    with django_assert_num_queries(5):
        assert len(_issues(client.get(LIST))) == 1
    release_now(make_newsletter(), make_newsletter())

    with django_assert_num_queries(5):
        assert len(_issues(client.get(LIST))) == 3


def test_newsletter_asks_no_more_for_more_sections(
    client, candidate, election, make_newsletter, add_section, release_now,
    make_statement, make_figure, make_document,
):  # fmt: skip
    items = []

    def fill(newsletter):
        items.append(statement := make_statement())
        items.extend(figures := [make_figure(), make_figure()])
        items.extend(documents := [make_document(), make_document()])
        items.append(_event(election, f"event-{len(items)}"))
        add_section(TextSection, newsletter, heading="Text", text="<p>Text.</p>")
        add_section(TableSection, newsletter, heading="Table", statement=statement)
        add_section(ProgrammeSection, newsletter, heading="Programme")
        add_section(FiguresSection, newsletter, heading="Figures", figures=figures)
        add_section(DocumentsSection, newsletter, heading="Papers", documents=documents)
        add_section(ContactSection, newsletter, heading="Contact", introduction="Ask.")

    one, three = make_newsletter(slug="one"), make_newsletter(slug="three")
    fill(one)
    for _ in range(3):
        fill(three)
    release_now(one, three, *items)
    client.force_login(candidate)

    def ask(slug):
        with CaptureQueriesContext(connection) as queries:
            chapters = client.get(f"{LIST}{slug}/").context["chapters"]
        return len(chapters), len(queries)

    first = ask("one")
    forget()
    first_of_three = ask("three")

    assert (first[0], first_of_three[0]) == (6, 18)
    assert first[1] == first_of_three[1]
    ask("one")
    assert ask("one")[1] == ask("three")[1] < first[1]


def test_newsletter_asks_once_for_what_a_kind_of_section_lists(
    client, candidate, make_newsletter, add_section, release_now, make_figure, make_document
):
    items = [make_figure(), make_document()]
    none, both = make_newsletter(slug="none"), make_newsletter(slug="both")
    add_section(TextSection, none, text="<p>Text.</p>")
    add_section(FiguresSection, both, figures=[items[0]])
    add_section(DocumentsSection, both, documents=[items[1]])
    release_now(none, both, *items)
    client.force_login(candidate)

    def ask(slug):
        client.get(f"{LIST}{slug}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{LIST}{slug}/")
        return len(queries)

    # For each kind who may see it and what was corrected, in one; and the number of changes.
    assert ask("both") == ask("none") + 2 * 2


# --- What the database refuses --------------------------------------------------------------------


def test_newsletter_number_is_unique_in_an_election(make_newsletter, other_election):
    first = make_newsletter(number=1)
    make_newsletter(number=1, slug=first.slug, version=2)
    make_newsletter(number=1, election=other_election)

    with pytest.raises(ValidationError) as refused:
        make_newsletter(number=1)
    with pytest.raises(IntegrityError):
        Newsletter.objects.bulk_create(
            [Newsletter(election=other_election, number=1, slug="again", title="x", summary="x")]
        )

    assert refused.value.messages == ["This election already has an issue with this number."]


def test_sections_of_a_released_issue_never_change(make_newsletter, add_section, release_now):
    newsletter = make_newsletter()
    section = add_section(TextSection, newsletter, text="<p>As it was.</p>")
    release_now(newsletter)
    section.text = "<p>As it should be.</p>"

    with pytest.raises(DatabaseError, match="cannot be changed"):
        section.save()


def test_section_is_called_by_its_heading(make_newsletter, add_section):
    newsletter = make_newsletter()

    named = add_section(TextSection, newsletter, heading="Budget", text="<p>x</p>")
    nameless = add_section(ContactSection, newsletter, introduction="Ask.")

    assert (str(named), str(nameless)) == ("Budget", "continues the section above")
