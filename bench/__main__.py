"""``make bench``: what pages cost, beside a bare Django page of the same size.

Prints one ``name: value`` line a figure; ends with exit code 1 when a bound is missed.
"""

import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from urllib.parse import urljoin

from bench import importing, mail
from bench.load import Figures, Target, measure, worker_megabytes
from scripts import postgres, serving

PAGES = {
    "home": "/",
    "newsletter": "/pcc-2021/newsletters/issue-1/",
    "log": "/pcc-2024/log/",
    "programme": "/pcc-2021/programme/",
    "statement": "/pcc-2016/statements/office-cost-and-budget/",
}
READER = "candidate@example.org"
# All variants of a page take turns, so that a slow moment of the machine meets all of them.
ROUNDS = 5
WARM_UP_SECONDS = 0.3

# The bounds. A bare page stands for what Django itself costs.
LOWEST_RATIO = 1 / 3
HIGHEST_CPU_RATIO = 30
MOST_KILOBYTES = 45
# Of a mail-out with every row claimed and recorded; ten thousand need hardly more than a hundred.
LOWEST_MAIL_RATIO = 0.4
MOST_MAIL_GROWTH_MB = 8
LOWEST_BOOKING_RATIO = 0.4

SIGN_IN = """
from django.conf import settings
from django.test import Client
from elections.models import User
client = Client()
client.force_login(User.objects.get(email="{email}"), settings.AUTHENTICATION_BACKENDS[0])
print(settings.SESSION_COOKIE_NAME, client.session.session_key, sep="=")
"""


def main(seconds: float) -> int:
    if not Path("/proc/self/stat").exists():
        sys.exit("make bench reads processor times from /proc: run it on Linux.")
    print(
        f"# {seconds:g} s a figure, two workers; about {len(PAGES) * 4 * seconds / 60 + 1:.0f} min"
    )
    missed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder, ExitStack() as stack:
        data_dir = Path(folder)
        serving.load_demo(data_dir)
        cookie = _sign_in(data_dir)
        servers = {}
        for name, application, variables in (
            ("portal", "pcc_portal.wsgi", serving.environment(data_dir)),
            ("uncached", "pcc_portal.wsgi", serving.environment(data_dir, PAGE_CACHE="0")),
            ("bare", "bench.bare", serving.environment(data_dir)),
        ):
            log = data_dir / f"{name}.log"
            servers[name] = stack.enter_context(serving.served(application, log, variables))
        for name, path in PAGES.items():
            address = servers["portal"].address
            size = len(_get(address + path)[1])
            targets = {
                "anonymous": Target(address, path, servers["portal"].pid),
                "bare": Target(servers["bare"].address, f"/{size}/", servers["bare"].pid),
                "uncached": Target(servers["uncached"].address, path, servers["uncached"].pid),
                "signed_in": Target(address, path, servers["portal"].pid, cookie),
            }
            missed += _report(f"page.{name}", _measure(targets, seconds))
            kilobytes = sum(_first_visit(address, path)) / 1000
            print(f"page.{name}.html_bytes: {size}")
            missed += _bounded(f"page.{name}.transfer_kb", kilobytes, at_most=MOST_KILOBYTES)
        took, peak = importing.measure(data_dir)
        missed += _bounded("import.seconds_10k", took, at_most=importing.SECONDS_AT_MOST)
        missed += _bounded("import.peak_mb", peak, at_most=importing.MEGABYTES_AT_MOST)
        print(f"memory.worker_mb: {worker_megabytes(servers['portal'].pid):.1f}")
        print(f"memory.bare_worker_mb: {worker_megabytes(servers['bare'].pid):.1f}", flush=True)
    missed += _mail()
    missed += _bookings(max(10, int(seconds * 10)))
    for miss in missed:
        print(f"Missed: {miss}", file=sys.stderr)
    return int(bool(missed) and "shown" not in sys.argv)


def _mail() -> list[str]:
    """Print the figures of a mail-out. Returns the bounds it missed."""
    missed: list[str] = []
    for name, value in mail.figures():
        if name == "mail.ratio_to_django":
            missed += _bounded(name, value, at_least=LOWEST_MAIL_RATIO)
        elif name == "mail.growth_mb":
            missed += _bounded(name, value, at_most=MOST_MAIL_GROWTH_MB)
        else:
            print(f"{name}: {value:.1f}", flush=True)
    return missed


