"""Small factories; what a test does not name is plausible and of no importance to it."""

import datetime as dt
from collections.abc import Callable
from itertools import count

import pytest
from django.core.files.base import ContentFile

from briefings.models import Document, Newsletter


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
