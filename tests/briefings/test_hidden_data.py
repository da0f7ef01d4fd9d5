"""Each thing a file can hide is found; a plain file raises nothing; none makes the checks fail."""

import io

import pytest
from django.core.files.base import ContentFile
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from briefings.hidden_data import archives, hidden_in
from pcc_portal.findings import Severity

from . import hidden
from .hidden import TEXT, pdf, photo, slides, word, workbook, xml


def found_in(content, extension):
    return hidden_in(ContentFile(content, name=f"paper.{extension}"), extension)


def codes(content, extension):
    return [finding.code for finding in found_in(content, extension)]


def test_plain_files_raise_nothing():
    assert codes(workbook(""), "xlsx") == []
    assert codes(word("<w:p><w:r><w:t>Text.</w:t></w:r></w:p>"), "docx") == []
    assert codes(slides({}), "pptx") == []
    assert codes(pdf(TEXT), "pdf") == []
    assert codes(photo(tells_place=False), "jpg") == []
    assert codes(b"Name,Value\n", "csv") == []


# --- spreadsheets --------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheet_is_an_error_that_names_it(state):
    [finding] = found_in(workbook(f'<sheet name="Payroll" state="{state}"/>'), "xlsx")

    assert (finding.code, finding.severity, finding.field) == (
        "hidden-sheet",
        Severity.ERROR,
        "file",
    )
    assert finding.sentence == (
        "The file holds a hidden sheet: “Payroll”. "
        "Anyone can show it. Delete it, or show it, and upload the file again."
    )


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("row", {"xl/worksheets/sheet1.xml": xml('<row hidden="1"/><row hidden="true"/>')}),
        ("column", {"xl/worksheets/sheet1.xml": xml('<col min="2" max="3" hidden="1"/>')}),
        ("pivot", {"xl/pivotCache/pivotCacheRecords1.xml": xml("")}),
        ("comment", {"xl/comments1.xml": xml("<comment/>")}),
        ("comment", {"xl/threadedComments/threadedComment1.xml": xml("<threadedComment/>")}),
        ("link", {"xl/externalLinks/externalLink1.xml": xml("")}),
        ("connection", {"xl/connections.xml": xml("")}),
        ("file", {"xl/embeddings/oleObject1.bin": b"other"}),
        ("place", {"xl/media/image1.jpeg": photo(tells_place=True)}),
    ],
)
def test_workbook_that_hides_something_is_an_error(code, parts):
    [finding] = found_in(workbook("", parts), "xlsx")

    assert (finding.code, finding.severity) == (f"hidden-{code}", Severity.ERROR)


def test_hidden_rows_are_counted_on_their_sheet():
    content = workbook("", {"xl/worksheets/sheet1.xml": xml('<row hidden="1"/><row hidden="1"/>')})

    assert "2 hidden rows on the sheet “Costs”" in found_in(content, "xlsx")[0].sentence


def test_hidden_name_is_found_but_not_one_excel_makes_itself():
    own = '<definedName name="_xlnm._FilterDatabase" hidden="1">A1</definedName>'
    hidden_name = '<definedName name="Salary" hidden="1">54000</definedName>'

    assert codes(workbook(own), "xlsx") == []
    assert codes(workbook(hidden_name), "xlsx") == ["hidden-name"]


def test_empty_columns_hidden_to_the_last_one_raise_nothing():
    part = {"xl/worksheets/sheet1.xml": xml('<col min="9" max="16384" hidden="1"/>')}

    assert codes(workbook("", part), "xlsx") == []


def test_author_is_only_a_note():
    core = {"docProps/core.xml": xml("<creator>Jane Doe</creator>")}

    [finding] = found_in(workbook("", core), "xlsx")
    assert (finding.code, finding.severity) == ("hidden-author", Severity.NOTE)
    assert "“Jane Doe”" in finding.sentence


# --- documents and slides ------------------------------------------------------------------

