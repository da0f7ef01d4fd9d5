"""Tables as CSV files that open rightly, and harmlessly, in a spreadsheet."""

import csv
import re
from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils.text import slugify

LICENCE = "Open Government Licence v3.0"
LICENCE_URL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"

_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for another encoding
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# As accounts print it: -64, −1,062.5, (64), -£3.20, -1.5%.
_NUMBER = re.compile(r"[-\u2212]?£?\d[\d,]*(\.\d+)?%?|\(£?\d[\d,]*(\.\d+)?%?\)", re.ASCII)


def safe_cell(value: object) -> str:
    """The cell as text that no spreadsheet runs as a formula.

    A plain negative number stays the number it is.
    """
    text = "" if value is None else str(value)
    if text.lstrip(" ").startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text.strip(" ")):
        return "'" + text
    return text


def licence_row(owner: str) -> list[str]:
    """The row that says under what terms the table may be used, and whose it is."""
    return ["Licence", f"{LICENCE}, {LICENCE_URL}", f"© {owner}"]


def safe_file_name(filename: str) -> str:
    """The name in plain letters, digits and hyphens, with its ending kept."""
    stem, dot, ending = filename.rpartition(".")
    if not dot:
        stem, ending = filename, ""
    stem, ending = slugify(stem)[:100] or "download", slugify(ending)
    return f"{stem}.{ending}" if ending else stem


def csv_response(filename: str, rows: Iterable[Sequence[str]]) -> HttpResponse:
    """A download of ``rows``: UTF-8 with a byte order mark, CRLF line ends, every cell safe."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{safe_file_name(filename)}"'
    response["X-Content-Type-Options"] = "nosniff"
    response.write(_BYTE_ORDER_MARK)
    writer = csv.writer(response, lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return response
