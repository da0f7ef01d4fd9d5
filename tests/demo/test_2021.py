"""The papers of 2021: the budget, the partnerships' funding, both newsletters, every date."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from briefings.checks import check_figure, check_statement
from briefings.models import Figure, Newsletter, Statement
from elections.models import Election
from workshops.models import Event, Slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def election(demo) -> Election:
    return Election.objects.get(slug="pcc-2021")


def grid(election: Election, slug: str) -> dict[str, list[str]]:
    statement = Statement.objects.get(election=election, slug=slug)
    return {line.label: line.cells for line in statement.line_list}


def test_b1_says_where_the_money_comes_from_and_goes(election):
    assert grid(election, "revenue-budget-2021-22-funding") == {
        "Home Office grants": ["130.8", "61.5"],
        "Precept": ["81.8", "38.5"],
        "Revenue budget": ["212.6", "100.0"],
    }
    assert grid(election, "revenue-budget-2021-22-use") == {
        "Chief Constable": ["206.9", "97.3"],
        "Office of the Police and Crime Commissioner and commissioning": ["5.7", "2.7"],
        "Revenue budget": ["212.6", "100.0"],
    }
    assert [cells[0] for cells in grid(election, "officer-numbers-2021-22").values()] == [
        "2,104",
        "50",
        "88",
        "2,242",
    ]


@pytest.mark.parametrize(
    ("slug", "amount"),
    [
        ("revenue-budget-2021-22", "£212.6m"),
        ("home-office-grants-2021-22", "£130.8m"),
        ("precept-2021-22", "£81.8m"),
        ("band-d-precept-2021-22", "£248.23 a year"),
        ("band-d-precept-increase-2021-22", "£15.00 a year"),
        ("available-to-chief-constable-2021-22", "about £206.9m"),
        ("office-and-commissioning-2021-22", "£5.7m"),
        ("efficiency-savings-target-2021-22", "£0.5m"),
        ("investments-2021-22", "£4.5m"),
        ("capital-programme-2021-22", "£8.5m"),
        ("officers-march-2021", "2,104 officers (FTE)"),
        ("additional-officers-2021-22", "50 officers"),
        ("uplift-officers-2021-22", "88 officers"),
        ("officers-march-2022", "2,242 officers (FTE)"),
    ],
)
def test_b1_figures_are_exact(election, slug, amount):
    assert Figure.objects.get(election=election, slug=slug).amount == amount


def test_b1_raises_no_warning(election):
    statements = Statement.objects.filter(election=election)
    figures = Figure.objects.filter(election=election)

    assert [found for s in statements for found in check_statement(s)] == []
    assert [found for f in figures for found in check_figure(f)] == []


def test_b2_holds_every_award(election):
    assert grid(election, "community-safety-partnership-funding") == {
        "Safer Leicestershire": ["239,000", "72,150", "341,796"],
        "Charnwood CSP": ["75,500", "15,956.25", "–"],
        "Blaby": ["33,000", "9,573.75", "–"],
        "Hinckley & Bosworth": ["40,000", "9,573.75", "–"],
        "Safer North West Leicestershire": ["35,500", "9,573.75", "–"],
        "Harborough District CSP": ["26,500", "9,573.75", "–"],
        "Oadby & Wigston CSP": ["22,000", "6,382.50", "–"],
        "Safer Melton": ["17,500", "3,191.25", "–"],
        "Safer Rutland": ["11,000", "3,700", "10,485"],
    }


def test_b2_shows_the_totals_nobody_printed(election, client):
    page = client.get("/pcc-2021/statements/community-safety-partnership-funding/")

    text = page.content.decode()
    for total in ("500,000", "139,675.00", "352,281", "991,956.00", "652,946", "91,456.25"):
        assert total in text, total
    columns = zip(*grid(election, "community-safety-partnership-funding").values(), strict=True)
    numbers = [
        sum(Decimal(cell.replace(",", "")) for cell in column if cell != "–") for column in columns
    ]
    assert numbers == [Decimal("500000"), Decimal("139675.00"), Decimal("352281")]
    assert sum(numbers) == Decimal("991956.00")


def test_newsletters_have_their_seventeen_sections(election):
    headings = {}
    for newsletter in Newsletter.objects.filter(election=election):
        sections = [
            section
            for relation in newsletter._meta.related_objects
            if relation.related_model._meta.label.endswith("Section")
            for section in relation.related_model.objects.filter(parent=newsletter)
        ]
        ordered = sorted(sections, key=lambda section: section.ordering)
        headings[newsletter.number] = [s.heading for s in ordered if s.heading]

    assert headings == {
        1: [
            "Welcome to Candidate News",
            "Working virtually",
            "Budget 2021-22",
            "Virtual workshops",
            "Meeting with the Chief Executive",
            "Briefing from the Chief Constable",
            "Further information",
        ],
        3: [
            "Welcome",
            "Meeting with the PCC and the Chief Executive",
            "Dates for your diary – new PCC",
            "What Matters to You event",
            "Community engagement",
            "Partnerships",
            "Community Safety Partnership funding",
            "Future developments",
            "Contact",
            "Further information",
        ],
    }


def test_programme_holds_every_printed_date(election):
    slots = Slot.objects.filter(event__election=election)
    times = {
        slot.event.slug: tuple(
            timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""
            for moment in (slot.starts_at, slot.ends_at)
        )
        for slot in slots
    }

    assert times == {
        "chief-constable-operational-briefing": ("2021-03-01 12:00", "2021-03-01 14:00"),
        "strategy-and-commissioning-team": ("2021-03-18 10:00", "2021-03-18 12:00"),
        "what-matters-to-you": ("2021-03-22 00:00", ""),
        "partnerships-and-engagement-team": ("2021-03-23 10:00", "2021-03-23 12:00"),
        "executive-team": ("2021-04-14 14:00", "2021-04-14 16:00"),
        "violence-reduction-network": ("2021-04-22 12:00", "2021-04-22 14:00"),
        "partners-and-providers": ("2021-04-28 10:00", "2021-04-28 12:00"),
        "welcome-and-induction": ("2021-05-13 09:00", "2021-05-13 11:00"),
        "meeting-with-the-chief-constable": ("2021-05-13 13:30", "2021-05-13 14:30"),
    }
    by_appointment = Event.objects.filter(election=election, by_appointment=True)
    assert set(by_appointment.values_list("slug", flat=True)) == {
        "one-to-one-chief-executive",
        "one-to-one-pcc",
    }
    assert election.poll_date == dt.date(2021, 5, 6)


def test_everything_is_public(election):
    known = Newsletter.objects.visible_to(AnonymousUser(), timezone.now())

    assert sorted(known.filter(election=election).values_list("number", flat=True)) == [1, 3]
