"""The papers of 2016: every table to the last digit, and which faults the portal finds in them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from briefings.checks import check_figure, check_statement
from briefings.models import Document, Figure, Statement
from briefings.numbers import converted
from elections.models import Election
from pcc_portal.findings import Severity
from workshops.models import Event, Slot

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def election(demo) -> Election:
    return Election.objects.get(slug="pcc-2016")


@pytest.fixture
def statement(election):
    def _statement(slug: str) -> Statement:
        return Statement.objects.get(election=election, slug=slug)

    return _statement


@pytest.fixture
def figure(election):
    def _figure(slug: str) -> Figure:
        return Figure.objects.get(election=election, slug=slug)

    return _figure


def printed(statement: Statement) -> str:
    """The lines as they were typed, one a row, cells apart by a space and labels left out."""
    return "\n".join(" ".join(line.cells) for line in statement.line_list)


def labels(statement: Statement, role: str) -> list[str]:
    return [line.label for line in statement.line_list if line.role == role]


def table(text: str) -> str:
    """A table typed in a test, without its indentation."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def test_election_has_the_poll_of_2016_and_its_plan_deadline(election):
    assert (election.poll_date, election.declared_on) == (
        dt.date(2016, 5, 5),
        dt.date(2016, 5, 6),
    )
    assert list(election.key_dates.filter(kind="").values_list("date", flat=True)) == [
        dt.date(2017, 3, 31)
    ]


def test_everything_was_released_in_the_same_minute(election):
    items = [
        *Document.objects.filter(election=election),
        *Statement.objects.filter(election=election),
        *Figure.objects.filter(election=election),
        *Event.objects.filter(election=election),
    ]

    assert {item.release.released_at for item in items} == {
        dt.datetime(2016, 11, 28, 10, 0, tzinfo=dt.UTC)
    }


# --- B3 to B9 ------------------------------------------------------------------------------


def test_office_cost_and_budget_is_as_printed(statement):
    cost = statement("office-cost-and-budget")

    assert printed(cost) == table(
        """
        876 792 876 822 865
        – – 58 64 16
        79 101 77 82 85
        57 32 40 23 25
        76 85 75 71 120
        1,088 1,010 1,126 1,062 1,111
        – – (73) (64) (64)
        (42) – (21) – (49)
        1,046 1,010 1,032 998 998
        """
    )
    assert labels(cost, "subtotal") == ["Cost before funding and reserve"]
    assert labels(cost, "total") == ["Net of funding and reserve"]
    assert [(c.financial_year, c.basis, c.unit) for c in cost.column_list] == [
        ("2013/14", "outturn", "£000"),
        ("2014/15", "outturn", "£000"),
        ("2015/16", "outturn", "£000"),
        ("2016/17", "budget", "£000"),
        ("2016/17", "forecast", "£000"),
    ]


def test_value_for_money_is_as_printed(statement):
    assert printed(statement("value-for-money-per-head")) == table(
        """
        0.91 0.83
        0.86 0.97
        1.03 1.03
        4.22 4.45
        2.51 3.00
        2.82 2.53
        """
    )


def test_savings_required_are_three_versions_of_a_forecast(statement):
    savings = statement("savings-required")

    assert printed(savings) == table(
        """
        10.7 14.8 18.3 22.7
        1.1 2.8 3.0 4.6
        0.8 3.3 3.7 4.9
        """
    )
    assert savings.years == ["2017/18", "2018/19", "2019/20", "2020/21"]
    assert savings.table.rows[-1].role == "item"


def test_budget_by_use_is_as_printed(statement):
    budget = statement("budget-by-use-2016-17")

    assert printed(budget) == table(
        """
        155.1 90.8
        8.3 4.8
        3.1 1.8
        1.0 0.6
        0.8 0.5
        2.5 1.5
        170.8 100
        """
    )
    assert labels(budget, "total") == ["Net Budget Requirement"]


