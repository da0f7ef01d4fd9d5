import hashlib
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.db import models
from django.urls import reverse
from django.utils import timezone

from briefings.access import check_access
from briefings.hidden_data import hidden_in
from briefings.uploads import check_upload, content_type_of, extension_of, in_words
from pcc_portal.findings import Finding, Severity
from pcc_portal.proofreading import Passage, plain
from releases.models import ReleasableItem, later_version


class Document(ReleasableItem):
    """A paper candidates can read: a file the portal serves itself, or a link to its publisher."""

    class Category(models.TextChoices):
        BUDGET = "budget", "Budget and precept"
        PLAN = "plan", "Police and Crime Plan"
        PERFORMANCE = "performance", "Performance and inspection"
        PARTNERSHIPS = "partnerships", "Partnerships and commissioning"
        GOVERNANCE = "governance", "Governance and meetings"
        ELECTION = "election", "The election"
        OFFICE = "office", "The office and its staff"

    title = models.CharField(max_length=200)
    summary = models.TextField(
        blank=True, help_text="What it tells the reader, in a sentence or two."
    )
    publisher = models.CharField(max_length=150, help_text="The body that published it.")
    published_on = models.DateField("date of the document")
    category = models.CharField(max_length=15, choices=Category)
    file = models.FileField(
        upload_to="documents/%Y/%m/", blank=True, max_length=200, validators=[check_upload]
    )
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    size = models.PositiveBigIntegerField("size in bytes", default=0, editable=False)
    link = models.URLField(blank=True, max_length=400)

    class Meta(ReleasableItem.Meta):
        ordering = ["-published_on", "title"]
        constraints = [
            *ReleasableItem.Meta.constraints,
            models.CheckConstraint(
                condition=(~models.Q(file="") & models.Q(link=""))
                | (models.Q(file="") & ~models.Q(link="")),
                name="document_file_or_link",
                violation_error_message="Give either a file or a link: one of the two, not both.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("briefings:document", args=[self.election.slug, self.slug])

    def findings(self) -> list[Finding]:
        """Its texts and its file, which is read; a query more for a PDF."""
        return [*self.findings_in_texts(), *self._findings_in_file()]

    def _findings_in_file(self) -> list[Finding]:
        if not self.file:
            return []
        extension = extension_of(self.file.name)
        try:
            with self.file.open("rb") as file:
                found = hidden_in(file, extension)
                if extension == "pdf" and not self._has_other_form():
                    found += check_access(file)
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            sentence = "The file is no longer where it was stored. Upload it again."
            return [Finding("file-missing", Severity.ERROR, sentence, "file")]
        return [self._of_this_file(finding, digest) for finding in found]

    def _of_this_file(self, finding: Finding, digest: str) -> Finding:
        """A warning may be waived: that holds for these bytes, and for no file put in later."""
        if finding.severity is not Severity.WARNING:
            return finding
        sentence = f"{finding.sentence} (It is about the file with the fingerprint {digest[:8]}.)"
        return replace(finding, sentence=sentence)

    def _has_other_form(self) -> bool:
        """Whether readers get the same paper as something else than a PDF, too.

        It is released, or comes with this one; while this one is in no release, a draft will do.
        """
        others = (
            type(self)
            ._default_manager.exclude(slug=self.slug)
            .exclude(change=self.Change.WITHDRAWAL)
            .exclude(later_version(type(self), timezone.now()))
            .filter(election=self.election_id, title__iexact=self.title)
        )
        if self.audience == self.Audience.PUBLIC:
            others = others.filter(audience=self.Audience.PUBLIC)
        if self.release_id:
            released = models.Q(release__released_at__isnull=False)
            others = others.filter(released | models.Q(release=self.release_id))
        forms = others.values_list("file", "link")
        return any(not (file or link).lower().endswith(".pdf") for file, link in forms)

    def passages(self) -> list[Passage]:
        return [
            plain("Title", self.title, field="title", is_label=True),
            plain("Summary", self.summary, field="summary", year=self.title),
            plain("Publisher", self.publisher, field="publisher", is_label=True),
            plain("Link", self.link, field="link", is_label=True),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Fill what the file says of itself. Raises ``KeyError`` for a kind that is not allowed."""
        if not self.file:
            self.content_type, self.size = "", 0
        elif not self.file._committed:
            self.content_type, self.size = content_type_of(self.file.name), self.file.size
        super().save(*args, **kwargs)

    @property
    def format(self) -> str:
        """What a reader gets: “PDF, 1.2 MB”, or the website a link leads to."""
        if self.file:
            return in_words(self.file.name, self.size)
        return f"page on {self.host}"

    @property
    def host(self) -> str:
        """The website a link leads to, as people say it: www.example.org."""
        return urlsplit(self.link).hostname or ""

    @property
    def file_name(self) -> str:
        """What the file is called when it is downloaded: never the name it was uploaded with."""
        version = f"-version-{self.version}" if self.version > 1 else ""
        return f"{self.slug}{version}.{extension_of(self.file.name)}"
