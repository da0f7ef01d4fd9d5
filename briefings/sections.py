"""The sections of a newsletter as one reader may see them."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from elections.addresses import share_election
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

    @property
    def has_programme(self) -> bool:
        return any(isinstance(section, ProgrammeSection) for section in self.sections)


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
    def visible(model: Any) -> Any:
        return with_corrections(model.objects.visible_to(user, at), at)

    def of(model: Any) -> Any:
        return model.objects.filter(parent=newsletter)

    statements = visible(Statement).select_related("source").prefetch_related("columns", "lines")
    figures = visible(Figure).select_related("source").order_by("topic", "position", "title")
    tables = _tables(of(TableSection), statements)
    lists = [
        *_lists(of(FiguresSection), "figures", figures),
        *_lists(of(DocumentsSection), "documents", visible(Document)),
    ]
    _share_election(newsletter, tables, lists)
    sections: list[Section] = [
        *of(TextSection),
        *of(ProgrammeSection),
        *of(ContactSection),
        *tables,
        *lists,
    ]
    return sorted(sections, key=lambda section: (section.ordering, section._meta.model_name))


def _share_election(newsletter: Newsletter, tables: list[Any], lists: list[Any]) -> None:
    items = [table.shown for table in tables if table.shown]
    items += [item for section in lists for item in section.shown]
    sources = [item.source for item in items if not isinstance(item, Document)]
    share_election(newsletter.election, [*items, *sources])


def _tables(sections: QuerySet[Any], visible: QuerySet[Any]) -> list[Section]:
    """Each with ``shown``: its statement, or ``None`` when it is not for this reader."""
    found = list(sections)
    statements = visible.in_bulk([section.statement_id for section in found])
    for section in found:
        section.shown = statements.get(section.statement_id)
    return found


def _lists(sections: QuerySet[Any], name: str, visible: QuerySet[Any]) -> list[Section]:
    """Each with ``shown``: what of its list this reader may see, and ``hidden``: how many not."""
    shown = Prefetch(name, queryset=visible, to_attr="shown")
    found = list(sections.annotate(total=Count(name)).prefetch_related(shown))
    for section in found:
        section.hidden = section.total - len(section.shown)
    return found