def _bookings(each: int) -> list[str]:
    """What ``bench/booking.py`` finds on a PostgreSQL. Returns the bounds it missed."""
    with (
        tempfile.TemporaryDirectory(prefix="portal-bench-") as folder,
        postgres.database_url() as url,
        postgres.own_database(url, "bench") as own,
    ):
        variables = serving.environment(
            Path(folder), DATABASE_URL=own, DJANGO_SETTINGS_MODULE="pcc_portal.settings"
        )
        told = subprocess.run(
            [sys.executable, "-m", "bench.booking", str(each)],
            cwd=serving.ROOT,
            env=variables,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    ours, bare, ratio = map(float, told.stdout.splitlines()[-1].split())
    print(f"booking.per_second: {ours:.1f}")
    print(f"booking.orm_per_second: {bare:.1f}")
    return _bounded("booking.ratio_to_orm", ratio, at_least=LOWEST_BOOKING_RATIO)


def _measure(targets: dict[str, Target], seconds: float) -> dict[str, Figures]:
    figures = {variant: Figures() for variant in targets}
    for target in targets.values():
        measure(target, WARM_UP_SECONDS, Figures())
    for _ in range(ROUNDS):
        for variant, target in targets.items():
            measure(target, seconds / ROUNDS, figures[variant])
    return figures


def _report(name: str, figures: dict[str, Figures]) -> list[str]:
    """Print the figures of one page. Returns the bounds it missed."""
    for variant, seen in figures.items():
        print(f"{name}.{variant}.requests_per_second: {seen.requests_per_second:.1f}")
        print(f"{name}.{variant}.p50_ms: {seen.percentile_ms(50):.2f}")
        print(f"{name}.{variant}.p99_ms: {seen.percentile_ms(99):.2f}")
        print(f"{name}.{variant}.cpu_ms_per_request: {seen.cpu_ms_per_request:.3f}")
    bare = figures["bare"]
    # Each round's own ratio: a round in which the machine was busy elsewhere does not decide.
    ratio = median(a / b for a, b in zip(figures["anonymous"].rounds, bare.rounds, strict=True))
    missed = _bounded(f"{name}.ratio_to_bare", ratio, at_least=LOWEST_RATIO)
    for variant in ("uncached", "signed_in"):
        ratio = figures[variant].cpu_ms_per_request / bare.cpu_ms_per_request
        told = f"{name}.{variant}.cpu_ratio_to_bare"
        missed += _bounded(told, ratio, at_most=HIGHEST_CPU_RATIO)
    return missed


def _bounded(
    name: str, value: float, *, at_least: float = 0, at_most: float = float("inf")
) -> list[str]:
    print(f"{name}: {value:.3f}", flush=True)
    if value < at_least:
        return [f"{name} is {value:.3f}, it has to be at least {at_least:.3f}."]
    if value > at_most:
        return [f"{name} is {value:.3f}, it may be {at_most:g} at most."]
    return []


def _sign_in(data_dir: Path) -> str:
    """The cookie of a demo candidate who is signed in."""
    told = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()" + SIGN_IN.format(email=READER)],
        cwd=serving.ROOT,
        env=serving.environment(data_dir, DJANGO_SETTINGS_MODULE="pcc_portal.settings"),
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()


def _get(url: str, **headers: str) -> tuple[int, bytes]:
    """The size of the answer as sent, headers too, and its body."""
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        body = answer.read()
        return len(body) + len(str(answer.headers).encode()), body


def _first_visit(address: str, path: str) -> Iterator[int]:
    """Bytes sent for a page, its style sheets and what they load, scripts and pictures."""
    html = _get(address + path)[1].decode()
    wanted = re.findall(r"<(?:script|img)\b[^>]*\bsrc=\"([^\"]+)\"", html)
    for link in re.findall(r"<link\b[^>]*>", html):
        if re.search(r"rel=\"(?:stylesheet|[^\"]*icon|preload|modulepreload)\"", link):
            wanted += re.findall(r"href=\"([^\"]+)\"", link)
    yield _get(address + path, **{"Accept-Encoding": "gzip, br"})[0]
    for place in dict.fromkeys(urljoin(path, place) for place in wanted):
        yield _get(address + place, **{"Accept-Encoding": "gzip, br"})[0]
        if place.endswith(".css"):
            style = _get(address + place)[1].decode()
            for loaded in dict.fromkeys(re.findall(r"url\(\"?([^)\"]+)\"?\)", style)):
                if not loaded.startswith("data:"):
                    yield _get(address + urljoin(place, loaded))[0]


if __name__ == "__main__":
    os.environ.pop("PAGE_CACHE", None)
    sys.exit(main(float(sys.argv[1]) if sys.argv[1:] else 6))
