"""What may be uploaded: the file must be what its name says, and no larger than it may be."""

from pathlib import PurePath
from zipfile import BadZipFile, ZipFile

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from PIL import Image, UnidentifiedImageError

# Extension, and the content type the file is served with.
ALLOWED = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
}
TEXT = {"csv", "txt"}
PICTURES = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG"}
HEAD_BYTES = 8192


def extension_of(name: str) -> str:
    return PurePath(name).suffix.lower().removeprefix(".")


def content_type_of(name: str) -> str:
    """The content type a file of this name is served with. Raises ``KeyError`` if not allowed."""
    return ALLOWED[extension_of(name)]


def check_upload(file: File) -> None:
    """Refuse a file whose kind is not allowed, which is too large, or not what its name says.

    Raises ``ValidationError`` with the reason, in words for the person who uploads it.
    """
    name, extension = PurePath(file.name or "").name, extension_of(file.name or "")
    if extension not in ALLOWED:
        raise ValidationError(
            f"“{name}” cannot be uploaded. Use one of these kinds: {', '.join(sorted(ALLOWED))}."
        )
    if file.size > settings.UPLOAD_MAX_MEGABYTES * 1_000_000:
        raise ValidationError(
            f"“{name}” is larger than {settings.UPLOAD_MAX_MEGABYTES} MB. Make it smaller, "
            "or publish it elsewhere and give a link."
        )
    if file.size == 0:
        raise ValidationError(f"“{name}” is empty.")
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if not _is_what_it_says(file, head, extension):
        raise ValidationError(
            f"“{name}” is not a {extension.upper()} file, whatever its name says. "
            "Save it again from the program it was made with."
        )


def _is_what_it_says(file: File, head: bytes, extension: str) -> bool:
    if extension in TEXT:
        return _is_text(file)
    kind = filetype.guess(head)
    if extension in PICTURES:
        return kind is not None and _is_picture(file, PICTURES[extension])
    return kind is not None and (
        kind.extension == extension
        # Some writers of Office and OpenDocument files put their parts in an order of their own.
        or (kind.extension == "zip" and extension not in {"pdf"} and _zip_holds(file, extension))
    )


def _is_text(file: File) -> bool:
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return "\0" not in text


def _is_picture(file: File, expected: str) -> bool:
    try:
        with Image.open(file) as picture:
            picture.verify()
            return picture.format == expected
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        return False
    finally:
        file.seek(0)


def _zip_holds(file: File, extension: str) -> bool:
    """Whether a zip archive is an Office or OpenDocument file of this extension."""
    folders = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
    try:
        with ZipFile(file) as archive:
            if extension in folders:
                return any(name.startswith(folders[extension]) for name in archive.namelist())
            return archive.read("mimetype").decode() == ALLOWED[extension]
    except (BadZipFile, KeyError, UnicodeDecodeError):
        return False
    finally:
        file.seek(0)