PRECEPT_SUPPORT = {
    "precept-support-by-channel": """
        Everyone 83.3 1.8 –
        Telephone 89.0 3.0 More
        Web survey, public and stakeholders 80.0 2.3 –
        Web survey, police officers and staff 78.2 8.0 –
    """,
    "precept-support-by-area": """
        City (Leicester) 85.6 2.4 –
        Charnwood 88.2 4.4 –
        Melton 82.9 8.5 –
        Rutland 86.7 7.3 –
        NW Leicestershire 91.2 5.9 More
        Blaby 86.3 5.3 –
        Harborough 84.7 6.1 –
        Hinckley & Bosworth 85.9 6.0 –
        Oadby & Wigston 92.8 5.2 More
        Leicestershire County Council area 87.3 2.2 –
    """,
    "precept-support-rural-urban": """
        Rural 86.7 1.8 –
        Urban 86.0 3.3 –
    """,
    "precept-support-by-gender": """
        Female 83.9 1.9 –
        Male 83.7 2.0 –
    """,
    "precept-support-by-age": """
        16–24 82.6 3.7 –
        25–34 84.1 3.8 –
        35–44 82.8 3.4 –
        45–54 82.4 3.1 –
        54–65 83.8 3.1 –
        Over 65 85.8 3.1 –
    """,
    "precept-support-by-ethnicity": """
        Asian 75.7 5.4 Less
        Black 62.5 19.8 –
        Other 75.0 12.9 –
        White 85.6 1.4 –
    """,
    "precept-support-by-ethnic-category": """
        BME 74.6 4.8 Less
        BME and White Non-British 75.6 4.1 Less
        White British 86.0 1.4 –
    """,
    "precept-support-by-disability": """
        Disabled 79.1 5.7 –
        Not disabled 80.1 1.9 –
    """,
    "precept-support-by-orientation": """
        Bisexual 78.0 12.8 –
        Gay or Lesbian 83.3 9.5 –
        Heterosexual 82.0 2.0 –
    """,
}


@pytest.mark.parametrize("slug", PRECEPT_SUPPORT)
def test_precept_support_is_as_printed(statement, slug):
    support = statement(slug)

    lines = [" ".join([line.label, *line.cells]) for line in support.line_list]

    assert lines == table(PRECEPT_SUPPORT[slug]).splitlines()
    assert [column.role for column in support.column_list] == ["value", "margin", "assessment"]


def test_survey_responses_add_up_to_3026(statement):
    assert printed(statement("survey-responses")).split() == ["1,105", "1,769", "152", "3,026"]


def test_who_responded_is_as_printed(statement):
    who = statement("survey-who-responded")

    lines = [" ".join([line.label, *line.cells]) for line in who.line_list]

    assert (
        lines
        == table(
            """
            Blaby 161 9.2 8.8 1.3 –
            Charnwood 211 16.3 11.5 1.5 Under
            Harborough 137 8.4 7.5 1.2 –
            Hinckley & Bosworth 128 10.3 7.0 1.2 Under
            Leicester 842 32.4 46.1 2.3 Over
            Melton 76 4.9 4.2 0.9 –
            NW Leicestershire 92 9.2 5.0 1.0 Under
            Oadby & Wigston 97 5.5 5.3 1.0 –
            Rutland 84 3.7 4.6 1.0 Under
            Not stated 1,198 – – – –
            Leicestershire County Council area 902 63.9 49.3 2.3 Under
            """
        ).splitlines()
    )
    assert labels(who, "of-which") == ["Leicestershire County Council area"]
    assert [row.cells[0].text for row in who.table.rows if row.role == "total"] == ["3,026"]


OTHER_SURVEY_TABLES = {
    "survey-priorities": """
        94.2 99.7
        85.7 97.7
        68.1 97.2
        71.1 96.5
        65.4 96.4
        72.1 87.9
        67.9 87.0
        58.9 80.7
        32.7 82.8
        35.7 78.1
    """,
    "survey-non-emergency-reporting": """
        19.4 46.4 2.9
        61.2 86.7 1.6
        1.6 7.7 4.0
        7.1 27.5 3.2
        13.5 35.0 3.2
    """,
    "survey-information-channels": """
        29.9 49.8
        1.1 3.5
        8.8 19.3
        23.3 43.4
        19.9 36.6
        14.9 28.8
        7.4 19.9
    """,
    "survey-visibility": """
        70.0 80.1
        28.1 43.0
        48.1 67.3
        20.1 30.9
        14.2 22.5
        7.3 11.0
    """,
    "survey-victim-support": """
        13.8
        19.0
        38.9
        2.7
        25.6
    """,
}


