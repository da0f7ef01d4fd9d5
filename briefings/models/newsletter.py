from collections.abc import Iterator
from typing import Any

from content_editor.models import Region, create_plugin_base
from django.db import models
from django.urls import reverse

from briefings.rich_text import RichTextField
from elections.naming import is_about_the_list
from pcc_portal.findings import Finding, Severity
from pcc_portal.proofreading import Counted, Passage, plain, rich
from releases.models import ReleasableItem, ReleasedPart

from .document import Document
from .figure import Figure
from .statement import Statement


class Newsletter(ReleasableItem):
    """One issue of the office's newsletter to candidates, made of ordered sections."""

    regions = [Region(key="main", title="Sections")]

    number = models.PositiveSmallIntegerField("issue number")
    title = models.CharField(max_length=150)
    summary = models.TextField(help_text="What is in this issue, in a sentence or two.")
    dated = models.CharField(
        "date as printed",
        max_length=60,
        blank=True,
        help_text="Only for an issue from before the portal, as in “after 22 March 2021”.",
    )

    class Meta(ReleasableItem.Meta):
        ordering = ["-number"]
        constraints = [
            *ReleasableItem.Meta.constraints,
            models.UniqueConstraint(
                fields=["election", "number", "version"],
                name="newsletter_number_unique",
                violation_error_message="This election already has an issue with this number.",
            ),
        ]

    def __str__(self) -> str:
        return f"Issue {self.number}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("briefings:newsletter", args=[self.election.slug, self.slug])

    def findings(self) -> list[Finding]:
        return self.findings_in_texts(tables=self._tables())

    def severity_of_name(self, passage: Passage) -> Severity:
        return Severity.WARNING if is_about_the_list(passage) else Severity.ERROR

    def passages(self) -> list[Passage]:
        """Title and summary, then each section under the heading it stands under."""
        passages = [
            plain("Title", self.title, field="title", is_label=True),
            plain("Summary", self.summary, field="summary", year=self.title),
        ]
        place = "Before the first heading"
        for section in self._sections():
            if section.heading:
                place = f"“{section.heading}”"
                passages.append(plain(f"Heading {place}", section.heading, is_label=True))
            passages += section.passages(place)
        return passages

    def _sections(self) -> "list[Section]":
        """In order. One query for each type of section."""
        sections: list[Any] = [
            section for model in SECTION_MODELS for section in model.objects.filter(parent=self)
        ]
        return sorted(sections, key=lambda section: (section.ordering, type(section).__name__))

    def _tables(self) -> list[Counted]:
        """The tables it shows, for counts in its text. Costs queries."""
        sections = TableSection.objects.filter(parent=self).select_related("statement")
        return [section.statement.counted() for section in sections]


SectionBase = create_plugin_base(Newsletter)


class Section(SectionBase, ReleasedPart):
    """A piece of a newsletter. One without a heading continues the section before it."""

    part_of = "parent"

    heading = models.CharField(
        max_length=150, blank=True, help_text="Leave empty to continue the section above."
    )

    class Meta(SectionBase.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.heading or "continues the section above"

    def passages(self, place: str) -> Iterator[Passage]:
        """What it says at ``place``, apart from its heading and what it lists."""
        introduction = getattr(self, "introduction", "")
        if introduction:
            yield plain(place, introduction)


class TextSection(Section):
    """Paragraphs, lists and links."""

    text = RichTextField()

    class Meta(Section.Meta):
        verbose_name = "text"
        verbose_name_plural = "texts"

    def passages(self, place: str) -> Iterator[Passage]:
        yield rich(place, self.text)


class TableSection(Section):
    """A statement, shown as the table it is."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")

    class Meta(Section.Meta):
        verbose_name = "table of figures"
        verbose_name_plural = "tables of figures"


class ProgrammeSection(Section):
    """The programme as it stands on the day it is read, or the part of it of one kind."""

    introduction = models.TextField(blank=True)
    # The kinds are those of workshops.Event, which this app does not import.
    event_kind = models.CharField("kind of event", max_length=15, blank=True)

    class Meta(Section.Meta):
        verbose_name = "live programme"
        verbose_name_plural = "live programmes"


class FiguresSection(Section):
    """Headline figures, each with its year, basis and source."""

    figures = models.ManyToManyField(Figure, related_name="+")

    class Meta(Section.Meta):
        verbose_name = "headline figures"
        verbose_name_plural = "headline figures"


class DocumentsSection(Section):
    """Documents to read."""

    introduction = models.TextField(blank=True)
    documents = models.ManyToManyField(Document, related_name="+")

    class Meta(Section.Meta):
        verbose_name = "documents"
        verbose_name_plural = "documents"


class ContactSection(Section):
    """Whom to contact: always the office's single point of contact as it is on the day."""

    introduction = models.TextField()

    class Meta(Section.Meta):
        verbose_name = "contact"
        verbose_name_plural = "contacts"


SECTION_MODELS: tuple[Any, ...] = (
    TextSection,
    TableSection,
    ProgrammeSection,
    FiguresSection,
    DocumentsSection,
    ContactSection,
)
