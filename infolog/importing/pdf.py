"""The tables of a PDF, read in a process that can come to no harm outside itself."""

import json
import subprocess
import sys
from pathlib import Path

from .flat import read_flat
from .table import SECONDS_AT_MOST, TOO_SLOW, Gathered, Table, UnreadableFile

# By the clock: a process that sleeps uses up nothing.
WAIT_AT_MOST = 4 * SECONDS_AT_MOST
_ROOT = Path(__file__).resolve().parent.parent.parent
_SENTENCES = {
    "encrypted": "The file is locked with a password. Save it without one.",
    "broken": "The file is broken. Open it in the program it was made with, and save it again.",
    "bomb": "Unpacked, the file would be far larger than a log can be. It was not read.",
    "too_many_rows": "The file has more pages than a log can have. Split it.",
    "no_text": "The file holds pictures of pages and no text. Use the file it was scanned from, "
    "or paste the text.",
    "too_slow": TOO_SLOW,
}


def read_pdf(content: bytes) -> Table:
    """Raises ``UnreadableFile``: the codes above, and ``no_table``."""
    try:
        told = subprocess.run(  # noqa: S603 - this very program; the file goes in as bytes
            [sys.executable, "-m", "infolog.importing.pdf_process", str(SECONDS_AT_MOST)],
            cwd=_ROOT,
            input=content,
            capture_output=True,
            timeout=WAIT_AT_MOST,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile("too_slow", TOO_SLOW) from error
    answer = _answer(told)
    if code := answer.get("code"):
        raise UnreadableFile(code, _SENTENCES[code])
    gathered = Gathered()
    for place, cells in answer["rows"]:
        gathered.add(cells, place)
    if not any(", row " in row.place for row in gathered.rows):
        table = read_flat("\n".join(row[0] for row in gathered.rows))
        return Table("pdf", table.rows, ["No table was found; the text was read line by line."])
    return Table("pdf", gathered.rows)


def _answer(told: subprocess.CompletedProcess[bytes]) -> dict:
    if told.returncode in (-24, -9):  # it used up its time
        return {"code": "too_slow"}
    try:
        answer = json.loads(told.stdout)
    except ValueError:
        return {"code": "bomb" if b"MemoryError" in told.stderr else "broken"}
    return answer if isinstance(answer, dict) else {"code": "broken"}
