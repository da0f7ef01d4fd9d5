"""Takes a log of ten thousand rows in, as ``manage.py import_log`` does, and says what it cost.

``python -m bench.importing FILE ELECTION`` is the process that is measured.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from scripts import serving

ROWS = 10_000
SECONDS_AT_MOST = 60
MEGABYTES_AT_MOST = 300


def measure(data_dir: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of one import from reading the file to drafts."""
    file = data_dir / "ten-thousand.xlsx"
    _write(file)
    told = subprocess.run(
        [sys.executable, "-m", "bench.importing", str(file), "pcc-2021"],
        cwd=serving.ROOT,
        env=serving.environment(data_dir, DJANGO_SETTINGS_MODULE="pcc_portal.settings"),
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, megabytes = told.stdout.split()[-2:]
    return float(seconds), float(megabytes)


def _write(file: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Log")
    sheet.append(["Date of request", "Form of request", "Information requested", "Response"])
    for row in _rows():
        sheet.append(row)
    book.save(file)


def _rows() -> Iterator[list[str]]:
    """Every fifth row continues the one above; every seventh answer names nobody."""
    for number in range(ROWS):
        if number % 5 == 4:
            yield ["", "", "", f"The Chief Executive added a remark about matter {number}."]
            continue
        who = "It was explained" if number % 7 == 0 else "The Chief Constable explained"
        yield [
            f"{1 + number % 28:02}/04/2021",
            "In writing" if number % 2 else "Verbal (in person)",
            f"Topic {number % 40}: How many officers deal with matter {number} in the area?",
            f"{who} that {number} officers deal with the matter. " * 4,
        ]


def _run(file: str, election: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    began = time.perf_counter()
    call_command("import_log", file, "--election", election, "--quiet")
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{time.perf_counter() - began:.3f} {kilobytes / 1000:.1f}")


if __name__ == "__main__":
    _run(*sys.argv[1:3])
