"""A table written to any format is read back as it was; what is no table is refused in words."""

import datetime as dt
import io
import random
import zipfile
from contextlib import suppress

import pypdf
import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from infolog.importing import table as bounds
from infolog.importing.reading import UnreadableFile, read, read_pasted
from tests.infolog.importing.files import FOUR, as_csv, as_docx, as_pages, as_pasted, as_xlsx

ROW = ["10/04/2021", "By e-mail", "How many officers are there?", "There are 2,242."]

# Words as people write them, and lines of them. What begins like a formula has tests of its own.
words = st.builds(
    str.__add__,
    st.sampled_from("abEé"),
    st.text(alphabet=st.sampled_from("abc dEfG 123 £é’“”–ł.,?!()/&%"), max_size=30),
)
lines = st.lists(words, min_size=1, max_size=3).map("\n".join)
tables = st.lists(
    st.lists(lines | st.just(""), min_size=2, max_size=6).filter(lambda row: any(row)),
    min_size=1,
    max_size=6,
)


def _expected(rows) -> list[list[str]]:
    tidied = [[bounds.tidy(cell) for cell in row] for row in rows]
    return [_stripped(row) for row in tidied if any(row)]


def _stripped(row) -> list[str]:
    row = list(row)
    while row and not row[-1]:
        row.pop()
    return row


def _read(content: bytes, name: str) -> list[list[str]]:
    return [_stripped(row.cells) for row in read(content, name).rows]


@pytest.mark.parametrize(
    ("write", "name"), [(as_docx, "log.docx"), (as_xlsx, "log.xlsx"), (as_csv, "log.csv")]
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(rows=tables)
def test_random_table_is_read_back_as_it_was_written(write, name, rows):
    rows = [["First heading", "Second heading"], ["More", "And more"], *rows]

    assert _read(write(rows), name) == _expected(rows)


@settings(max_examples=15)
@given(rows=st.lists(st.lists(words, min_size=3, max_size=3), min_size=2, max_size=6))
def test_random_table_is_pasted_back_as_it_was_copied(rows):
    read_back = read_pasted(as_pasted(rows).decode())

    assert [list(row.cells) for row in read_back.rows] == _expected(rows)


def test_table_of_a_pdf_is_read_with_its_repeated_headings():
    rows = [FOUR, *[[f"{day}/04/2021", *ROW[1:]] for day in range(10, 20)]]

    table = read(as_pages(rows * 4), "log.pdf")

    read_rows = [list(row.cells) for row in table.rows if ", row " in row.place]
    assert len([row for row in read_rows if row == FOUR]) >= 4
    assert read_rows.count(rows[1]) == 4
    assert table.rows[0].cells == ("A log",)


def test_lines_of_a_pdf_cell_are_joined_as_words():
    long = "The force employs specialists in forensics/digital/technical work. " * 4
    rows = [FOUR, ["10/04/2021", "Letter", long, "Yes."]]

    table = read(as_pages(rows), "log.pdf")

    assert long.strip() in {cell for row in table.rows for cell in row.cells}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_of_any_sensible_encoding_and_delimiter_is_read(encoding, delimiter):
    rows = [FOUR, ["10/04/2021", "E-mail", "What does £5 buy, “in café”; now?", "A lot."]]

    table = read(as_csv(rows, encoding=encoding, delimiter=delimiter), "log.csv")

    assert [list(row.cells) for row in table.rows] == rows
    assert bool(table.notes) == (encoding == "cp1252")


def test_text_with_labels_is_read_as_a_table():
    text = """Questions from candidates

Recruitment

Date received: 12 March 2021
Question: How many officers
were recruited?
Answer: 120.

Of these 40 were women.

Budget

Date received 15 March 2021
Question
What is the budget?
Answer
£200m."""

    rows = [list(row.cells) for row in read_pasted(text).rows]

    assert rows == [
        ["Questions from candidates"],
        ["Recruitment"],
        ["Date received", "Topic", "Question", "Answer"],
        ["12 March 2021", "", "How many officers\nwere recruited?",
         "120.\n\nOf these 40 were women."],
        ["15 March 2021", "Budget", "What is the budget?", "£200m."],
    ]  # fmt: skip


def test_dates_and_numbers_of_a_workbook_are_written_as_people_write_them():
    book = Workbook()
    book.active.append([*FOUR])
    book.active.append([dt.date(2021, 4, 10), "E-mail", 12, True])
    stream = io.BytesIO()
    book.save(stream)

    rows = _read(stream.getvalue(), "log.xlsx")

    assert rows[1] == ["10/04/2021", "E-mail", "12", "Yes"]


def test_hidden_sheet_is_told_and_not_read():
    book = Workbook()
    book.active.append(FOUR)
    book.active.append(ROW)
    hidden = book.create_sheet("Private")
    hidden.append(["Canary"])
    hidden.sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)

    table = read(stream.getvalue(), "log.xlsx")

    assert [list(row.cells) for row in table.rows] == [FOUR, ROW]
    assert table.notes == ["A hidden sheet was not read."]