@pytest.mark.parametrize("slug", OTHER_SURVEY_TABLES)
def test_other_survey_tables_are_as_printed(statement, slug):
    assert printed(statement(slug)) == table(OTHER_SURVEY_TABLES[slug])


def test_budget_timetable_has_each_date(statement):
    lines = statement("budget-timetable-2017-18").line_list

    assert [(line.label, line.cells) for line in lines] == [
        ("September 2016", ["Public consultation on the Police and Crime Plan and the precept"]),
        ("23 November 2016", ["Autumn Statement 2016"]),
        ("Week of 5 or 12 December 2016", ["Provisional police finance settlement expected"]),
        ("10 January 2017", ["Strategic Assurance Board"]),
        ("January 2017", ["Local council taxbase and council tax surplus are final"]),
        ("20 January 2017", ["Budget requirement and proposed precept are final"]),
        ("3 February 2017", ["Police and Crime Panel"]),
    ]


# --- B10 and the figures of the texts ------------------------------------------------------


AMOUNTS = {
    "band-d-precept-2016-17": "£183.5770 a year",
    "band-d-rise-2016-17": "1.99%",
    "survey-question-extra": "7p a year",
    "precept-support-2017-18": "83.3%",
    "precept-support-2016-17": "70.7%",
    "precept-support-2015-16": "56.1%",
    "precept-views": "2,924 people",
    "net-budget-2016-17": "£170.8m",
    "net-budget-rise-2016-17": "1.35%",
    "share-to-chief-constable-2016-17": "about 95%",
    "victims-grant-2016-17": "about £1.4m",
    "cuts-five-years": "20%",
    "office-budget-2013-14": "£1.077m",
    "transition-reserve": "£144,000",
    "transition-reserve-used": "£49,000",
    "transition-reserve-left": "£95,000",
    "policy-advice": "£2,000 a month",
    "communications-contract": "£50,400 a year",
    "victims-grant-for-staff": "£64,000",
    "posts-before": "14 posts",
    "posts-now": "16 posts",
    "office-below-similar-2016": "14p a head",
    "office-above-similar-2015": "5p a head",
    "office-below-national-2016": "20p a head",
    "office-below-national-2015": "12p a head",
    "commissioning-above-similar-2016": "£1.45 a head",
    "commissioning-above-similar-2015": "£1.71 a head",
    "commissioning-above-national-2016": "£1.92 a head",
    "commissioning-above-national-2015": "£1.40 a head",
    "responses-total": "3,026 responses",
    "telephone-commissioned-report": "1,000 interviews",
    "telephone-commissioned-appendix": "1,100 interviews",
    "invitations": "about 6,000 invitations",
    "internal-personnel": "about 3,000 people",
    "responses-needed": "600 responses",
    "survey-confidence": "99%",
    "survey-margin": "2.5 percentage points",
    "support-telephone": "89.0%",
    "new-officers-first-cohort": "20 officers",
    "pcso-cohorts": "2 cohorts",
    "hmic-outstanding": "2 forces",
    "hmic-good": "33 forces",
    "hmic-requires-improvement": "8 forces",
    "child-abuse-incidents": "2,264 incidents",
    "child-abuse-referrals": "13,250 referrals",
}


def test_figures_are_shown_as_the_papers_have_them(figure):
    assert {slug: figure(slug).amount for slug in AMOUNTS} == AMOUNTS


DIFFERENCES = {
    # figure: (larger line, smaller line, column)
    "office-below-similar-2016": ("Office: Most Similar Groups", "Office: Leicestershire", 1),
    "office-above-similar-2015": ("Office: Leicestershire", "Office: Most Similar Groups", 0),
    "office-below-national-2016": ("Office: national average", "Office: Leicestershire", 1),
    "office-below-national-2015": ("Office: national average", "Office: Leicestershire", 0),
    "commissioning-above-similar-2016": (
        "Commissioning: Leicestershire",
        "Commissioning: Most Similar Groups",
        1,
    ),
    "commissioning-above-similar-2015": (
        "Commissioning: Leicestershire",
        "Commissioning: Most Similar Groups",
        0,
    ),
    "commissioning-above-national-2016": (
        "Commissioning: Leicestershire",
        "Commissioning: national average",
        1,
    ),
    "commissioning-above-national-2015": (
        "Commissioning: Leicestershire",
        "Commissioning: national average",
        0,
    ),
}


