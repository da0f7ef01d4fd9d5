"""What every zipped Office file says of whoever made it, and what is packed into it."""

from collections.abc import Iterator

from pcc_portal.findings import Finding

from .archives import Archive, texts_in
from .saying import harmless, hidden, listed


def about_the_file(archive: Archive, folder: str) -> Iterator[Finding]:
    """Author and files inside the file; ``folder`` is where its parts are: xl, word or ppt."""
    said = texts_in(archive, "docProps/core.xml", "creator", "lastModifiedBy")
    company = texts_in(archive, "docProps/app.xml", "Company", "Manager")
    names = list(dict.fromkeys([*said.values(), *company.values()]))
    if names:
        yield harmless("author", f"the name of whoever made it: {listed(names)}")
    if "docProps/custom.xml" in archive.names:
        yield harmless("properties", "properties of the office’s own, such as a reference")
    packed = archive.named(f"{folder}/embeddings/")
    if packed:
        names = [name.rpartition("/")[2] for name in packed]
        yield hidden(
            "file",
            f"other files inside it ({listed(names)}), such as the whole workbook behind a chart",
            "Paste the chart or object as a picture, then upload the file again.",
        )
