"""The faults known in the office’s papers, one by one: each is found, in words anyone understands.

What the demo has already put right is checked as the papers print it.
"""

import pytest

from briefings.models import Figure, Newsletter, Statement
from elections.models import Candidate, Election
from infolog.models import InformationRequest, Part, Response
from pcc_portal.findings import Severity
from pcc_portal.proofreading import plain, proofread, rich
from releases.models import releasable_models

pytestmark = pytest.mark.django_db


def said(findings, code):
    return [finding.sentence for finding in findings if finding.code == code]


def of(demo, model, election, slug):
    return model.objects.get(election__slug=election, slug=slug)


# --- one by one ----------------------------------------------------------------------------


def test_i01_seven_pence_a_year_is_found_to_be_an_amount_a_week(demo):
    figure = of(demo, Figure, "pcc-2016", "survey-question-extra")

    assert said(figure.findings(), "percent-of") == [
        "1.99% of £183.5770 a year is £3.65 a year; 7p a year is printed. "
        "7p is about what it is a week."
    ]


def test_i02_share_of_women_is_found_impossible(demo):
    statement = of(demo, Statement, "pcc-2024", "workforce-and-women-2024")

    [sentence] = said(statement.findings(), "rate-impossible")
    assert "it would have to be 117% for “Police staff”" in sentence
    assert sentence.endswith(
        "That cannot be, so one of the printed numbers must mean something else."
    )


@pytest.fixture
def request_of_2024(demo):
    """A draft beside the log, to be filled with what the paper prints."""
    election = Election.objects.get(slug="pcc-2024")
    return InformationRequest.objects.create(
        election=election, title="As printed", received_on="2024-04-18", form="verbal"
    )


def answered(request, *texts, responder="The Chief Constable"):
    part = Part.objects.create(request=request, question="How will the savings be made?")
    for position, text in enumerate(texts, start=1):
        Response.objects.create(part=part, position=position, responder=responder, text=text)
    return request


def test_i03_answer_that_breaks_off_is_found(request_of_2024):
    request = answered(
        request_of_2024,
        "The budget considerations take into account the police and crime plan - we are unable to "
        "comment on any of the items or specifics in any candidates manifestos which do",
    )

    assert said(request.findings(), "unfinished") == [
        "Part 1, response 1 (The Chief Constable): this sentence seems to break off: "
        "“… any candidates manifestos which do”."
    ]


def test_i04_candidate_named_in_an_answer_is_found_and_stops_the_release(request_of_2024):
    # The name is another one: the paper’s is nobody’s business here.
    Candidate.objects.create(
        election=request_of_2024.election, surname="HOLLOWELL", other_names="Ivor James"
    )
    request = answered(
        request_of_2024,
        "Mr Ivor Hollowell explained when speaking of voluntary redundancy in the private sector, "
        "you often find that all the good people disappear with a payout.",
    )

    [finding] = [one for one in request.findings() if one.code == "candidate-name"]
    assert finding.severity == Severity.ERROR
    assert finding.sentence == (
        "Part 1, response 1 (The Chief Constable): it names “Ivor Hollowell”, which is the name "
        "of somebody in this election. What the office tells everyone names nobody who stands."
    )


def test_i05_savings_and_gap_that_do_not_agree_are_found_among_the_figures(demo):
    figure = of(demo, Figure, "pcc-2024", "financial-gap-2024-25")

    assert said(figure.findings(), "contradiction") == [
        "£8.6m (Gap in the finances, as an answer put it) does not agree with £5.4m (Efficiency "
        "savings set in the budget, as a question put it). Correct one of them, or say why they "
        "differ."
    ]


def test_i05_is_found_between_two_answers_as_printed(request_of_2024):
    request = answered(
        request_of_2024, "Projecting forward with the fiscal challenge, £8.6 gap this year."
    )

    found = request.findings()

    assert said(found, "money-unit") == [
        "Part 1, response 1 (The Chief Constable): “£8.6” has no unit: nobody can tell whether "
        "thousands or millions are meant."
    ]
    assert said(found, "contradiction") == [
        "Part 1, response 1 (The Chief Constable): “£8.6 gap” does not agree with “£5.4m of "
        "efficiency savings” (“How the efficiency savings in the budget are to be made”, Part 1, "
        "question). Correct one of them, or say why they differ."
    ]


def test_i12_rutland_is_found_marked_under_with_the_higher_share(demo):
    statement = of(demo, Statement, "pcc-2016", "survey-who-responded")

    assert said(statement.findings(), "assessment") == [
        "Rutland is marked “Under”, but its “Share of the responses” (4.6%) is higher than "
        "its “Share of the population” (3.7%)."
    ]


def test_i14_two_numbers_of_interviews_are_found_among_the_figures(demo):
    figure = of(demo, Figure, "pcc-2016", "telephone-commissioned-report")

    assert said(figure.findings(), "contradiction") == [
        "1,000 interviews (Telephone interviews commissioned, as the cover report has it) does not "
        "agree with 1,100 interviews (Telephone interviews commissioned, as the consultation "
        "report has it). Correct one of them, or say why they differ."
    ]


