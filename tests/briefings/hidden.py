"""Files that hide something, made of as little as each kind needs."""

import io
import zipfile

from PIL import Image

from briefings.uploads import KINDS

BASIS = 'xmlns:w="urn:w" xmlns:r="urn:r" xmlns:a="urn:a" xmlns:p="urn:p"'


def archive(extension: str, parts: dict[str, str | bytes]) -> bytes:
    """A zipped Office file of those parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        kind = KINDS[extension].content_type
        packed.writestr("[Content_Types].xml", f'<Types ContentType="{kind}.main+xml"/>')
        for name, content in parts.items():
            packed.writestr(name, content)
    return made.getvalue()


def xml(inner: str, tag: str = "root") -> str:
    return f"<{tag} {BASIS}>{inner}</{tag}>"


def workbook(sheets: str, parts: dict[str, str | bytes] | None = None) -> bytes:
    """A workbook of one sheet, named Costs, with what ``sheets`` adds to its index."""
    relations = '<Relationship Id="r1" Target="worksheets/sheet1.xml"/>'
    own = {
        "xl/workbook.xml": xml(f'<sheets><sheet name="Costs" r:id="r1"/>{sheets}</sheets>'),
        "xl/_rels/workbook.xml.rels": xml(relations),
        "xl/worksheets/sheet1.xml": xml('<row r="1"><c>1</c></row>'),
    }
    return archive("xlsx", own | (parts or {}))


def word(body: str, parts: dict[str, str | bytes] | None = None) -> bytes:
    return archive("docx", {"word/document.xml": xml(body)} | (parts or {}))


def slides(parts: dict[str, str | bytes]) -> bytes:
    return archive("pptx", {"ppt/slides/slide1.xml": xml("", "p:sld")} | parts)


def photo(*, tells_place: bool) -> bytes:
    made = io.BytesIO()
    exif = Image.Exif()
    if tells_place:
        exif[0x8825] = {1: "N", 2: (52.0, 38.0, 0.0), 3: "W", 4: (1.0, 8.0, 0.0)}
    Image.new("RGB", (4, 4)).save(made, "JPEG", exif=exif)
    return made.getvalue()


def pdf(content: str, *, page: str = "", root: str = "", info: str = "", more: str = "") -> bytes:
    """A PDF of one page that paints ``content``; the rest is added to its objects."""
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    state = "<</ca 0.3>>"
    resources = f"<</Font<</F1 {font}>>/ExtGState<</Clear {state}>>>>"
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{root}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources {resources}"
        f"{page}>>",
        f"<</Length {len(content)}>>\nstream\n{content}\nendstream",
        f"<<{info}>>",
        *([more] if more else []),
    ]
    made = b"%PDF-1.7\n"
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(len(made))
        made += f"{number} 0 obj\n{one}\nendobj\n".encode("latin-1")
    start = len(made)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    made += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    trailer = f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R/Info 5 0 R>>\n"
    return made + f"{trailer}startxref\n{start}\n%%EOF\n".encode()


TEXT = "BT /F1 12 Tf 100 700 Td (The witness was Jane Doe of Leicester) Tj ET"
