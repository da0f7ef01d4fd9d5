"""Promises the repository itself makes, to whoever clones it."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements/base.txt", "requirements/dev.txt", "package-lock.json"]
DOWNLOAD_PLACES = ["index-url", "find-links", "pythonhosted", "registry.", "pypi.org", "resolved"]
REQUIREMENT = re.compile(r'^ +"[^"]+",(?P<reason> +# \S.*)?$')


def _settings(**variables: str) -> "subprocess.CompletedProcess[str]":
    """What Django says when it starts in a process with these variables and no others."""
    kept = {name: os.environ[name] for name in ("PATH", "DATA_DIR") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**kept, **variables},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_file_names_no_place_to_download_from(lock):
    text = (ROOT / lock).read_text()

    assert [place for place in DOWNLOAD_PLACES if place in text] == []


def test_package_lock_pins_every_package_by_its_hash():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    assert [name for name, facts in packages.items() if name and "integrity" not in facts] == []


@pytest.mark.parametrize("lock", ["requirements/base.txt", "requirements/dev.txt"])
def test_requirements_pin_every_package_by_its_hash(lock):
    _, _, body = (ROOT / lock).read_text().partition("\n#    make requirements\n")
    pins = re.split(r"\n(?=\w)", body)

    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_every_requirement_has_its_reason():
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    expected = len(project["dependencies"]) + len(project["optional-dependencies"]["dev"])
    dependencies = text.partition("[tool.")[0]
    lines = [line for line in dependencies.splitlines() if REQUIREMENT.match(line)]

    assert [line for line in lines if not REQUIREMENT.match(line)["reason"]] == []
    assert len(lines) == expected


def test_django_talks_to_postgresql_through_psycopg2():
    # Django prefers psycopg 3 as soon as it is there.
    assert importlib.util.find_spec("psycopg2") is not None
    assert importlib.util.find_spec("psycopg") is None


def test_readme_names_every_folder():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    folders = {path.partition("/")[0] for path in tracked if "/" in path}
    readme = (ROOT / "README.md").read_text()

    assert sorted(f for f in folders if f"`{f}/`" not in readme and f != ".ci") == []


INLINE = {
    "a script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "a style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "a style": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
}


@pytest.mark.parametrize("what", INLINE)
def test_no_template_holds_inline_code(what):
    found = sorted((ROOT / "templates").rglob("*.html"))
    # The style sheet of a mail is written into its tags before it is sent.
    pages = [page for page in found if page.parent.name != "email"]

    assert pages
    assert [str(p.relative_to(ROOT)) for p in pages if INLINE[what].search(p.read_text())] == []


def test_settings_start_with_no_variable_set():
    started = _settings()

    assert (started.returncode, started.stdout) == (
        0,
        "System check identified no issues (1 silenced).\n",
    ), started.stderr


PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "a-key-for-this-test-only",
    "ALLOWED_HOSTS": "portal.example.org",
    "DATABASE_URL": "postgres://portal@localhost/portal",
    "TRUSTED_PROXY_COUNT": "0",
    "PUBLIC_ADDRESS": "https://portal.example.org",
}


@pytest.mark.parametrize("missing", list(PRODUCTION)[1:])
def test_production_does_not_start_without(missing):
    started = _settings(**{k: v for k, v in PRODUCTION.items() if k != missing})

    assert started.returncode == 1
    assert f"Set {missing}" in started.stderr.splitlines()[-1]


def test_production_does_not_start_with_debug_on():
    started = _settings(**PRODUCTION, DEBUG="1")

    assert started.returncode == 1
    assert "DEBUG" in started.stderr.splitlines()[-1]


def test_production_does_not_send_mail_in_the_request():
    started = _settings(**PRODUCTION, JOBS_AT_ONCE="1")

    assert started.returncode == 1
    assert "JOBS_AT_ONCE" in started.stderr.splitlines()[-1]


def test_environment_has_to_be_one_we_know():
    started = _settings(ENVIRONMENT="staging")

    assert started.returncode == 1
    assert "ENVIRONMENT is 'staging'" in started.stderr.splitlines()[-1]