OUT_OF_VIEW = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>Secret</w:t></w:r>"
STYLED = '<w:p><w:pPr><w:pStyle w:val="Hid"/></w:pPr><w:r><w:t>Secret</w:t></w:r></w:p>'
STYLES = {"word/styles.xml": xml('<w:style w:styleId="Hid"><w:vanish/></w:style>')}


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("change", word("<w:ins><w:r><w:t>new</w:t></w:r></w:ins>")),
        ("change", word("<w:del><w:r><w:delText>old</w:delText></w:r></w:del>")),
        ("change", word("", {"word/footnotes.xml": xml("<w:del/>")})),
        ("comment", word("", {"word/comments.xml": xml("<w:comment/>")})),
        ("text", word(f"<w:p>{OUT_OF_VIEW}</w:p>")),
        ("text", word(STYLED, STYLES)),
        ("file", word("", {"word/embeddings/Workbook.xlsx": b"other"})),
    ],
)
def test_document_that_hides_something_is_an_error(code, content):
    [finding] = found_in(content, "docx")

    assert (finding.code, finding.severity) == (f"hidden-{code}", Severity.ERROR)


def test_text_that_is_not_hidden_after_all_raises_nothing():
    shown = OUT_OF_VIEW.replace("<w:vanish/>", '<w:vanish w:val="0"/>')
    mark = "<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>Text</w:t></w:r></w:p>"

    assert codes(word(f"<w:p>{shown}</w:p>{mark}"), "docx") == []


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("notes", {"ppt/notesSlides/notesSlide1.xml": xml("<a:t>Do not say this.</a:t>")}),
        ("slide", {"ppt/slides/slide2.xml": '<p:sld xmlns:p="urn:p" show="0"/>'}),
        ("comment", {"ppt/comments/comment1.xml": xml("<p:cm/>")}),
    ],
)
def test_slides_that_hide_something_are_an_error(code, parts):
    [finding] = found_in(slides(parts), "pptx")

    assert (finding.code, finding.severity) == (f"hidden-{code}", Severity.ERROR)


def test_notes_page_with_only_its_number_raises_nothing():
    number = {"ppt/notesSlides/notesSlide1.xml": xml("<a:fld><a:t>1</a:t></a:fld>")}

    assert codes(slides(number), "pptx") == []


OUT_OF_SIGHT = (
    '<style name="ta1"><table-properties display="false"/></style>'
    '<style name="dp1"><drawing-page-properties visibility="hidden"/></style>'
)


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("sheet", f'{OUT_OF_SIGHT}<table name="Payroll" style-name="ta1"/>'),
        ("slide", f'{OUT_OF_SIGHT}<page style-name="dp1"/>'),
        ("change", "<changed-region/>"),
        ("comment", "<annotation/>"),
        ("row", '<table-row visibility="collapse"/>'),
        ("column", '<table-column visibility="collapse"/>'),
        ("text", "<hidden-text/>"),
        ("notes", "<notes><p>Do not say this.</p></notes>"),
    ],
)
def test_open_document_that_hides_something_is_an_error(code, content):
    made = hidden.archive("odt", {"content.xml": xml(content), "meta.xml": xml("")})

    [finding] = found_in(made, "odt")
    assert (finding.code, finding.severity) == (f"hidden-{code}", Severity.ERROR)


# --- PDF -----------------------------------------------------------------------------------

BOX = "0 g 180 690 120 30 re f"


def test_text_under_a_box_is_an_error_that_says_where():
    [finding] = found_in(pdf(f"{TEXT} {BOX}"), "pdf")

    assert finding.code == "hidden-covered"
    assert "text under boxes on page 1" in finding.sentence


@pytest.mark.parametrize(
    "content",
    [
        f"{BOX} {TEXT}",  # the box is behind the text
        f"{TEXT} 0 g 100 698 120 1 re f",  # an underline
        f"{TEXT} 0 g 100 100 120 30 re f",  # elsewhere
        f"{TEXT} /Clear gs {BOX}",  # a highlighter, which is see-through
        f"{TEXT} 180 690 120 30 re S",  # only a frame
        f"BT 3 Tr ET {TEXT} {BOX}".replace("ET BT", ""),  # the text of a scan, not drawn
    ],
)
def test_boxes_that_hide_nothing_raise_nothing(content):
    assert codes(pdf(content), "pdf") == []