def test_merged_cells_and_struck_out_words_of_a_word_table():
    document = Document()
    table = document.add_table(rows=3, cols=3)
    for cell, text in zip(table.rows[0].cells, ("Date", "Question", "Answer"), strict=True):
        cell.text = text
    first, second = table.rows[1].cells, table.rows[2].cells
    first[0].text, first[1].text, first[2].text = "10/04/2021", "Why?", "Because."
    first[0].merge(second[0])
    second[1].merge(second[2]).text = "More of it."
    stream = io.BytesIO()
    document.save(stream)

    assert _read(stream.getvalue(), "log.docx") == [
        ["Date", "Question", "Answer"],
        ["10/04/2021", "Why?", "Because."],
        ["", "More of it."],
    ]


# --- Refusals: each code, and nothing read


def _packed(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return stream.getvalue()


def _changed(content: bytes, **members: bytes) -> bytes:
    """A packed file with members added or put in place of others."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        kept = {name: packed.read(name) for name in packed.namelist()}
    return _packed(**{**kept, **members})


def _encrypted_pdf() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(as_pages([FOUR, ROW])))
    writer.encrypt("secret", algorithm="AES-256")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _encrypted_zip() -> bytes:
    content = bytearray(as_docx([FOUR, ROW]))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = content.find(mark)
        while position >= 0:
            content[position + offset] |= 1
            position = content.find(mark, position + 4)
    return bytes(content)


def _pdf_without_text() -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">&b;</w:document>"""
OUTSIDE = LAUGHS.replace(b'<!ENTITY a "ha">', b'<!ENTITY a SYSTEM "file:///etc/passwd">')
# A cell wrapped three thousand times in what forms put around one.
NESTED = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    b"<w:tbl><w:tr>"
    + b"<w:sdt><w:sdtContent>" * 1_500
    + b"<w:tc><w:p><w:r><w:t>Question</w:t></w:r></w:p></w:tc>"
    + b"</w:sdtContent></w:sdt>" * 1_500
    + b"</w:tr></w:tbl></w:body></w:document>"
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
SHEET = "xl/worksheets/sheet1.xml"


def _with_formula() -> bytes:
    book = Workbook()
    book.active.append(FOUR)
    book.active.append(["10/04/2021", "E-mail", "Why?", '=HYPERLINK("http://x.example","y")'])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


REFUSED = {
    "empty": (b"", "log.csv", "empty"),
    "spaces": (b" \n\n ", "log.txt", "empty"),
    "no text": (as_docx([[""]]), "log.docx", "empty"),
    "broken word": (as_docx([FOUR, ROW])[:900], "log.docx", "broken"),
    "broken member": (_changed(as_docx([FOUR]), **{"word/document.xml": b"<w:doc"}), "log.docx",
                      "broken"),
    "cut member": (_changed(as_xlsx([FOUR]), **{SHEET: b"<worksheet><sheetData><row>"}),
                   "log.xlsx", "broken"),
    "broken pdf": (b"%PDF-1.7\n" + bytes(200), "log.pdf", "broken"),
    "name lies": (b"Question,Answer\nWhy?,Because.", "log.docx", "broken"),
    "locked pdf": (_encrypted_pdf(), "log.pdf", "encrypted"),
    "locked zip": (_encrypted_zip(), "log.docx", "encrypted"),
    "locked office": (OLE + "EncryptedPackage".encode("utf-16-le"), "log.docx", "encrypted"),
    "old office": (OLE, "log.doc", "format"),
    "other zip": (_packed(**{"a.txt": b"a"}), "log.zip", "format"),
    "other kind": (b"#!/bin/sh", "log.sh", "format"),
    "bomb": (_changed(as_docx([FOUR]), **{"word/document.xml": bytes(30_000_000)}), "log.docx",
             "bomb"),
    "shared strings": (
        _changed(as_xlsx([FOUR, ROW]), **{"xl/sharedStrings.xml": b" <si/>" * 3_500_000}),
        "log.xlsx", "bomb"),
    "many members": (_packed(**{f"{n}.txt": b"" for n in range(2_001)}), "log.xlsx", "bomb"),
    "macro": (_changed(as_xlsx([FOUR, ROW]), **{"xl/vbaProject.bin": b"x"}), "log.xlsx", "macro"),
    "laughs": (_changed(as_docx([FOUR]), **{"word/document.xml": LAUGHS}), "log.docx", "hostile"),
    "entity": (_changed(as_docx([FOUR]), **{"word/document.xml": OUTSIDE}), "log.docx", "hostile"),
    "entity in a sheet": (_changed(as_xlsx([FOUR]), **{SHEET: LAUGHS}), "log.xlsx", "hostile"),
    "formula": (_with_formula(), "log.xlsx", "formula"),
    "formula in csv": (as_csv([FOUR, ["1/4/2021", "", "Why?", "=1+1"]]), "log.csv", "formula"),
    "dde": (as_csv([FOUR, ["1/4/2021", "", "Why?", "+cmd|' /C calc'!A0"]]), "log.csv", "formula"),
    "columns": (as_csv([[*map(str, range(10_000))]] * 3), "log.csv", "too_many_columns"),
    "sheet columns": (as_xlsx([[*map(str, range(10_000))]]), "log.xlsx", "too_many_columns"),
    "rows": (b"a,b\n" * 20_001, "log.csv", "too_many_rows"),
    "cell": (as_csv([FOUR, ["1/4/2021", "", "Why?", "x" * 50_001]]), "log.csv", "cell_too_long"),
    "word cell": (as_docx([["Question", "Answer"], ["Why?", "x" * 50_001]]), "log.docx",
                  "cell_too_long"),
    "quotes": (b'Question,Answer\nHow?,So.\n"Why?,Because.', "log.csv", "broken"),
    "binary": (b"Question,Answer\n\0\0\1", "log.csv", "binary"),
    "encoding": (b"Question,Answer\nWhy?,\x81\x8d\x90", "log.csv", "encoding"),
    "cut utf-16": ("Question,Answer".encode("utf-16")[:-1], "log.csv", "encoding"),
    "mangled": (as_csv([FOUR, ["1/4/2021", "", "Why?", "£5".encode().decode("cp1252")]]),
                "log.csv", "encoding"),
    "scan": (_pdf_without_text(), "scan.pdf", "no_text"),
    "prose": (b"Dear office,\nthank you for the log.", "log.txt", "no_table"),
}  # fmt: skip


def test_cell_is_read_however_deep_it_is_wrapped():
    nested = _changed(as_docx([FOUR]), **{"word/document.xml": NESTED})

    assert [row.cells for row in read(nested, "log.docx").rows] == [("Question",)]


@pytest.mark.parametrize("make", [as_docx, as_xlsx])
def test_damaged_file_is_read_or_refused_and_breaks_nothing(make):
    whole = make([FOUR, *[[*ROW]] * 400])
    for place in range(200, len(whole), max(1, len(whole) // 60)):
        damaged = bytearray(whole)
        damaged[place] ^= 0x5A
        with suppress(UnreadableFile):
            read(bytes(damaged), f"log.{'docx' if make is as_docx else 'xlsx'}")


@pytest.mark.parametrize("case", REFUSED)
def test_file_that_is_no_log_is_refused_with_the_reason(case):
    content, name, code = REFUSED[case]

    with pytest.raises(UnreadableFile) as refused:
        read(content, name)

    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")


def test_file_that_is_too_large_is_refused_unread(monkeypatch):
    with pytest.raises(UnreadableFile) as refused:
        read(b"Question,Answer\n" * 1_300_000, "log.csv")

    assert refused.value.code == "too_big"


def test_file_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(bounds, "SECONDS_AT_MOST", -1)

    with pytest.raises(UnreadableFile) as refused:
        read(as_csv([FOUR, ROW]), "log.csv")

    assert refused.value.code == "too_slow"


def test_random_bytes_are_read_or_refused_and_never_break():
    some = random.Random(1)  # noqa: S311 the same bytes each time
    good = [as_docx([FOUR, ROW]), as_xlsx([FOUR, ROW]), as_csv([FOUR, ROW])]
    for number in range(60):
        content = bytearray(good[number % 3])
        for _ in range(8):
            content[some.randrange(len(content))] = some.randrange(256)
        with suppress(UnreadableFile):
            read(bytes(content), ("log.docx", "log.xlsx", "log.csv")[number % 3])
