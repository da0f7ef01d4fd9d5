"""Real bytes under right and wrong names."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import InMemoryUploadedFile, TemporaryUploadedFile
from PIL import Image

from briefings.uploads import check_upload, in_words

OFFICE = "application/vnd.openxmlformats-officedocument"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DOCX = f"{OFFICE}.wordprocessingml.document"
EXE = b"MZ\x90\x00" + b"\x00" * 60 + b"This program cannot be run in DOS mode." + b"\x00" * 200


def _zip(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _office(content_type: str, folder: str, **more: bytes) -> bytes:
    index = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types"><Override PartName="/{folder}/main.xml" ContentType="{content_type}'
        '.main+xml"/></Types>'
    )
    parts = {"[Content_Types].xml": index.encode(), "_rels/.rels": b"<Relationships/>"}
    return _zip(parts | {f"{folder}/main.xml": b"<main/>"} | more)


def _picture(kind: str) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (4, 4), "navy").save(drawn, kind)
    return drawn.getvalue()


RIGHT = {
    "paper.pdf": PDF,
    "PAPER.PDF": PDF,
    "letter.docx": _office(DOCX, "word"),
    "budget.xlsx": _office(f"{OFFICE}.spreadsheetml.sheet", "xl"),
    "slides.pptx": _office(f"{OFFICE}.presentationml.presentation", "ppt"),
    "letter.odt": _zip({"mimetype": b"application/vnd.oasis.opendocument.text"}),
    "table.csv": "Partnership,£\nCharnwood,91456.25\n".encode("utf-8-sig"),
    "note.txt": b"Nominations close at 4pm.\n",
    "map.png": _picture("PNG"),
    "photo.jpg": _picture("JPEG"),
    "photo.jpeg": _picture("JPEG"),
    "report.exe.pdf": PDF,
}

WRONG = {
    "program under another name": ("report.pdf", EXE, "not_what_it_says"),
    "program": ("report.pdf.exe", EXE, "kind"),
    "web page as text": ("note.txt", b"\n<!DOCTYPE html><script>x</script>", "not_what_it_says"),
    "web page as PDF": ("note.pdf", b"<html><script>x</script></html>", "not_what_it_says"),
    "program as text": ("note.txt", EXE, "not_what_it_says"),
    "utf-16 as table": ("table.csv", "a,b".encode("utf-16"), "not_what_it_says"),
    "Word as Excel": ("budget.xlsx", _office(DOCX, "word"), "not_what_it_says"),
    "any archive as Word": ("letter.docx", _zip({"word/main.xml": b"<x/>"}), "not_what_it_says"),
    "damaged archive": ("letter.docx", _office(DOCX, "word")[:-30], "not_what_it_says"),
    "text as OpenDocument": (
        "table.ods",
        _zip({"mimetype": b"application/vnd.oasis.opendocument.text"}),
        "not_what_it_says",
    ),
    "Word with macros under its own name": ("letter.docm", _office(DOCX, "word"), "kind"),
    "Word with macros as Word": (
        "letter.docx",
        _office("application/vnd.ms-word.document.macroEnabled", "word"),
        "not_what_it_says",
    ),
    "macros hidden in Word": (
        "letter.docx",
        _office(DOCX, "word", **{"word/vbaProject.bin": b"\x01"}),
        "macros",
    ),
    "OpenDocument with macros": (
        "letter.odt",
        _zip(
            {
                "mimetype": b"application/vnd.oasis.opendocument.text",
                "Basic/Standard/Module1.xml": b"<x/>",
            }
        ),
        "macros",
    ),
    "archive that unpacks to far more": (
        "letter.docx",
        _office(DOCX, "word", **{"word/media/zeros": b"\0" * 20_000_000}),
        "bomb",
    ),
    "PNG as JPEG": ("photo.jpg", _picture("PNG"), "not_what_it_says"),
    "GIF as PNG": ("photo.png", _picture("GIF"), "not_what_it_says"),
    "damaged picture": ("photo.png", _picture("PNG")[:30], "not_what_it_says"),
    "drawing with scripts": ("logo.svg", b"<svg><script>x</script></svg>", "kind"),
    "PDF cut short": ("paper.pdf", PDF[:30], "not_what_it_says"),
    "PDF with something behind it": ("paper.pdf", PDF + EXE * 10, "not_what_it_says"),
    "nothing": ("paper.pdf", b"", "empty"),
    "no extension": ("paper", PDF, "kind"),
    "no name but an extension": (".pdf", PDF, "kind"),
    "null byte in the name": ("paper.exe\0.pdf", PDF, "name"),
    "name that reads backwards": ("paper\u202efdp.pdf", PDF, "name"),
}


@pytest.mark.parametrize(("name", "content"), RIGHT.items(), ids=RIGHT)
def test_upload_that_is_what_it_says_is_taken(name, content):
    file = ContentFile(content, name=name)

    check_upload(file)

    assert file.read() == content


@pytest.mark.parametrize(("name", "content", "code"), WRONG.values(), ids=WRONG)
def test_upload_that_is_not_is_refused(name, content, code):
    with pytest.raises(ValidationError) as refused:
        check_upload(ContentFile(content, name=name))

    assert refused.value.code == code


def test_upload_too_large_is_refused_with_the_limit(settings):
    settings.UPLOAD_MAX_MEGABYTES = 1
    content = PDF.replace(b"1 0 obj", b" " * 1_000_000 + b"1 0 obj")

    with pytest.raises(ValidationError) as refused:
        check_upload(ContentFile(content, name="paper.pdf"))

    assert refused.value.messages == [
        "“paper.pdf” is larger than 1 MB. Make it smaller, or publish it elsewhere and give a link."
    ]


def test_upload_refusal_says_what_is_wrong():
    with pytest.raises(ValidationError) as refused:
        check_upload(ContentFile(EXE, name="some/folder/report.pdf"))

    assert refused.value.messages == [
        "“report.pdf” is not a PDF file, whatever its name says. "
        "Save it again from the program it was made with."
    ]


def test_uploads_as_browsers_send_them_can_be_read_afterwards():
    content = RIGHT["letter.docx"]
    small = InMemoryUploadedFile(
        io.BytesIO(content), "file", "letter.docx", DOCX, len(content), None
    )
    large = TemporaryUploadedFile("letter.docx", DOCX, len(content), None)
    large.write(content)

    for file in (small, large):
        check_upload(file)

        assert file.read() == content
        file.close()


def test_file_gone_from_the_disk_is_refused(make_document):
    document = make_document(content=PDF)
    document.file.storage.delete(document.file.name)

    with pytest.raises(ValidationError) as refused:
        document.full_clean()

    assert refused.value.messages == [
        f"“{document.file.name.rpartition('/')[2]}” is no longer where it was stored. "
        "Upload it again."
    ]


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("a.pdf", 1_200_000, "PDF, 1.2 MB"),
        ("a.docx", 34_200, "Word document, 34 kB"),
        ("a.csv", 12, "CSV table, 1 kB"),
    ],
)
def test_in_words_tells_kind_and_size(name, size, words):
    assert in_words(name, size) == words
