"""Small factories; what a test does not name is plausible and of no importance to it."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from itertools import count

import pytest
from django.core.files.base import ContentFile

from briefings.models import (
    Document,
    Figure,
    Newsletter,
    Statement,
    StatementColumn,
    StatementLine,
)


@pytest.fixture
def pdf() -> bytes:
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def make_document(election) -> Callable[..., Document]:
    """A draft that links to its publisher; with ``content`` a file of that content instead."""
    numbers = count(1)

    def _make(*, content: bytes | None = None, name: str = "paper.pdf", **fields) -> Document:
        number = next(numbers)
        fields = {
            "election": election,
            "slug": f"document-{number}",
            "title": f"Document {number}",
            "publisher": "Police and Crime Panel",
            "published_on": dt.date(2021, 1, 27),
            "category": Document.Category.BUDGET,
        } | fields
        if content is None:
            fields.setdefault("link", "https://www.example.org/papers/budget")
        document = Document(**fields)
        if content is not None:
            document.file = ContentFile(content, name=name)
        document.full_clean()
        document.save()
        return document

    return _make


@pytest.fixture
def make_newsletter(election) -> Callable[..., Newsletter]:
    """A draft without sections; add them with ``TextSection.objects.create(parent=…)``."""
    numbers = count(1)

    def _make(**fields) -> Newsletter:
        number = next(numbers)
        newsletter = Newsletter(
            **{
                "election": election,
                "slug": f"issue-{number}",
                "number": number,
                "title": f"News of the campaign {number}",
                "summary": "What candidates should know this week.",
            }
            | fields
        )
        newsletter.full_clean()
        newsletter.save()
        return newsletter

    return _make


@pytest.fixture
def source(make_document, release_now) -> Document:
    """A released public document: numbers need one to come from."""
    document = make_document(slug="budget-report", title="Budget report")
    release_now(document)
    return document


@pytest.fixture
def make_statement(election, source) -> Callable[..., Statement]:
    """A draft of one amount column and two lines, unless ``columns`` and ``lines`` say other."""
    numbers = count(1)

    def _make(*, columns: list[dict] | None = None, lines: list[tuple] = (), **fields) -> Statement:
        number = next(numbers)
        statement = Statement(
            **{
                "election": election,
                "slug": f"table-{number}",
                "title": f"Table {number}",
                "summary": "What the money is spent on.",
                "row_heading": "Purpose",
                "as_at": dt.date(2021, 1, 27),
                "source": source,
                "source_place": "page 4",
            }
            | fields
        )
        statement.full_clean()
        statement.save()
        plain = {"heading": "2021/22 budget", "unit": "£m", "financial_year": "2021/22"}
        for position, column in enumerate(columns or [plain], start=1):
            StatementColumn.objects.create(statement=statement, position=position, **column)
        rows = lines or [("Police", "item", "206.9"), ("Office", "item", "5.7")]
        for position, (label, role, *cells) in enumerate(rows, start=1):
            StatementLine.objects.create(
                statement=statement, position=position, label=label, role=role, cells=cells
            )
        return statement

    return _make


@pytest.fixture
def make_figure(election, source) -> Callable[..., Figure]:
    """A draft: a sum of money of 2021/22."""
    numbers = count(1)

    def _make(**fields) -> Figure:
        number = next(numbers)
        figure = Figure(
            **{
                "election": election,
                "slug": f"figure-{number}",
                "title": f"Figure {number}",
                "topic": "Money",
                "value": Decimal("212.6"),
                "decimal_places": 1,
                "unit": "£m",
                "financial_year": "2021/22",
                "basis": "budget",
                "as_at": dt.date(2021, 1, 27),
                "source": source,
                "source_place": "page 4",
            }
            | fields
        )
        figure.full_clean()
        figure.save()
        return figure

    return _make
