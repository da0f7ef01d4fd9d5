"""A sheet as a file of each kind. No cell of any of them runs as a formula."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from pcc_portal.downloads import safe_cell

from .pdf import as_pdf
from .sheet import Sheet

# Letters that no XML file may hold.
_UNWRITABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Kind:
    """How a kind of file is served, and what makes it."""

    content_type: str
    write: Callable[[Sheet], bytes]


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with a byte order mark; the headings come first, so that programs find them."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in (sheet.headings, *sheet.rows))
    return stream.getvalue().encode("utf-8-sig")


def as_xlsx(sheet: Sheet) -> bytes:
    """A workbook with a frozen row of headings; whose it is stands in its properties."""
    book = Workbook(write_only=True)
    page = book.create_sheet("Log")
    page.freeze_panes = "A2"
    for number, width in enumerate(sheet.widths):
        page.column_dimensions[chr(ord("A") + number)].width = 5 * width
    page.append([_cell(page, heading, bold=True) for heading in sheet.headings])
    for row in sheet.rows:
        page.append([_cell(page, cell) for cell in row])
    properties = book.properties
    properties.title, properties.creator = sheet.title, sheet.publisher
    properties.description, properties.language = "\n".join(sheet.lines), "en-GB"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cell(page: object, text: str, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, value=_UNWRITABLE.sub("", safe_cell(text))[:32_767])
    cell.data_type = "s"  # text, whatever it looks like
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(bold=bold)
    return cell


def as_docx(sheet: Sheet) -> bytes:
    """A Word file on A4 across, its headings repeated on each page and marked as such."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    properties = document.core_properties
    properties.title, properties.author = sheet.title, sheet.publisher
    properties.language, properties.comments = "en-GB", ""
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(10)
    _speak_english(style)
    document.add_heading(sheet.title, level=1)
    for line in sheet.lines:
        document.add_paragraph(line)
    _add_table(document, sheet)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _speak_english(style: object) -> None:
    """What a screen reader reads the whole file in."""
    properties = style.element.get_or_add_rPr()  # type: ignore[attr-defined]
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    properties.append(language)


def _add_table(document: object, sheet: Sheet) -> None:
    count = len(sheet.rows) + 1
    table = document.add_table(rows=count, cols=len(sheet.headings))  # type: ignore[attr-defined]
    table.style = "Table Grid"
    table.autofit = False
    width = document.sections[0].page_width - 2 * document.sections[0].left_margin  # type: ignore[attr-defined]
    shares = [int(width * share / sum(sheet.widths)) for share in sheet.widths]
    for column, share in zip(table.columns, shares, strict=True):
        column.width = share
    # Asking the table for its rows again and again is what takes the time.
    for element, cells in zip(table._tbl.tr_lst, (sheet.headings, *sheet.rows), strict=True):
        for cell, text, share in zip(element.tc_lst, cells, shares, strict=True):
            cell.width = share
            paragraph = cell.p_lst[0]
            run = paragraph.add_r()
            run.text = _UNWRITABLE.sub("", text)
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))
    for cell in table.rows[0].cells:
        cell.paragraphs[0].runs[0].bold = True


KINDS = {
    "csv": Kind("text/csv; charset=utf-8", as_csv),
    "xlsx": Kind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_xlsx,
    ),
    "docx": Kind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        as_docx,
    ),
    "pdf": Kind("application/pdf", as_pdf),
}
