"""What may be uploaded: the file must be what its name says, and no larger than it may be."""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from PIL import Image, UnidentifiedImageError


class Kind(NamedTuple):
    """A kind of file: what it is served as, and what readers call it."""

    content_type: str
    words: str


OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
KINDS = {
    "pdf": Kind("application/pdf", "PDF"),
    "docx": Kind(f"{OFFICE}.wordprocessingml.document", "Word document"),
    "xlsx": Kind(f"{OFFICE}.spreadsheetml.sheet", "Excel spreadsheet"),
    "pptx": Kind(f"{OFFICE}.presentationml.presentation", "PowerPoint slides"),
    "odt": Kind(f"{OPEN_DOCUMENT}.text", "OpenDocument text"),
    "ods": Kind(f"{OPEN_DOCUMENT}.spreadsheet", "OpenDocument spreadsheet"),
    "odp": Kind(f"{OPEN_DOCUMENT}.presentation", "OpenDocument slides"),
    "csv": Kind("text/csv; charset=utf-8", "CSV table"),
    "txt": Kind("text/plain; charset=utf-8", "plain text"),
    "png": Kind("image/png", "PNG picture"),
    "jpg": Kind("image/jpeg", "JPEG picture"),
    "jpeg": Kind("image/jpeg", "JPEG picture"),
}
TEXT = {"csv", "txt"}
PICTURES = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG"}
MARKUP = re.compile(rb"\s*<(!doctype|html|head|body|script|svg|\?xml|!--)", re.IGNORECASE)
MACROS = re.compile(r"vbaProject|^Basic/|^Scripts/|macrosheets/", re.IGNORECASE)

HEAD_BYTES = 8192
# A PDF reader looks for the end mark here; more after it is not part of the document.
PDF_TAIL_BYTES = 1024
PACKED_FILES = 5_000
UNPACKED_BYTES = 500_000_000
UNPACKED_RATIO = 200
INDEX_BYTES = 1_000_000
# No such part; damaged; encrypted; packed in a way that cannot be read.
BROKEN_ARCHIVE = (KeyError, BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError)


def extension_of(name: str) -> str:
    return PurePath(name).suffix.lower().removeprefix(".")


def content_type_of(name: str) -> str:
    """The content type a file of this name is served with. Raises ``KeyError`` if not allowed."""
    return KINDS[extension_of(name)].content_type


def in_words(name: str, size: int) -> str:
    """What kind of file it is and how large, as in “PDF, 1.2 MB”; ``size`` in bytes."""
    megabytes = size / 1_000_000
    amount = f"{megabytes:.1f} MB" if megabytes >= 1 else f"{max(1, round(size / 1000))} kB"
    return f"{KINDS[extension_of(name)].words}, {amount}"


def check_upload(file: File) -> None:
    """Refuse a file whose kind is not allowed, which is too large, or not what its name says.

    Raises ``ValidationError`` with the reason, in words for the person who uploads it.
    """
    name, extension = PurePath(file.name or "").name, extension_of(file.name or "")
    if not name.isprintable():
        raise ValidationError(
            "The file’s name holds characters that cannot be seen. Rename it and try again.",
            code="name",
        )
    if extension not in KINDS:
        raise ValidationError(
            f"“{name}” cannot be uploaded. Use one of these kinds: {', '.join(sorted(KINDS))}.",
            code="kind",
        )
    try:
        with _opened(file):
            _check_content(file, name, extension)
    except FileNotFoundError as missing:
        raise ValidationError(
            f"“{name}” is no longer where it was stored. Upload it again.", code="missing"
        ) from missing


@contextmanager
def _opened(file: File) -> Iterator[None]:
    """The file at its beginning; afterwards as it was found: closed, or at its beginning."""
    was_closed = file.closed
    file.open("rb")
    try:
        yield
    finally:
        if was_closed:
            file.close()
        else:
            file.seek(0)


def _check_content(file: File, name: str, extension: str) -> None:
    if file.size > settings.UPLOAD_MAX_MEGABYTES * 1_000_000:
        raise ValidationError(
            f"“{name}” is larger than {settings.UPLOAD_MAX_MEGABYTES} MB. Make it smaller, "
            "or publish it elsewhere and give a link.",
            code="too_large",
        )
    if file.size == 0:
        raise ValidationError(f"“{name}” is empty.", code="empty")
    if not _is_what_it_says(file, extension):
        raise ValidationError(
            f"“{name}” is not a {extension.upper()} file, whatever its name says. "
            "Save it again from the program it was made with.",
            code="not_what_it_says",
        )
    if extension not in TEXT and extension not in PICTURES and extension != "pdf":
        _check_archive(file, name)


def _is_what_it_says(file: File, extension: str) -> bool:
    if extension in TEXT:
        return _is_text(file)
    if extension in PICTURES:
        return _is_picture(file, PICTURES[extension])
    if extension == "pdf":
        return _is_whole_pdf(file)
    return _is_archive_of(file, KINDS[extension].content_type)


def _is_text(file: File) -> bool:
    content = file.read()
    file.seek(0)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return "\0" not in text and not MARKUP.match(content.removeprefix(b"\xef\xbb\xbf"))


def _is_picture(file: File, expected: str) -> bool:
    try:
        with Image.open(file, formats=[expected]) as picture:
            picture.verify()
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return False
    file.seek(0)
    return True


def _is_whole_pdf(file: File) -> bool:
    kind = filetype.guess(file.read(HEAD_BYTES))
    file.seek(max(0, file.size - PDF_TAIL_BYTES))
    tail = file.read()
    file.seek(0)
    return kind is not None and kind.extension == "pdf" and b"%%EOF" in tail


def _is_archive_of(file: File, content_type: str) -> bool:
    """Whether a zip archive says of itself that it is an Office or OpenDocument file."""
    try:
        with ZipFile(file) as archive:
            if content_type.startswith(OPEN_DOCUMENT):
                with archive.open("mimetype") as mimetype:
                    return mimetype.read(INDEX_BYTES).decode().strip() == content_type
            with archive.open("[Content_Types].xml") as index:
                return f"{content_type}.main+xml".encode() in index.read(INDEX_BYTES)
    except BROKEN_ARCHIVE:
        return False
    finally:
        file.seek(0)


def _check_archive(file: File, name: str) -> None:
    with ZipFile(file) as archive:
        parts = archive.infolist()
    file.seek(0)
    unpacked = sum(part.file_size for part in parts)
    if (
        len(parts) > PACKED_FILES
        or unpacked > UNPACKED_BYTES
        or unpacked > UNPACKED_RATIO * file.size
    ):
        raise ValidationError(
            f"“{name}” would be far larger once opened than it looks, and could stop a reader’s "
            "computer. Publish it as a PDF.",
            code="bomb",
        )
    if any(MACROS.search(part.filename) for part in parts):
        raise ValidationError(
            f"“{name}” holds macros, which can harm a reader’s computer. Save it without them.",
            code="macros",
        )
