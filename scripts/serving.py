"""The portal over its demo content, served for the length of a test or a measurement."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What would make a run depend on the shell it was started from.
PORTAL_VARIABLES = {
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "DEBUG",
    "ENVIRONMENT",
    "JOBS_AT_ONCE",
    "PUBLIC_ADDRESS",
    "SECRET_KEY",
    "TRUSTED_PROXY_COUNT",
}
GUNICORN = ("-m", "gunicorn", "--no-control-socket", "--threads", "4")
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Server:
    address: str
    pid: int
    log: Path


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """The variables of a portal that keeps everything in ``data_dir``, on SQLite."""
    inherited = {k: v for k, v in os.environ.items() if k not in PORTAL_VARIABLES}
    return {**inherited, "DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1", **variables}


def load_demo(data_dir: Path) -> None:
    """Make the database in ``data_dir`` and fill it with the demo content."""
    for command in (["migrate", "--noinput", "--verbosity", "0"], ["load_demo"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment(data_dir),
            stdout=subprocess.DEVNULL,
            check=True,
        )


@contextmanager
def served(
    application: str, log: Path, variables: dict[str, str], workers: int = 2
) -> Iterator[Server]:
    """``application`` under gunicorn as in production, on a free port of this machine."""
    with log.open("wb") as output, socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        more = ["--workers", str(workers), "--bind", f"fd://{listener.fileno()}"]
        process = subprocess.Popen(
            [sys.executable, *GUNICORN, *more, application],
            cwd=ROOT,
            env=variables,
            pass_fds=[listener.fileno()],
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(address, process, log)
        yield Server(address, process.pid, log)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=SECONDS_TO_START).close()
            return
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server at {address} did not start:\n{log.read_text()[-4000:]}")
