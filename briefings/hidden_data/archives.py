"""A zipped Office file read as a stream of elements: no part of it is ever unpacked whole."""

import posixpath
from collections.abc import Iterator
from typing import Any, BinaryIO, Protocol
from zipfile import ZipFile

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError
from django.core.files.base import File

from briefings.uploads import BROKEN_ARCHIVE, UNPACKED_BYTES

CHUNK = 64 * 1024
# Enough for the longest report; what is larger is said not to have been checked.
READ_BYTES = min(UNPACKED_BYTES, 200_000_000)
PICTURE_BYTES = 25_000_000


class Unreadable(Exception):
    """Why a file cannot be looked into, in words for staff."""


class Reader(Protocol):
    """Is told of every element of a part. Names are without their namespace."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...


class Archive:
    """The parts of a zipped file, within a budget of bytes for all of them together."""

    def __init__(self, file: File) -> None:
        try:
            self._zip = ZipFile(file)
        except BROKEN_ARCHIVE as broken:
            raise Unreadable(
                "The file could not be looked into: it is damaged or protected by a password. "
                "Save it again without a password."
            ) from broken
        self.names = [part.filename for part in self._zip.infolist()]
        self._left = READ_BYTES

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def named(self, start: str, end: str = "") -> list[str]:
        """The parts whose names begin and end so, in order."""
        return sorted(n for n in self.names if n.startswith(start) and n.endswith(end))

    def read(self, name: str, reader: Reader) -> None:
        """Tell ``reader`` of every element of a part; nothing if there is no such part.

        Raises ``Unreadable`` for what is encrypted, damaged or too large.
        """
        if name not in self.names:
            return
        parser = DefusedXMLParser(target=_Plain(reader), forbid_dtd=True)
        try:
            for chunk in self._chunks(name):
                parser.feed(chunk)
            parser.close()
        except (*BROKEN_ARCHIVE, ParseError, DefusedXmlException) as broken:
            raise Unreadable(
                f"The file could not be looked into: its part “{name}” is damaged or protected by "
                "a password. Save it again without a password."
            ) from broken

    def _chunks(self, name: str) -> Iterator[bytes]:
        with self._zip.open(name) as part:
            while chunk := part.read(CHUNK):
                self._left -= len(chunk)
                if self._left < 0:
                    raise Unreadable(
                        "The file is too large to be looked into. Check by hand that it hides "
                        "nothing, or publish it as a PDF."
                    )
                yield chunk

    def picture(self, name: str) -> BinaryIO | None:
        """A picture in the archive, opened; ``None`` if it is too large to be looked at."""
        if self._zip.getinfo(name).file_size > PICTURE_BYTES:
            return None
        return self._zip.open(name)  # type: ignore[return-value]


class _Plain:
    """Takes the namespaces off the names, for a reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.data = reader.data

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        self._reader.start(tag.rpartition("}")[2], plain)

    def end(self, tag: str) -> None:
        self._reader.end(tag.rpartition("}")[2])

    def close(self) -> None:
        """Nothing is built."""


class Elements:
    """The elements of one name in a part, as the attributes they have; a ``Reader``."""

    def __init__(self, *names: str) -> None:
        self.names = frozenset(names)
        self.found: list[tuple[str, dict[str, str]]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in self.names:
            self.found.append((tag, attributes))

    def end(self, tag: str) -> None:
        """Nothing."""

    def data(self, text: str) -> None:
        """Nothing."""


class Texts(Elements):
    """The text inside the elements of some names; a ``Reader``."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.texts: dict[str, str] = {}
        self._inside = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in self.names:
            self._inside = tag

    def end(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def data(self, text: str) -> None:
        if self._inside:
            self.texts[self._inside] = (self.texts.get(self._inside, "") + text)[:500]


def attributes_in(archive: Archive, name: str, *elements: str) -> list[dict[str, str]]:
    """The attributes of every such element of a part."""
    reader = Elements(*elements)
    archive.read(name, reader)
    return [attributes for _, attributes in reader.found]


def texts_in(archive: Archive, name: str, *elements: str) -> dict[str, str]:
    """What stands in such elements of a part, by their names."""
    reader = Texts(*elements)
    archive.read(name, reader)
    return {tag: text.strip() for tag, text in reader.texts.items() if text.strip()}


def targets_of(archive: Archive, name: str) -> dict[str, str]:
    """The parts that a part refers to, by the ids it calls them by."""
    folder, _, file = name.rpartition("/")
    relations = attributes_in(archive, f"{folder}/_rels/{file}.rels", "Relationship")
    return {
        one.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))[
            1:
        ]
        for one in relations
        if one.get("TargetMode") != "External"
    }


def is_on(value: Any) -> bool:
    """Whether an attribute of Office says yes."""
    return str(value).lower() in ("1", "true", "on")
