"""``make storm``: many candidates book at once, through the real pages of a real server.

It runs ``scripts/storm_here.py`` on PostgreSQL and on SQLite, each with a database of its own and
four web processes. ``python -m scripts.storm 1 short`` is the short form that the tests run.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from scripts import postgres, serving


def main(rounds: str, size: str) -> int:
    failed = []
    with tempfile.TemporaryDirectory(prefix="portal-storm-") as folder:
        for name in ("PostgreSQL", "SQLite"):
            data_dir = Path(folder) / name
            data_dir.mkdir()
            if name == "SQLite":
                code = _storm(data_dir, name, rounds, size)
            else:
                with postgres.database_url() as url, postgres.own_database(url, "storm") as own:
                    code = _storm(data_dir, name, rounds, size, DATABASE_URL=own)
            failed += [name] if code else []
    print(f"storm: failed on {', '.join(failed)}" if failed else "storm: passed", flush=True)
    return int(bool(failed))


def _storm(data_dir: Path, name: str, rounds: str, size: str, **variables: str) -> int:
    variables = serving.environment(
        data_dir, DJANGO_SETTINGS_MODULE="pcc_portal.settings", **variables
    )
    command = [sys.executable, "-m", "scripts.storm_here", name, rounds, size]
    return subprocess.run(command, cwd=serving.ROOT, env=variables).returncode


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] + ["20", "whole"][len(sys.argv) - 1 :])))
