"""What an uploaded file holds that nobody sees who just opens it, said for staff.

Hidden data stops a release; who made the file is only a note. A file is read piece by piece and
never unpacked as a whole; what cannot be read, for a password or its size, is said in words.
"""

from collections.abc import Callable, Iterator

from django.core.files.base import File

from pcc_portal.findings import Finding

from . import open_documents, pdfs, pictures, slides, spreadsheets, word
from .archives import Archive, Unreadable
from .saying import unchecked

READ: dict[str, Callable[[Archive], Iterator[Finding]]] = {
    "xlsx": spreadsheets.hidden_in,
    "docx": word.hidden_in,
    "pptx": slides.hidden_in,
    "odt": open_documents.hidden_in,
    "ods": open_documents.hidden_in,
    "odp": open_documents.hidden_in,
}
LOOKED_AT: dict[str, Callable[[File], Iterator[Finding]]] = {
    "pdf": pdfs.hidden_in,
    "jpg": pictures.hidden_in,
    "jpeg": pictures.hidden_in,
    "png": pictures.hidden_in,
}


def hidden_in(file: File, extension: str) -> list[Finding]:
    """What is hidden in an open file of that kind. Leaves it at its beginning."""
    file.seek(0)
    found: list[Finding] = []
    try:  # what was found before a part cannot be read stays found
        if extension in READ:
            with Archive(file) as archive:
                for finding in READ[extension](archive):
                    found.append(finding)
                found += pictures.hidden_in_archive(archive)
        elif extension in LOOKED_AT:
            for finding in LOOKED_AT[extension](file):
                found.append(finding)
    except Unreadable as unreadable:
        found.append(unchecked(str(unreadable)))
    finally:
        file.seek(0)
    return list(dict.fromkeys(found))
