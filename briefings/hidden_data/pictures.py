"""Pictures: where they were taken."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from django.core.files.base import File
from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import IFD

from pcc_portal.findings import Finding

from .archives import Archive
from .saying import hidden

NOT_A_PICTURE = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
PHOTOS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp")
ADVICE = "Save it without its properties, or take a screenshot of it, and upload that."


def hidden_in(file: File) -> Iterator[Finding]:
    """Where a photo was taken, if it says so."""
    if tells_place(file):
        yield hidden("place", "the place where the photo was taken (its GPS position)", ADVICE)


def hidden_in_archive(archive: Archive) -> Iterator[Finding]:
    """The same of every photo inside a document."""
    for name in archive.names:
        if "media/" not in name.lower() and not name.startswith("Pictures/"):
            continue
        if not name.lower().endswith(PHOTOS):
            continue
        picture = archive.picture(name)
        if picture is None:
            continue
        with picture:
            if tells_place(picture):
                yield hidden(
                    "place",
                    f"a photo ({PurePath(name).name}) that tells where it was taken",
                    "Put a copy without its properties in its place and upload the file again.",
                )


def tells_place(picture: Any) -> bool:
    """Whether a picture holds a GPS position. What is no picture tells none."""
    try:
        with Image.open(picture) as opened:
            position = opened.getexif().get_ifd(IFD.GPSInfo)
    except NOT_A_PICTURE:
        return False
    return any(tag in position for tag in (2, 4))  # latitude, longitude
