"""Each kind of file holds the table as it was, and is made so that everybody can read it."""

import csv
import io

import pypdf
import pytest
from docx import Document
from openpyxl import load_workbook

from infolog.exporting.files import KINDS
from infolog.exporting.sheet import Sheet
from infolog.importing.reading import read

HEADINGS = ("Date of request", "Form of request", "Information requested", "Response")
ROWS = (
    ("10/04/2021", "In writing", "Why “so”?\nAnd why not?", "#evil() *bold* $x$ <b> & £5 – ł."),
    ("11/04/2021", "By e-mail", "How?", "- a dash begins this line."),
)
SHEET = Sheet("The log", ("Whose it is.",), HEADINGS, (1, 1, 3, 3), ROWS, "The office")


@pytest.mark.parametrize("ending", KINDS)
def test_file_is_read_back_as_the_table_it_was_made_of(ending):
    table = read(KINDS[ending].write(SHEET), f"log.{ending}")

    cells = [row.cells for row in table.rows if len(row.cells) == 4]
    # A PDF tells where a line ends, not where a paragraph does.
    expected = [HEADINGS, *ROWS]
    if ending == "pdf":
        expected = [tuple(cell.replace("\n", " ") for cell in row) for row in expected]
    assert cells == expected


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_cell_of_a_spreadsheet_runs(start):
    sheet = Sheet("T", (), ("A",), (1,), ((f"{start}1+cmd()",),), "O")

    [_, [in_csv]] = csv.reader(io.StringIO(KINDS["csv"].write(sheet).decode("utf-8-sig")))
    book = load_workbook(io.BytesIO(KINDS["xlsx"].write(sheet)))
    in_xlsx = book["Log"]["A2"]

    assert in_csv.startswith("'")
    assert in_xlsx.value.startswith("'")
    assert in_xlsx.data_type == "s"


def test_workbook_says_whose_it_is():
    book = load_workbook(io.BytesIO(KINDS["xlsx"].write(SHEET)))

    assert (book.properties.title, book.properties.description) == ("The log", "Whose it is.")
    assert book["Log"].freeze_panes == "A2"


def test_word_file_has_language_title_and_a_header_row():
    document = Document(io.BytesIO(KINDS["docx"].write(SHEET)))

    assert document.core_properties.title == "The log"
    assert document.core_properties.language == "en-GB"
    [table] = document.tables
    assert "tblHeader" in table.rows[0]._tr.xml
    assert "tblHeader" not in table.rows[1]._tr.xml
    assert document.paragraphs[0].style.name == "Heading 1"


def _structure(pdf: pypdf.PdfReader) -> list[str]:
    found = []

    def walk(node) -> None:
        node = node.get_object()
        if not isinstance(node, dict):
            return
        found.append(str(node.get("/S", "")))
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            walk(kid)

    walk(pdf.trailer["/Root"]["/StructTreeRoot"])
    return found


def test_pdf_is_tagged_and_says_its_title_and_language():
    pdf = pypdf.PdfReader(io.BytesIO(KINDS["pdf"].write(SHEET)))

    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).lower().startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == "The log"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    tags = _structure(pdf)
    assert tags.count("/TH") == 4
    assert tags.count("/TD") == 8
    assert "/H1" in tags


def test_pdf_with_a_letter_of_no_font_is_made_all_the_same():
    sheet = Sheet("T", (), ("A",), (1,), (("\U0001f9ff 漢",),), "O")

    assert KINDS["pdf"].write(sheet).startswith(b"%PDF")
