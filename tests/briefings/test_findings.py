"""What the checks find in each kind of briefing, and that a good one raises nothing."""

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from model_bakery import baker

from briefings.access import check_access
from briefings.models import Document, StatementLine, TableSection, TextSection
from elections.models import Candidate
from pcc_portal.findings import Severity
from releases.models import Release
from releases.reviewing import objections_to, waive

from .hidden import TEXT, pdf, workbook

pytestmark = pytest.mark.django_db


def codes(item):
    return [finding.code for finding in item.findings()]


TAGGED = pdf(TEXT, root="/MarkInfo<</Marked true>>/StructTreeRoot 6 0 R", more="<<>>")


def test_good_items_raise_nothing(make_newsletter, make_document, make_statement, make_figure):
    papers = make_document(link="https://www.leics.gov.uk/papers")

    assert [codes(one) for one in (make_newsletter(), papers, make_statement(), make_figure())] == [
        [],
        [],
        [],
        [],
    ]


# --- newsletters ---------------------------------------------------------------------------


@pytest.fixture
def ellison(election):
    return baker.make(Candidate, election=election, surname="ELLISON", other_names="Amara")


def section(newsletter, text, heading="News"):
    return TextSection.objects.create(
        parent=newsletter, region="main", ordering=1, heading=heading, text=f"<p>{text}</p>"
    )


def test_newsletter_that_names_a_candidate_is_stopped(make_newsletter, ellison):
    newsletter = make_newsletter()
    section(newsletter, "Amara Ellison came to the office.")

    [finding] = newsletter.findings()
    assert (finding.code, finding.severity) == ("candidate-name", Severity.ERROR)
    assert finding.sentence.startswith("“News”: it names “Amara Ellison”")


def test_newsletter_about_who_stands_may_name_them_with_a_reason(make_newsletter, ellison):
    newsletter = make_newsletter()
    section(newsletter, "The statement of persons nominated names Amara Ellison.")

    [finding] = newsletter.findings()
    assert (finding.code, finding.severity) == ("candidate-name", Severity.WARNING)


def test_section_without_a_heading_is_found_under_the_one_above(make_newsletter):
    newsletter = make_newsletter()
    section(newsletter, "It is whole.", heading="Budget")
    second = section(newsletter, 'See <a href="#">the report</a>.', heading="")
    TextSection.objects.filter(pk=second.pk).update(ordering=2)

    [finding] = newsletter.findings()
    assert finding.sentence.startswith("“Budget”: the link “the report”")


def test_count_in_a_newsletter_is_held_against_its_table(make_newsletter, make_statement):
    newsletter = make_newsletter()
    section(newsletter, "There are three purposes.")
    statement = make_statement()
    TableSection.objects.create(parent=newsletter, region="main", ordering=2, statement=statement)

    assert codes(newsletter) == ["count"]
    StatementLine.objects.create(
        statement=statement, position=3, label="Reserve", role="item", cells=["1"]
    )
    assert codes(newsletter) == []


def test_link_to_a_page_the_portal_does_not_have_is_found(make_newsletter):
    newsletter = make_newsletter(slug="issue-1")
    section(
        newsletter, 'See <a href="/pcc-2021/newsletters/issue-33/#section-2">the last issue</a>.'
    )

    assert codes(newsletter) == ["link-portal"]
    make_newsletter(slug="issue-33")
    assert codes(newsletter) == []


# --- documents -----------------------------------------------------------------------------


def test_upload_that_hides_a_sheet_is_stopped(make_document):
    content = workbook('<sheet name="Payroll" state="hidden"/>')

    assert codes(make_document(content=content, name="paper.xlsx")) == ["hidden-sheet"]


def test_pdf_without_tags_needs_another_form_beside_it(make_document):
    paper = make_document(content=pdf(TEXT), name="paper.pdf", title="Budget report")

    assert codes(paper) == ["pdf-untagged"]
    make_document(link="https://www.leics.gov.uk/budget", title="budget report")
    assert codes(paper) == []


@pytest.mark.parametrize(
    "other",
    [
        {"audience": "candidates"},
        {"slug": "paper", "version": 2},
        {"link": "https://www.leics.gov.uk/budget.PDF"},
    ],
)
def test_other_form_has_to_reach_the_same_readers(make_document, other):
    paper = make_document(content=pdf(TEXT), name="paper.pdf", title="Budget", slug="paper")
    make_document(**{"link": "https://www.leics.gov.uk/budget", "title": "Budget"} | other)

    assert codes(paper) == ["pdf-untagged"]


def test_other_form_that_comes_later_is_none_for_a_release(make_document, election, release_now):
    bundle = Release.objects.create(election=election, title="Papers")
    paper = make_document(content=pdf(TEXT), name="paper.pdf", title="Budget", release=bundle)
    other = make_document(link="https://www.leics.gov.uk/budget", title="Budget")

    assert codes(paper) == ["pdf-untagged"]
    Document.objects.filter(pk=other.pk).update(release=bundle)
    assert codes(paper) == []
    Document.objects.filter(pk=other.pk).update(release=None)
    release_now(Document.objects.get(pk=other.pk))
    assert codes(paper) == []


def test_waiver_of_a_warning_about_a_file_is_for_that_file_only(make_document, editor):
    paper = make_document(content=pdf(TEXT), name="paper.pdf")
    [warning] = objections_to(paper).warnings
    waive(paper, warning, by=editor, at=timezone.now(), reason="The Word file is on its way.")
    assert objections_to(paper).warnings == []

    paper.file = ContentFile(pdf(TEXT + " "), name="paper.pdf")
    paper.save()

    assert [one.code for one in objections_to(paper).warnings] == ["pdf-untagged"]


def test_pdf_with_tags_raises_nothing_and_a_scan_is_told(make_document):
    assert codes(make_document(content=TAGGED)) == []
    assert codes(make_document(content=pdf("0 g 0 0 600 800 re f"))) == ["pdf-scan"]


def test_access_of_a_pdf_that_cannot_be_read_is_not_judged(make_document, pdf):
    document = make_document(content=pdf)

    with document.file.open("rb") as file:
        assert [one.code for one in check_access(file)] in ([], ["pdf-scan"])


def test_file_that_is_gone_is_told_in_words(make_document):
    document = make_document(content=TAGGED)
    document.file.storage.delete(document.file.name)

    [finding] = Document.objects.get(pk=document.pk).findings()
    assert (finding.code, finding.field) == ("file-missing", "file")


def test_link_through_a_shortener_is_found_at_its_field(make_document):
    [finding] = make_document(link="https://bit.ly/39sgICX").findings()

    assert (finding.code, finding.field) == ("link-short", "link")


# --- figures -------------------------------------------------------------------------------


def test_figures_of_one_thing_that_differ_are_found_at_the_value(make_figure):
    report = make_figure(title="Surveys, as the report has it", value="1000", unit="surveys")
    make_figure(title="Surveys, as the appendix has it", value="1100", unit="surveys")

    [finding] = report.findings()
    assert (finding.code, finding.field) == ("contradiction", "value")


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("Savings", {"value": "5.4"}),  # the same number
        ("Savings", {"value": "8.6", "financial_year": "2022/23"}),
        ("Staff", {"value": "8.6"}),
        ("Savings", {"value": "8.6", "unit": "hours", "financial_year": ""}),
    ],
)
def test_figures_of_other_years_and_things_raise_nothing(make_figure, title, fields):
    gap = make_figure(title="Gap in the budget", value="5.4")
    make_figure(title=title, **fields)

    assert codes(gap) == []
