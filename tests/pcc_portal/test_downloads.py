import csv
import io

import pytest

from pcc_portal.downloads import csv_response, licence_row, safe_cell, safe_file_name


@pytest.mark.parametrize(
    "dangerous",
    [
        "=1+1",
        "+44 116 000 0000",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        " =1+1",
        "-",
        "-64\n=1+1",
        "-64-",
    ],
)
def test_cell_that_could_run_is_prefixed(dangerous):
    assert safe_cell(dangerous) == "'" + dangerous


@pytest.mark.parametrize(
    "plain",
    ["-64", "(64)", "-1,062.5", "−64", "-£3.20", "-1.5%", "£500,000", "10%", "", "Ring-fenced"],
)
def test_cell_that_is_text_or_a_number_stays_as_it_is(plain):
    assert safe_cell(plain) == plain


def test_cell_of_another_type_becomes_text():
    assert [safe_cell(None), safe_cell(-64)] == ["", "-64"]


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("pcc-2021-log.csv", "pcc-2021-log.csv"),
        ('Log "2021"\r\nX-Evil: 1.csv', "log-2021-x-evil-1.csv"),
        ("../../etc/passwd", "download.etcpasswd"),
        ("ἄρχων.csv", "download.csv"),
        ("log", "log"),
    ],
)
def test_file_name_holds_letters_digits_and_hyphens_only(given, safe):
    assert safe_file_name(given) == safe


def test_response_opens_in_a_spreadsheet_with_every_cell_safe():
    response = csv_response(
        "Log 2021.csv", [["Name", "Value"], ["a “b”, c", "=1"], ["d\ne", "-64"]]
    )

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="log-2021.csv"'
    text = response.content.decode("utf-8")
    assert text == '\ufeffName,Value\r\n"a “b”, c",\'=1\r\n"d\ne",-64\r\n'
    assert next(csv.reader(io.StringIO(text.removeprefix("\ufeff")))) == ["Name", "Value"]


def test_licence_row_names_the_owner():
    assert licence_row("Leicestershire OPCC")[::2] == ["Licence", "© Leicestershire OPCC"]
