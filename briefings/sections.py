"""The sections of a newsletter as one reader may see them."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from releases.models import Reader

from .models import (
    ContactSection,
    Document,
    DocumentsSection,
    Figure,
    FiguresSection,
    Newsletter,
    ProgrammeSection,
    Section,
    Statement,
    TableSection,
    TextSection,
)
from .versions import with_corrections


@dataclass
class Chapter:
    """A heading and all that stands under it; only what opens a newsletter may have no heading."""

    number: int
    heading: str
    sections: list[Section] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"section-{self.number}"


def chapters(newsletter: Newsletter, *, user: Reader, at: dt.datetime) -> list[Chapter]:
    """The sections in order, those without a heading joined to the one before.

    What a section refers to is with it only if ``user`` may see it. The number of queries does
    not grow with the number of sections.
    """
    found: list[Chapter] = []
    for section in _sections(newsletter, user, at):
        if section.heading or not found:
            found.append(Chapter(len(found) + 1, section.heading))
        found[-1].sections.append(section)
    return found


def _sections(newsletter: Newsletter, user: Reader, at: dt.datetime) -> list[Section]:
    sections: list[Section] = [
        *TextSection.objects.filter(parent=newsletter),
        *ProgrammeSection.objects.filter(parent=newsletter),
        *ContactSection.objects.filter(parent=newsletter),
        *_tables(newsletter, user, at),
        *_lists(FiguresSection, "figures", Figure, ["source__election"], newsletter, user, at),
        *_lists(DocumentsSection, "documents", Document, [], newsletter, user, at),
    ]
    return sorted(sections, key=lambda section: (section.ordering, section._meta.model_name))


def _visible(model: Any, related: list[str], user: Reader, at: dt.datetime) -> QuerySet[Any]:
    visible = model.objects.visible_to(user, at).select_related("election", "release", *related)
    return with_corrections(visible, at)


def _tables(newsletter: Newsletter, user: Reader, at: dt.datetime) -> list[TableSection]:
    """Each with ``shown``: its statement, or ``None`` when it is not for this reader."""
    sections = list(TableSection.objects.filter(parent=newsletter))
    statements = (
        _visible(Statement, ["source__election"], user, at)
        .filter(pk__in=[section.statement_id for section in sections])
        .prefetch_related("columns", "lines")
        .in_bulk()
    )
    for section in sections:
        section.shown = statements.get(section.statement_id)
    return sections


def _lists(
    model: Any,
    name: str,
    item: Any,
    related: list[str],
    newsletter: Newsletter,
    user: Reader,
    at: dt.datetime,
) -> list[Any]:
    """Each with ``shown``: what of its list is for this reader, and ``hidden``: how many are not."""
    visible = Prefetch(name, queryset=_visible(item, related, user, at), to_attr="shown")
    sections = model.objects.filter(parent=newsletter).annotate(total=Count(name))
    found = list(sections.prefetch_related(visible))
    for section in found:
        section.hidden = section.total - len(section.shown)
    return found
