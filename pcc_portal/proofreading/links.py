"""Links that lead nowhere, and links whose words do not say where they lead."""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from pcc_portal.findings import Finding, Severity

from .passages import WEB_ADDRESS, Link, Passage

# What a reader who hears only the links learns nothing from.
SAYS_NOTHING = frozenset(
    {
        "",
        "click",
        "click here",
        "click this link",
        "click to read",
        "click to view",
        "details",
        "download",
        "download here",
        "find out more",
        "follow this link",
        "further details",
        "go here",
        "here",
        "learn more",
        "link",
        "more",
        "more here",
        "more info",
        "more information",
        "page",
        "read here",
        "read more",
        "read more here",
        "read on",
        "see here",
        "see more",
        "the link",
        "this",
        "this link",
        "this page",
        "this website",
        "view",
        "view here",
        "website",
    }
)
# Services that shorten addresses: when one stops, its links are dead for good.
SHORTENERS = frozenset(
    {
        "bit.ly",
        "buff.ly",
        "cutt.ly",
        "dlvr.it",
        "goo.gl",
        "is.gd",
        "lnkd.in",
        "ow.ly",
        "rb.gy",
        "rebrand.ly",
        "shorturl.at",
        "t.co",
        "t.ly",
        "tiny.cc",
        "tinyurl.com",
        "v.gd",
    }
)
EXAMPLE_HOST = re.compile(r"(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid)$")
OWN_NETWORK = re.compile(
    r"(?:^localhost$|^127\.|^10\.|^192\.168\.|^\[?::1|\.local$|\.internal$|\.lan$|^[^.:]+$)"
)
POINTS_HERE = re.compile(
    r"\b(?:download\w*|read|view\w*|found|find|seen|see|available|access\w*|watch\w*|click)"
    r"(?: \w+){0,4} here\b",
    re.IGNORECASE,
)


def check_links(passage: Passage) -> Iterator[Finding]:
    """Every link of a passage, and every “here” that is none."""
    for link in passage.links:
        reason = why_dead(link.address)
        if reason:
            yield passage.finding("link-dead", Severity.ERROR, f"{_named(link)} {reason}")
        else:
            yield from _check_host(passage, link)
        yield from _check_words(passage, link)
    yield from _check_here(passage)


def why_dead(address: str) -> str:
    """Why an address leads nowhere, in words that follow the link; empty where it may lead on.

    Nothing is fetched: only what the address itself shows is judged.
    """
    address = address.strip()
    if not address:
        return "leads nowhere: it has no address."
    if address.startswith("#"):
        is_empty = address.casefold() in ("#", "#!", "#top")
        return f"leads nowhere: its address is only “{address}”." if is_empty else ""
    if address.startswith("/") and not address.startswith("//"):
        return _why_no_page(address)
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return f"leads nowhere: “{address}” is not a web address."
    if parts.scheme in ("http", "https"):
        return _why_no_site(parts, host)
    if parts.scheme == "mailto":
        is_whole = re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", parts.path.partition("?")[0])
        return "" if is_whole else f"leads nowhere: “{parts.path}” is not an e-mail address."
    if parts.scheme == "tel":
        has_digits = re.search(r"\d{3}", parts.path)
        return "" if has_digits else f"leads nowhere: “{parts.path}” is not a telephone number."
    return f"does not work: its address, “{address}”, does not begin with https://."


def _why_no_site(parts: SplitResult, host: str) -> str:
    if not host or " " in parts.netloc:
        return f"leads nowhere: “{parts.geturl()}” names no website."
    if host in _own_hosts():
        return _why_no_page(parts.path or "/")
    if OWN_NETWORK.search(host):
        return f"works only inside the office: nobody outside can reach “{host}”."
    return ""


def _own_hosts() -> set[str]:
    return {host for host in settings.ALLOWED_HOSTS if host.strip(".*")} - {"localhost"}


def own_path(address: str) -> str:
    """The path of a link to a page of this portal; empty for a link to anywhere else."""
    address = address.strip()
    if not address.startswith("/") or address.startswith("//"):
        try:
            parts = urlsplit(address)
            is_own = parts.scheme in ("http", "https") and parts.hostname in _own_hosts()
        except ValueError:
            return ""
        address = parts.path if is_own else ""
    return address.partition("#")[0].partition("?")[0]


def _why_no_page(address: str) -> str:
    path = address.partition("#")[0].partition("?")[0]
    if path.startswith((f"/{settings.STATIC_URL}".replace("//", "/"), "/media/")):
        return ""
    try:
        resolve(path)
    except Resolver404:
        return f"leads nowhere: this portal has no page “{path}”."
    return ""


def _check_host(passage: Passage, link: Link) -> Iterator[Finding]:
    try:
        host = (urlsplit(link.address.strip()).hostname or "").removeprefix("www.")
    except ValueError:
        return
    if host in SHORTENERS:
        yield passage.warning(
            "link-short",
            f"{_named(link)} goes through {host}, which hides where it leads and may stop working. "
            "Give the full address.",
        )
    elif EXAMPLE_HOST.search(host):
        yield passage.warning(
            "link-example",
            f"{_named(link)} leads to {host}, an address that exists only for examples.",
        )


def _check_words(passage: Passage, link: Link) -> Iterator[Finding]:
    words = " ".join(re.sub(r"[^\w ]", " ", link.text).casefold().split())
    if not words:
        yield passage.warning(
            "link-words",
            f"the link to “{link.address or 'nowhere'}” has no words. Say where it leads.",
        )
    elif words in SAYS_NOTHING:
        yield passage.warning(
            "link-words",
            f"the link “{link.text}” does not say where it leads. Use the name of what it opens.",
        )
    elif not link.is_bare and WEB_ADDRESS.fullmatch(link.text):
        yield passage.warning(
            "link-words",
            f"the link “{link.text}” is a bare web address. Use the name of what it opens.",
        )


def _check_here(passage: Passage) -> Iterator[Finding]:
    """“Can be downloaded here”, where no link that works is “here”."""
    alive = {link.block for link in passage.links if not why_dead(link.address)}
    linked = {
        link.block
        for link in passage.links
        if "here" in link.text.casefold().split() and link.block not in alive
    }
    for number, block in enumerate(passage.blocks):
        # A link that stands by itself in the next line is what “here” means.
        if {number, number + 1} & alive or number in linked:
            continue
        for match in POINTS_HERE.finditer(block.text):
            yield passage.warning(
                "link-missing", f"it says “{match[0]}”, but “here” is not a link to anything."
            )


def _named(link: Link) -> str:
    if link.is_bare or link.text == link.address:
        return f"the address “{link.text}”"
    return f"the link “{link.text}”" if link.text else "a link without words"
