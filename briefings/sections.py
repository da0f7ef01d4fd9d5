"""The sections of a newsletter as one reader may see them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from releases.kept import kept
from releases.models import Reader
from releases.quoting import outdated
from releases.versions import with_corrections

from .drawn import drawn
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

SECTIONS = (
    TextSection,
    ProgrammeSection,
    ContactSection,
    TableSection,
    FiguresSection,
    DocumentsSection,
)
# What the types of section that list something list.
LISTED: dict[type[Section], Any] = {
    TableSection: Statement,
    FiguresSection: Figure,
    DocumentsSection: Document,
}
FOLLOWED_BY: dict[type[Section], str] = {
    TableSection: "briefings/sections/_table.html",
    FiguresSection: "briefings/sections/_figures.html",
    DocumentsSection: "briefings/sections/_documents.html",
    ProgrammeSection: "briefings/sections/_programme.html",
}


@dataclass(frozen=True)
class Piece:
    """What a released section says to everyone, and the ids of what it lists."""

    model: type[Section]
    ordering: int
    heading: str
    text: SafeString
    event_kind: str
    ids: tuple[int, ...]

    @property
    def order(self) -> tuple[int, str]:
        return self.ordering, self.model.__name__


@dataclass(frozen=True)
class Shown:
    """One thing a section lists, as it is drawn; ``corrected`` says so where it has been."""

    html: SafeString
    corrected: SafeString


@dataclass(frozen=True)
class SectionShown:
    """A section for one reader: ``hidden`` is how many of the things it lists are not for them."""

    piece: Piece
    shown: list[Shown]
    hidden: int

    @property
    def template(self) -> str:
        """What follows the text of a section of this type; empty where the text is all."""
        return FOLLOWED_BY.get(self.piece.model, "")


@dataclass
class Chapter:
    """A heading and all that stands under it; only what opens a newsletter may have no heading."""

    number: int
    heading: str
    sections: list[SectionShown] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"section-{self.number}"

    @property
    def has_programme(self) -> bool:
        return any(section.piece.model is ProgrammeSection for section in self.sections)


def chapters(newsletter: Newsletter, *, user: Reader, at: dt.datetime) -> list[Chapter]:
    """The sections of a released newsletter in order, those without a heading joined to the one
    before.

    What a section refers to is with it only if ``user`` may see it. The number of queries does
    not grow with the number of sections.
    """
    pieces = kept("newsletter", [newsletter.pk], lambda _: {newsletter.pk: _pieces(newsletter)})
    listed = {
        model: _listed(model, _ids(pieces[newsletter.pk], model), user, at) for model in LISTED
    }
    found: list[Chapter] = []
    for piece in pieces[newsletter.pk]:
        if piece.heading or not found:
            found.append(Chapter(len(found) + 1, piece.heading))
        shown = [of for pk, of in listed.get(piece.model, {}).items() if pk in piece.ids]
        found[-1].sections.append(SectionShown(piece, shown, len(piece.ids) - len(shown)))
    return found


def _pieces(newsletter: Newsletter) -> list[Piece]:
    return sorted(
        (_piece(section, newsletter) for section in _sections(newsletter)),
        key=lambda piece: piece.order,
    )


def _sections(newsletter: Newsletter) -> Iterator[Section]:
    for model in SECTIONS:
        sections = model.objects.filter(parent=newsletter)
        lists = [relation.name for relation in model._meta.local_many_to_many]
        yield from sections.prefetch_related(*lists)


def _piece(section: Any, newsletter: Newsletter) -> Piece:
    kind = section._meta.model_name.removesuffix("section")
    text = ""
    if kind in ("text", "contact"):
        context = {"part": section, "office": newsletter.election.office}
        text = render_to_string(f"briefings/sections/_{kind}.html", context)
    elif getattr(section, "introduction", ""):
        text = render_to_string("briefings/sections/_introduction.html", {"part": section})
    ids = [section.statement_id] if kind == "table" else []
    for relation in section._meta.local_many_to_many:
        ids += [row.pk for row in getattr(section, relation.name).all()]
    return Piece(
        model=type(section),
        ordering=section.ordering,
        heading=section.heading,
        text=SafeString(text),
        event_kind=getattr(section, "event_kind", ""),
        ids=tuple(ids),
    )


def _ids(pieces: list[Piece], model: type[Section]) -> set[int]:
    return {pk for piece in pieces if piece.model is model for pk in piece.ids}


def _listed(
    section: type[Section], ids: set[int], user: Reader, at: dt.datetime
) -> dict[int, Shown]:
    """What ``user`` may see of the rows ``ids`` that sections of this type list, in order."""
    if not ids:
        return {}
    model = LISTED[section]
    visible = with_corrections(model.objects.visible_to(user, at).filter(pk__in=ids), at)
    if model is Figure:
        visible = visible.order_by("topic", "position", "title")
    superseded = dict(visible.values_list("pk", "is_superseded"))
    # What is not among them may have been withdrawn.
    doubtful = ids - {pk for pk, is_old in superseded.items() if not is_old}
    changed = outdated(model, doubtful, user, at) if doubtful else {}
    told = {
        pk: render_to_string("releases/_outdated.html", {"outdated": [one]})
        for pk, one in changed.items()
    }
    shown = {
        pk: Shown(html, told.get(pk, SafeString("")))
        for pk, html in drawn(model, superseded).items()
    }
    # Of what was withdrawn only that it was is left to show.
    gone = {pk: Shown(SafeString(""), told[pk]) for pk in told if pk not in shown}
    return shown | gone
