"""Whether people who cannot see a PDF can read it."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.files.base import File
from pypdf import PdfReader

from pcc_portal.findings import Finding, Severity

from .hidden_data.archives import Unreadable
from .hidden_data.pdfs import opened

# Enough pages to tell a scan from a paper.
SAMPLE = 5
LETTERS = 20


def check_access(file: File) -> Iterator[Finding]:
    """Warnings about a PDF that has no other form beside it. What cannot be read tells nothing."""
    try:
        with opened(file) as reader:
            reasons = list(_reasons(reader))
    except Unreadable:
        return
    finally:
        file.seek(0)
    for code, sentence in reasons:
        yield Finding(code, Severity.WARNING, sentence, "file")


def _reasons(reader: PdfReader) -> Iterator[tuple[str, str]]:
    advice = "Publish the same paper as a Word file or a page beside it, under the same title"
    pages = list(islice(reader.pages, SAMPLE))
    text = "".join(page.extract_text() for page in pages)
    if pages and sum(letter.isalnum() for letter in text) < LETTERS:
        yield (
            "pdf-scan",
            "This PDF is a picture of a paper: a screen reader reads nothing, and nobody can "
            f"search it. {advice}.",
        )
    elif not _is_tagged(reader):
        yield (
            "pdf-untagged",
            "This PDF has no tags, so a screen reader cannot tell headings, lists and tables. "
            f"{advice}, or make the PDF again with tags.",
        )


def _is_tagged(reader: PdfReader) -> bool:
    root: Any = reader.trailer["/Root"]
    marks = root.get("/MarkInfo")
    marks = marks.get_object() if marks is not None else {}
    return bool(marks.get("/Marked")) and "/StructTreeRoot" in root
