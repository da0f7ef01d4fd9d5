"""A sheet as a tagged PDF, as PDF/UA asks for it."""

import json
import re
from pathlib import Path
from typing import Any

import typst

from .sheet import Sheet

_TEMPLATE = Path(__file__).with_name("log.typ")
_NOT_SHOWN = re.compile("[\0-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")


def as_pdf(sheet: Sheet) -> bytes:
    """PDF/UA-1; where a letter is in no font at hand, tagged all the same and without that name."""
    log = json.dumps(
        {
            "title": sheet.title,
            "publisher": sheet.publisher,
            "lines": sheet.lines,
            "headings": sheet.headings,
            "widths": sheet.widths,
            "rows": [[_NOT_SHOWN.sub("", cell) for cell in row] for row in sheet.rows],
        }
    )
    try:
        return _compiled(log, ["ua-1"])
    except typst.TypstError:
        return _compiled(log, [])


def _compiled(log: str, standards: list[Any]) -> bytes:
    made: Any = typst.compile(
        str(_TEMPLATE),
        root=str(_TEMPLATE.parent),
        sys_inputs={"log": log},
        pdf_standards=standards,
    )
    return bytes(made)