@pytest.mark.parametrize("slug", DIFFERENCES)
def test_differences_in_the_text_follow_from_the_table(statement, figure, slug):
    larger, smaller, column = DIFFERENCES[slug]
    cells = {line.label: line.values for line in statement("value-for-money-per-head").line_list}
    stated = figure(slug)

    assert cells[larger][column] - cells[smaller][column] == converted(
        stated.value, stated.unit, "£"
    )


# --- faults the portal finds ---------------------------------------------------------------


def test_faults_of_the_tables_raise_a_warning_and_nothing_else_does(election):
    warnings = {
        statement.slug: [
            finding.code
            for finding in check_statement(statement)
            if finding.severity == Severity.WARNING
        ]
        for statement in Statement.objects.filter(election=election)
    }

    assert {slug: codes for slug, codes in warnings.items() if codes} == {
        "budget-by-use-2016-17": ["share"],
        "survey-who-responded": ["assessment"],
        "survey-non-emergency-reporting": ["shares"],
        "survey-information-channels": ["shares"],
    }


def test_office_cost_and_budget_raises_no_finding_at_all(statement):
    assert check_statement(statement("office-cost-and-budget")) == []


def test_regional_share_is_found_printed_too_low(statement):
    [finding] = check_statement(statement("budget-by-use-2016-17"))

    assert finding.sentence == (
        "Operational policing by regional collaboration: £8.3m is 4.9% of £170.8m; 4.8% is printed."
    )


def test_rutland_is_found_marked_under_though_its_share_is_higher(statement):
    found = {
        finding.code: finding for finding in check_statement(statement("survey-who-responded"))
    }

    assert found.keys() == {"shares-rounded", "assessment"}
    assert found["shares-rounded"].severity == Severity.NOTE
    assert found["assessment"].sentence == (
        "Rutland is marked “Under”, but its “Share of the responses” (4.6%) is higher than "
        "its “Share of the population” (3.7%)."
    )


def test_first_choices_are_found_to_exceed_the_whole(statement):
    sentences = [
        check_statement(statement(slug))[0].sentence
        for slug in ("survey-non-emergency-reporting", "survey-information-channels")
    ]

    assert [sentence.rsplit(" ", 1)[1] for sentence in sentences] == ["102.8%.", "105.3%."]


def test_only_the_survey_question_is_found_wrong_among_the_figures(election):
    found = {
        figure.slug: [finding.code for finding in check_figure(figure)]
        for figure in Figure.objects.filter(election=election)
    }

    assert {slug: codes for slug, codes in found.items() if codes} == {
        "survey-question-extra": ["percent-of"]
    }


def test_survey_question_is_said_to_be_a_weekly_amount(figure):
    [finding] = check_figure(figure("survey-question-extra"))

    assert finding.sentence == (
        "1.99% of £183.5770 a year is £3.65 a year; 7p a year is printed. "
        "7p is about what it is a week."
    )


# --- meetings and papers -------------------------------------------------------------------


def test_panel_meetings_stand_at_their_uk_times(election):
    starts = Slot.objects.filter(event__election=election, is_all_day=False).values_list(
        "starts_at", flat=True
    )

    assert [f"{start.astimezone(LONDON):%Y-%m-%d %H:%M}" for start in starts] == [
        "2016-09-23 13:00",
        "2016-12-05 13:00",
        "2017-02-03 13:00",
        "2017-03-29 13:00",
        "2017-05-22 13:00",
        "2017-07-26 13:00",
        "2017-09-28 13:00",
        "2017-12-05 13:00",
    ]


def test_every_paper_is_a_file_without_contacts_or_victims(demo, election):
    documents = Document.objects.filter(election=election)

    texts = {
        document.slug: (demo / document.file.name).read_text("utf-8") for document in documents
    }

    assert len(texts) == 6
    for text in texts.values():
        assert "@" not in text
        assert "0116" not in text
        assert "murder" not in text.lower()
