"""Runs every check, whatever the ones before it said, and ends with one table.

The list of checks stands here and nowhere else. ``make test CHECKS="lint types"`` runs those only.
"""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from scripts import chromium, postgres
from scripts.missing import Missing
from scripts.serving import ROOT, environment

BIN = Path(sys.executable).parent
PYTEST = ("pytest", "-q", "-p", "no:cacheprovider")
# A test that hangs for this long never ends.
SECONDS_AT_MOST = 45 * 60

Variables = dict[str, str]


@contextmanager
def _postgres() -> Iterator[Variables]:
    with postgres.database_url() as url:
        yield {"DATABASE_URL": url}


@contextmanager
def _chromium() -> Iterator[Variables]:
    chromium.find_or_install()
    yield {}


@contextmanager
def _production() -> Iterator[Variables]:
    """The settings production needs, with secrets that are thrown away."""
    yield {
        "ENVIRONMENT": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "portal.example.org",
        "DATABASE_URL": "postgres://portal@localhost/portal",
        "TRUSTED_PROXY_COUNT": "1",
        "PUBLIC_ADDRESS": "https://portal.example.org",
    }


@dataclass(frozen=True)
class Check:
    name: str
    says: str
    command: tuple[str, ...]
    needs: Callable[[], AbstractContextManager[Variables]] = lambda: nullcontext({})
    fast: bool = False


CHECKS = [
    Check("lint", "Python style (ruff)", ("ruff", "check", "."), fast=True),
    Check("format", "Python layout (ruff)", ("ruff", "format", "--check", "."), fast=True),
    Check("templates", "Templates (djlint)", ("djlint", "--lint", "templates"), fast=True),
    Check("types", "Types on the seams (mypy)", ("mypy",), fast=True),
    Check("imports", "Who may import whom", ("lint-imports", "--no-logo"), fast=True),
    Check(
        "migrations",
        "No migration is missing",
        ("python", "manage.py", "makemigrations", "--check", "--dry-run"),
        fast=True,
    ),
    Check(
        "deploy",
        "Django’s own checks for production",
        ("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        needs=_production,
    ),
    Check(
        "sqlite",
        "Tests on SQLite",
        (*PYTEST, "-n", "2", "-m", "not browser and not old_tables"),
        fast=True,
    ),
    Check(
        "postgresql",
        "Tests on PostgreSQL",
        (*PYTEST, "-n", "2", "-m", "not browser and not every_page"),
        needs=_postgres,
    ),
    Check(
        "storm",
        "Many book at once: nobody gets a place twice",
        ("python", "-m", "scripts.storm", "1", "short"),
    ),
    Check(
        "browser",
        "Tests in Chromium",
        (*PYTEST, "-n", "2", "--dist", "loadfile", "-m", "browser"),
        needs=_chromium,
    ),
]


def main() -> int:
    names = sys.argv[1:]
    known = [check.name for check in CHECKS]
    if unknown := set(names) - {*known, "--fast"}:
        sys.exit(f"There is no check “{unknown.pop()}”. There are: {', '.join(known)}.")
    chosen = [c for c in CHECKS if c.name in names or not names or ("--fast" in names and c.fast)]
    # make passes SIGTERM on to us: what we started has to stop too. A shell that starts us in the
    # background has SIGINT ignored, and what we start would ignore it with us.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    results = []
    for check in chosen:
        print(f"\n=== {check.name}: {check.says}", flush=True)
        began = time.monotonic()
        problem = _run(check)
        results.append((check, problem, time.monotonic() - began))
    return _summary(results)


def _run(check: Check) -> str:
    """Run one check. Returns why it failed, or nothing."""
    with tempfile.TemporaryDirectory(prefix="portal-check-") as data_dir:
        try:
            with check.needs() as variables:
                code = _call(check.command, environment(Path(data_dir), **variables))
        except Missing as missing:
            print(missing, flush=True)
            return str(missing).splitlines()[-1]
        except subprocess.TimeoutExpired:
            return "took too long"
    return "" if code == 0 else f"failed (exit {code})"


def _call(command: tuple[str, ...], variables: Variables) -> int:
    variables = {**variables, "PATH": f"{BIN}{os.pathsep}{variables.get('PATH', os.defpath)}"}
    # A session of its own: Ctrl-C reaches it once, from us, so that it can tidy up.
    process = subprocess.Popen(command, cwd=ROOT, env=variables, start_new_session=True)
    try:
        return process.wait(SECONDS_AT_MOST)
    except BaseException:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


def _summary(results: list[tuple[Check, str, float]]) -> int:
    print("\n=== All checks")
    for check, problem, seconds in results:
        print(f"{problem or 'passed':<20} {check.name:<11} {seconds:5.0f} s  {check.says}")
    failed = sum(bool(problem) for _, problem, _ in results)
    print(f"\nchecks: {len(results) - failed} passed, {failed} failed", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped.")
