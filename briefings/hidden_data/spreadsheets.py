"""Excel workbooks: hidden sheets, rows and columns, pivot caches, comments, other workbooks."""

from collections.abc import Iterator

from pcc_portal.findings import Finding

from .archives import Archive, Elements, attributes_in, is_on, targets_of
from .properties import about_the_file
from .saying import counted, hidden, listed

WORKBOOK = "xl/workbook.xml"
# Names Excel makes itself, as for a filter or what is printed.
BUILT_IN = "_xlnm."


def hidden_in(archive: Archive) -> Iterator[Finding]:
    """What a workbook hides."""
    yield from _sheets(archive)
    yield from _names(archive)
    if archive.named("xl/pivotCache/"):
        yield hidden(
            "pivot",
            "a copy of all the data behind a pivot table",
            "Copy the pivot table, paste it as values, and upload the file again.",
        )
    yield from _comments(archive)
    if archive.named("xl/externalLinks/", ".xml"):
        yield hidden(
            "link",
            "links to other workbooks, with values copied from them",
            "Break the links (Data, Edit links) and upload the file again.",
        )
    if "xl/connections.xml" in archive.names:
        yield hidden(
            "connection",
            "a connection to a database or another source",
            "Remove it (Data, Queries and connections) and upload the file again.",
        )
    yield from about_the_file(archive, "xl")


def _sheets(archive: Archive) -> Iterator[Finding]:
    targets = targets_of(archive, WORKBOOK)
    out_of_sight = []
    for sheet in attributes_in(archive, WORKBOOK, "sheet"):
        name = sheet.get("name", "")
        if sheet.get("state", "visible") != "visible":
            out_of_sight.append(name)
        yield from _rows(archive, name, targets.get(sheet.get("id", ""), ""))
    if out_of_sight:
        what = "a hidden sheet" if len(out_of_sight) == 1 else "hidden sheets"
        yield hidden(
            "sheet",
            f"{what}: {listed(out_of_sight)}",
            "Anyone can show it. Delete it, or show it, and upload the file again.",
        )


class _Lines(Elements):
    """Counts hidden rows and columns; keeps nothing of them."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = 0
        self.columns = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self.rows += is_on(attributes.get("hidden"))
        elif tag == "col" and is_on(attributes.get("hidden")):
            first, last = attributes.get("min", "1"), attributes.get("max", "1")
            # The empty columns to the right of a table may be hidden to the last one there is.
            if first.isdigit() and last.isdigit() and last != "16384":
                self.columns += int(last) - int(first) + 1


def _rows(archive: Archive, name: str, part: str) -> Iterator[Finding]:
    lines = _Lines()
    archive.read(part, lines)
    for number, noun in ((lines.rows, "row"), (lines.columns, "column")):
        if number:
            yield hidden(
                noun,
                f"{counted(number, f'hidden {noun}')} on the sheet “{name}”",
                f"Delete or show the {noun}s and upload the file again.",
            )


def _names(archive: Archive) -> Iterator[Finding]:
    names = [
        one.get("name", "")
        for one in attributes_in(archive, WORKBOOK, "definedName")
        if is_on(one.get("hidden")) and not one.get("name", "").startswith(BUILT_IN)
    ]
    if names:
        yield hidden("name", f"hidden names for cells or values: {listed(names)}")


def _comments(archive: Archive) -> Iterator[Finding]:
    parts = [*archive.named("xl/comments", ".xml"), *archive.named("xl/threadedComments/", ".xml")]
    number = max(
        sum(len(attributes_in(archive, part, "comment")) for part in parts),
        sum(len(attributes_in(archive, part, "threadedComment")) for part in parts),
    )
    if number:
        yield hidden("comment", f"{counted(number, 'comment')} in its cells")
