"""PDF files: comments, files and scripts inside, and text under boxes painted over it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.core.files.base import File
from pypdf import PdfReader

from pcc_portal.findings import Finding

from .archives import Unreadable
from .covered import covered_texts
from .saying import counted, harmless, hidden, listed, unchecked

MOST_PAGES = 400
# What readers are meant to click, or belongs to another annotation.
PLAIN = frozenset({"/Link", "/Widget", "/Popup", "/PrinterMark", "/TrapNet", "/Watermark"})
FILES = frozenset({"/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D"})


@contextmanager
def opened(file: File) -> Iterator[PdfReader]:
    """A PDF, read; raises ``Unreadable`` for what is encrypted or damaged."""
    try:
        reader = PdfReader(file, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(
                "The PDF is protected by a password, so nobody could read it and it could not be "
                "looked into. Save it without a password."
            )
        yield reader
    except Unreadable:
        raise
    except Exception as broken:  # a damaged file makes the library fail in any way
        raise Unreadable(
            "The PDF could not be looked into: it is damaged, or made in an unusual way. "
            "Save it again from the program it was made with."
        ) from broken


def hidden_in(file: File) -> Iterator[Finding]:
    """What a PDF hides."""
    with opened(file) as reader:
        if len(reader.pages) > MOST_PAGES:
            yield unchecked(
                f"The PDF has {len(reader.pages)} pages; the first {MOST_PAGES} were looked into. "
                "Check by hand that the rest hides nothing."
            )
        yield from _comments(reader)
        names = sorted(reader.attachments)
        if names:
            yield hidden("file", f"other files inside it: {listed(names)}")
        if _has_script(reader):
            yield hidden("script", "a script (JavaScript), which runs when it is opened")
        covered = [
            number
            for number, page in enumerate(islice(reader.pages, MOST_PAGES), start=1)
            if covered_texts(page, reader)
        ]
        if covered:
            pages = ", ".join(str(number) for number in covered[:10])
            yield hidden(
                "covered",
                f"text under boxes on page {pages}: it cannot be seen, and anyone can copy it",
                "Take the text itself out, then make the PDF again and upload it.",
            )
        author = reader.metadata.author if reader.metadata else None
        if author and str(author).strip():
            yield harmless("author", f"the name of whoever made it: {listed([str(author)])}")


def _comments(reader: PdfReader) -> Iterator[Finding]:
    kinds = Counter(
        str(annotation.get("/Subtype"))
        for page in islice(reader.pages, MOST_PAGES)
        for annotation in _annotations(page)
    )
    redacted = kinds.pop("/Redact", 0)
    if redacted:
        yield hidden(
            "redaction",
            f"{counted(redacted, 'mark')} where text was to be taken out and still is there",
            "Apply the redactions, save the PDF and upload it again.",
        )
    packed = sum(kinds.pop(kind, 0) for kind in FILES)
    if packed:
        yield hidden("file", f"{counted(packed, 'file')} pinned to its pages")
    comments = sum(number for kind, number in kinds.items() if kind not in PLAIN)
    if comments:
        yield hidden(
            "comment",
            f"{counted(comments, 'comment')} or marks",
            "Delete them and upload it again.",
        )


def _annotations(page: Any) -> Iterator[Any]:
    for reference in page.get("/Annots") or []:
        annotation = reference.get_object()
        if annotation is not None and hasattr(annotation, "get"):
            yield annotation


def _has_script(reader: PdfReader) -> bool:
    root: Any = reader.trailer["/Root"]
    names = root.get("/Names")
    if names is not None and "/JavaScript" in names.get_object():
        return True
    places = [root.get("/OpenAction"), root.get("/AA")]
    places += [
        place
        for page in islice(reader.pages, MOST_PAGES)
        for place in (page.get("/AA"), *(one.get("/A") for one in _annotations(page)))
    ]
    return any(_is_script(place) for place in places)


def _is_script(place: Any, depth: int = 0) -> bool:
    action = place.get_object() if hasattr(place, "get_object") else place
    if not hasattr(action, "get") or depth > 2:
        return False
    if action.get("/S") == "/JavaScript":
        return True
    return any(_is_script(inner, depth + 1) for inner in action.values())
