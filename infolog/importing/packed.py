"""Word and Excel files are packed folders of XML: what is looked at before one is opened."""

import io
import zipfile
from typing import Any
from xml.parsers import expat

from .table import UnreadableFile

MEMBERS_AT_MOST = 2_000
UNPACKED_AT_MOST = 150_000_000
# Text packs to a tenth; what packs to a hundredth of a megabyte and more was made to burst.
RATIO_AT_MOST = 200
SMALL = 2_000_000
# Excel's table of all texts is held in memory as a whole; a log of ten thousand rows fills half.
SHARED_STRINGS = "xl/sharedstrings.xml"
SHARED_AT_MOST = 20_000_000

_BROKEN = "The file is broken. Open it in the program it was made with, and save it again."


def open_packed(content: bytes) -> zipfile.ZipFile:
    """The packed file, once it is known to be harmless and of a bearable size.

    Raises ``UnreadableFile``: ``broken``, ``encrypted``, ``bomb``, ``macro``, ``hostile``.
    """
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableFile("broken", _BROKEN) from error
    members = packed.infolist()
    _refuse_bomb(members)
    for member in members:
        name = member.filename.lower()
        if member.flag_bits & 1:
            raise UnreadableFile(
                "encrypted", "The file is locked with a password. Save it without one."
            )
        if "vbaproject" in name or "/activex/" in name or "macrosheets/" in name:
            raise UnreadableFile(
                "macro", "The file holds a macro, a small program. Save it without macros."
            )
        if name.endswith((".xml", ".rels")):
            _refuse_entities(packed, member)
    return packed


def _refuse_bomb(members: list[zipfile.ZipInfo]) -> None:
    # What is read of a member never exceeds the size it states.
    unpacked = sum(member.file_size for member in members)
    bursts = any(
        member.file_size > SMALL and member.file_size > RATIO_AT_MOST * max(member.compress_size, 1)
        for member in members
    )
    shared = sum(m.file_size for m in members if m.filename.lower() == SHARED_STRINGS)
    too_large = unpacked > UNPACKED_AT_MOST or shared > SHARED_AT_MOST
    if bursts or too_large or len(members) > MEMBERS_AT_MOST:
        raise UnreadableFile(
            "bomb", "Unpacked, the file would be far larger than a log can be. It was not opened."
        )


class _RootReached(Exception):
    """The first element began: no declaration can follow."""


def _refuse_entities(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """No document type: that is where entities are declared that grow or read other files."""

    def declared(*_: Any) -> None:
        raise UnreadableFile(
            "hostile", "The file declares things that no office program writes. It was not read."
        )

    def root(*_: Any) -> None:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = root
    try:
        with packed.open(member) as stream:
            while piece := stream.read(65_536):
                parser.Parse(piece)
    except _RootReached:
        return
    except (expat.ExpatError, zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise UnreadableFile("broken", _BROKEN) from error
    except Exception as error:  # zlib.error and NotImplementedError, by the way it was packed
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile("broken", _BROKEN) from error