def test_i14_is_found_in_the_papers_own_words():
    report = plain(
        "Cover report, paragraph 10",
        "The telephone survey was outsourced to a Market Research Agency, they were \n"
        "commissioned to do 1,000 surveys and 1,105 were actually completed.",
    )
    appendix = plain(
        "Appendix A",
        "The telephone survey was out-sourced to a Market Research Agency, they were \n"
        "commissioned to do 1,100 surveys and 1,105 were actually completed.",
    )

    assert said(proofread([report, appendix]), "contradiction") == [
        "Appendix A: “commissioned to do 1,100 surveys” does not agree with “commissioned to do "
        "1,000 surveys” (Cover report, paragraph 10). Correct one of them, or say why they differ."
    ]


def test_i25_share_printed_too_low_is_found(demo):
    statement = of(demo, Statement, "pcc-2016", "budget-by-use-2016-17")

    assert said(statement.findings(), "share") == [
        "Operational policing by regional collaboration: £8.3m is 4.9% of £170.8m; 4.8% is printed."
    ]


def test_i36_eight_partnerships_are_found_to_be_nine(demo):
    newsletter = of(demo, Newsletter, "pcc-2021", "issue-3")

    assert said(newsletter.findings(), "count") == [
        "“Partnerships”: it says “eight CSPs”, but the table “Community Safety Partnership "
        "funding” has 9 of them."
    ]


# The three links of the first newsletter of 2021, as it has them.
DEAD_LINKS = """
You can read the full Report [here](#).

You can find a wealth of useful information on the [Election](#) micro-site which is constantly
being updated. The Government's May 2021 Polls [Delivery Plan](#) can be downloaded here.
"""
AS_MARKUP = """
<p>You can read the full Report <a href="#">here</a>.</p>
<p>You can find a wealth of useful information on the <a href="#">Election</a> micro-site which is
constantly being updated. The Government's May 2021 Polls <a href="#">Delivery Plan</a> can be
downloaded here.</p>
"""


@pytest.mark.parametrize("passage", [plain("Issue 1", DEAD_LINKS), rich("Issue 1", AS_MARKUP)])
def test_i40_three_dead_links_and_a_here_without_a_link_are_found(passage):
    found = proofread([passage])

    assert said(found, "link-dead") == [
        f"Issue 1: the link “{words}” leads nowhere: its address is only “#”."
        for words in ("here", "Election", "Delivery Plan")
    ]
    assert said(found, "link-words") == [
        "Issue 1: the link “here” does not say where it leads. Use the name of what it opens."
    ]
    assert said(found, "link-missing") == [
        "Issue 1: it says “downloaded here”, but “here” is not a link to anything."
    ]
    assert {one.severity for one in found if one.code == "link-dead"} == {Severity.ERROR}


def test_colours_that_tell_alone_are_found_in_the_survey_of_2016():
    note = "Red indicates that support was lower than in the area as a whole."

    assert [one.code for one in proofread([plain("Note", note)])] == ["colour-only"]


# --- and no false alarm --------------------------------------------------------------------

GOOD_FIGURES = [
    ("pcc-2021", "revenue-budget-2021-22-funding"),
    ("pcc-2021", "revenue-budget-2021-22-use"),
    ("pcc-2021", "officer-numbers-2021-22"),
    ("pcc-2016", "office-cost-and-budget"),
]


@pytest.mark.parametrize(("election", "slug"), GOOD_FIGURES)
def test_good_tables_raise_no_finding(demo, election, slug):
    assert of(demo, Statement, election, slug).findings() == []


def test_figures_of_2021_raise_no_finding(demo):
    figures = Figure.objects.filter(election__slug="pcc-2021")

    assert len(figures) > 10
    assert [finding for figure in figures for finding in figure.findings()] == []


def test_newsletter_with_the_budget_of_2021_raises_no_finding(demo):
    assert of(demo, Newsletter, "pcc-2021", "issue-1").findings() == []


def test_nothing_in_the_demo_raises_an_error(demo, settings):
    settings.MEDIA_ROOT = demo
    found = [
        (str(item), finding.sentence)
        for model in releasable_models()
        for item in model._default_manager.all()
        for finding in item.findings()
        if finding.severity == Severity.ERROR
    ]

    assert found == []


def test_warnings_of_the_demo_are_the_faults_of_its_sources_and_no_more(demo):
    """Each was judged as a clerk would: what is not the source’s own fault is no warning."""
    found = sorted(
        f"{item.election.slug}/{item.slug}: {finding.code}"
        for model in releasable_models()
        for item in model._default_manager.select_related("election__office")
        for finding in item.findings()
        if finding.severity == Severity.WARNING
    )

    assert found == [
        "pcc-2016/budget-by-use-2016-17: share",
        "pcc-2016/survey-information-channels: shares",
        "pcc-2016/survey-non-emergency-reporting: shares",
        "pcc-2016/survey-question-extra: percent-of",
        "pcc-2016/survey-who-responded: assessment",
        "pcc-2016/telephone-commissioned-appendix: contradiction",
        "pcc-2016/telephone-commissioned-report: contradiction",
        "pcc-2021/community-safety-partnership-funding: abbreviation",
        "pcc-2021/community-safety-partnership-funding: abbreviation",
        "pcc-2021/issue-3: count",
        "pcc-2021/what-matters-to-you: link-short",
        "pcc-2021/what-matters-to-you: recording-words",
        "pcc-2024/efficiency-savings-asked-about: contradiction",
        "pcc-2024/financial-gap-2024-25: contradiction",
        "pcc-2024/ir-7k4qx: money-year",
        "pcc-2024/ir-q7jxv: money-unit",
        "pcc-2024/ir-q7jxv: money-year",
        "pcc-2024/workforce-and-women-2024: rate-impossible",
    ]
