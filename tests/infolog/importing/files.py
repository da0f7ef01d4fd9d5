"""Small logs of other offices, written to files of every kind."""

import csv
import io

from docx import Document
from openpyxl import Workbook

from infolog.exporting.pdf import as_pdf
from infolog.exporting.sheet import Sheet

Rows = list[list[str]]
FOUR = ["Date of request", "Form of request", "Information requested", "Response"]


def as_docx(rows: Rows) -> bytes:
    document = Document()
    width = max(map(len, rows))
    table = document.add_table(rows=len(rows), cols=width)
    for cells, row in zip(rows, table.rows, strict=True):
        for text, cell in zip(cells, row.cells, strict=False):
            cell.text = text
    return _saved(document)


def as_xlsx(rows: Rows) -> bytes:
    book = Workbook()
    for cells in rows:
        book.active.append(cells)
    for row in book.active.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    return _saved(book)


def as_csv(rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)


def as_pages(rows: Rows) -> bytes:
    """A PDF whose table is drawn with lines, its headings repeated on each page."""
    head, *body = [tuple(row) for row in rows]
    widths = (1,) * len(head)
    return as_pdf(Sheet("A log", (), head, widths, tuple(body), "An office"))


def as_pasted(rows: Rows) -> bytes:
    return "\n".join("\t".join(row) for row in rows).encode()


def _saved(file) -> bytes:
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()
