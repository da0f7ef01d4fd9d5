"""PowerPoint slides: speaker notes, hidden slides and comments."""

from collections.abc import Iterator

from pcc_portal.findings import Finding

from .archives import Archive, Elements, attributes_in
from .properties import about_the_file
from .saying import counted, hidden


def hidden_in(archive: Archive) -> Iterator[Finding]:
    """What a set of slides hides."""
    notes = sum(_has_notes(archive, part) for part in archive.named("ppt/notesSlides/", ".xml"))
    if notes:
        yield hidden(
            "notes",
            f"speaker notes on {counted(notes, 'slide')}",
            "Delete the notes, or publish the slides as a PDF without them.",
        )
    out_of_sight = sum(
        attributes.get("show", "1") in ("0", "false")
        for part in archive.named("ppt/slides/slide", ".xml")
        for attributes in attributes_in(archive, part, "sld")
    )
    if out_of_sight:
        yield hidden(
            "slide",
            counted(out_of_sight, "hidden slide"),
            "Anyone can show it. Delete it, or show it, and upload the file again.",
        )
    parts = [*archive.named("ppt/comments/", ".xml"), *archive.named("ppt/modernComments/", ".xml")]
    comments = sum(len(attributes_in(archive, part, "cm")) for part in parts)
    if comments:
        yield hidden("comment", counted(comments, "comment"), "Delete them and upload it again.")
    yield from about_the_file(archive, "ppt")


class _Notes(Elements):
    """Whether there is text apart from fields such as the number of the slide."""

    def __init__(self) -> None:
        super().__init__()
        self.has_text = False
        self._in_text = self._in_field = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "fld":
            self._in_field = True
        elif tag == "t":
            self._in_text = True

    def end(self, tag: str) -> None:
        if tag == "fld":
            self._in_field = False
        elif tag == "t":
            self._in_text = False

    def data(self, text: str) -> None:
        if self._in_text and not self._in_field and text.strip():
            self.has_text = True


def _has_notes(archive: Archive, part: str) -> bool:
    notes = _Notes()
    archive.read(part, notes)
    return notes.has_text