def test_box_is_found_where_the_page_is_moved_turned_and_scaled():
    turned = f"q 0 0.5 -0.5 0 500 100 cm {TEXT} {BOX} Q"
    lines = "BT /F1 12 Tf 14 TL 100 728 Td (First line of it) Tj T* (Second line) ' ET"

    assert codes(pdf(turned.replace("0 0.5 -0.5 0", "0.5 0 0 0.5")), "pdf") == ["hidden-covered"]
    assert codes(pdf(f"{lines} 0 g 90 690 200 20 re f"), "pdf") == ["hidden-covered"]
    assert codes(pdf(TEXT.replace("(The", "[(The) -250 (").replace(") Tj", ")] TJ") + BOX), "pdf")


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("comment", pdf(TEXT, page="/Annots[<</Subtype/Text/Contents(Check this)>>]")),
        ("redaction", pdf(TEXT, page="/Annots[<</Subtype/Redact>>]")),
        ("file", pdf(TEXT, page="/Annots[<</Subtype/FileAttachment>>]")),
        ("script", pdf(TEXT, root="/OpenAction<</S/JavaScript/JS(app.alert(1))>>")),
        ("script", pdf(TEXT, root="/Names<</JavaScript<</Names[]>>>>")),
    ],
)
def test_pdf_that_hides_something_is_an_error(code, content):
    [finding] = found_in(content, "pdf")

    assert (finding.code, finding.severity) == (f"hidden-{code}", Severity.ERROR)


def test_links_and_form_fields_of_a_pdf_raise_nothing():
    assert codes(pdf(TEXT, page="/Annots[<</Subtype/Link>> <</Subtype/Widget>>]"), "pdf") == []


def written(writer):
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_file_inside_a_pdf_is_an_error_that_names_it():
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(TEXT))))
    writer.add_attachment("payroll.xlsx", b"other")

    [finding] = found_in(written(writer), "pdf")
    assert finding.code == "hidden-file"
    assert "“payroll.xlsx”" in finding.sentence


def test_author_of_a_pdf_is_only_a_note():
    [finding] = found_in(pdf(TEXT, info="/Author(Jane Doe)"), "pdf")

    assert (finding.code, finding.severity) == ("hidden-author", Severity.NOTE)


# --- pictures, and what cannot be read -----------------------------------------------------


def test_place_of_a_photo_is_an_error():
    [finding] = found_in(photo(tells_place=True), "jpg")

    assert (finding.code, finding.severity) == ("hidden-place", Severity.ERROR)


def test_pdf_with_a_password_is_told_in_words():
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(TEXT))))
    writer.encrypt("secret", algorithm="RC4-128")

    [finding] = found_in(written(writer), "pdf")
    assert finding.code == "hidden-unchecked"
    assert "password" in finding.sentence


def test_file_that_is_larger_than_may_be_read_is_told_in_words(monkeypatch):
    monkeypatch.setattr(archives, "READ_BYTES", 5_000)
    rows = xml('<row r="1"><c>1</c></row>' * 1_000)

    [finding] = found_in(workbook("", {"xl/worksheets/sheet1.xml": rows}), "xlsx")
    assert finding.code == "hidden-unchecked"
    assert "too large" in finding.sentence


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        "<r><broken></r>",
    ],
)
def test_part_that_is_a_trap_or_broken_is_told_in_words(bomb):
    assert codes(word("", {"word/document.xml": bomb}), "docx") == ["hidden-unchecked"]


def test_what_was_found_before_a_broken_part_stays_found():
    content = workbook('<sheet name="Payroll" state="hidden"/>', {"docProps/core.xml": "<broken>"})

    assert codes(content, "xlsx") == ["hidden-sheet", "hidden-unchecked"]


@given(st.binary(max_size=300), st.sampled_from(["xlsx", "docx", "pptx", "odt", "pdf", "jpg"]))
def test_no_content_makes_the_checks_fail(content, extension):
    assert all(finding.field == "file" for finding in found_in(content, extension))


@given(
    st.lists(st.sampled_from(f"{TEXT} {BOX} q Q cm gs re f Tj TJ ' Tm [ ] 1 0 -1 /X Do".split()))
)
def test_no_page_of_a_pdf_makes_the_checks_fail(operators):
    assert all(one.field == "file" for one in found_in(pdf(" ".join(operators)), "pdf"))
