"""What somebody may not know reaches them by no way: page, title, feed, file, its name, error.

Each reader opens every address of the portal for every seeded row, and every link found there. The
one who may know most goes first: what is kept of pages must not hand it on to the next.
"""

import datetime as dt
import hashlib
import re
from collections import Counter
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse

from elections.invitations import invite_candidate
from elections.models import Candidate
from elections.roles import Role
from tests.addresses import all_addresses
from tests.canaries import (
    canaries_in,
    fields_without_a_canary,
    parts_of,
    seed_items,
    seed_people,
)
from tests.conftest import NOON, PortalClient, give_status

# The kinds of row that an address with a slug is about, by the last part of its name.
KINDS = {
    "newsletter": ("newsletter",),
    "document": ("document", "link"),
    "document-file": ("document", "link"),
    "figure": ("figure",),
    "statement": ("table",),
    "statement-csv": ("table",),
    "event": ("event",),
    "book": ("event",),
    "book-check": ("event",),
    "wishes": ("event",),
    "no-thanks": ("event",),
    "request": ("request",),
}
MARKS = ("public", "candidates", "elsewhere", "draft")
PAGES_AT_MOST = 600
PAGES_OF_A_ROW = ("change", "delete", "history")
LINK = re.compile(r"""(?:href|src|action)="([^"#]+)""")
# What the seeds cannot say in a word of their own: codes, years, addresses made of the slug.
NO_CANARY = {
    "document.content_type",
    "document.link",
    "figure.financial_year",
    "statementcolumn.financial_year",
    "textsection.region",
    "tablesection.region",
    "programmesection.region",
    "programmesection.event_kind",
    "figuressection.region",
    "documentssection.region",
    "contactsection.region",
}


@pytest.fixture(autouse=True)
def _in_the_campaign(time_machine):
    time_machine.move_to(dt.datetime(2021, 4, 10, 11, 0, tzinfo=dt.UTC))


@pytest.fixture
def seeded(election, other_election, editor, release_now):
    for where, mark, audience in (
        (election, "public", "public"),
        (election, "candidates", "candidates"),
        (other_election, "elsewhere", "candidates"),
    ):
        release_now(*seed_items(where, mark, audience))
    return seed_items(election, "draft", "public"), seed_people(election, editor)


def starts() -> set[str]:
    """Every address of the portal's own pages, for each election and each row that is seeded."""
    found = {"/nowhere/", "/canary-draft-newsletter/", "/pcc-2021/log/?words=canary"}
    for address in all_addresses():
        if address.name.startswith("admin:") or address.route.startswith("admin/"):
            continue
        # What belongs to one person; the log's files and feeds, which its pages lead to.
        theirs = {"pk", "key", "reference", "token", "columns", "topic"}
        if theirs & set(address.parts) or address.name.startswith("["):
            continue
        kinds = KINDS[address.name.partition(":")[2]] if "slug" in address.parts else ()
        rows = [f"canary-{mark}-{kind}" for mark in MARKS for kind in kinds] or [None]
        elections = ["pcc-2021", "pcc-2024"] if "election_slug" in address.route else [None]
        for where in elections:
            for slug in rows:
                arguments = [part for part in (where, slug) if part]
                found.add(reverse(address.name, args=arguments))
                if slug:
                    found.add(f"{reverse(address.name, args=arguments)}?version=1")
    return found


def told_by(response, path: str) -> set[str]:
    """The canaries in an answer, its head too, but for those the reader brought along."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    head = " ".join(f"{name}: {value}" for name, value in response.items())
    told = canaries_in(unquote(f"{head} {body.decode(errors='replace')}"))
    return told - canaries_in(unquote(path))


def walk(client: PortalClient) -> set[str]:
    """Every canary a reader comes across. They sign out nowhere, for they only read."""
    to_ask, asked, told = sorted(starts()), set(), set()
    while to_ask:
        path = to_ask.pop()
        if path in asked:
            continue
        asked.add(path)
        assert len(asked) <= PAGES_AT_MOST, "The portal has no end."
        response = client.get(path)
        assert response.status_code < 500, path
        found = told_by(response, path)
        told |= found
        told |= told_by(client.head(path), path)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            for link in LINK.findall(response.content.decode()):
                there = urlsplit(urljoin(path, link.replace("&amp;", "&")))
                if not there.netloc and not there.path.startswith(("/admin/", "/static/")):
                    to_ask.append(there.path + (f"?{there.query}" if there.query else ""))
    return told


def marks(told: set[str]) -> set[str]:
    return {canary.split("-")[1] for canary in told}


def unmarked(told: set[str], mark: str) -> set[str]:
    """What of the rows of one mark was told, without the mark."""
    own = {canary for canary in told if canary.split("-")[1] == mark}
    return {canary.replace(f"canary-{mark}-", "", 1) for canary in own}


def test_every_word_of_a_row_has_a_canary(election):
    items = seed_items(election, "draft", "public")

    assert fields_without_a_canary([*items, *parts_of(items)]) - NO_CANARY == set()


@pytest.mark.usefixtures("seeded")
def test_nobody_comes_across_what_is_not_for_them(
    candidate, agent, other_candidate, withdrawn_candidate, editor
):
    give_status(Candidate.objects.get(user=candidate), "declared")
    readers = {
        editor: {"public", "candidates", "elsewhere"},
        candidate: {"public", "candidates"},
        agent: {"public", "candidates"},
        other_candidate: {"public", "elsewhere"},
        withdrawn_candidate: {"public"},
        None: {"public"},
    }
    told: dict = {}
    for reader in readers:
        client = PortalClient()
        if reader:
            client.force_login(reader)
        told[reader] = walk(client)

    assert {reader: marks(found) for reader, found in told.items()} == readers
    # A test of leaks has to hold something: who may know comes across the same of every row.
    assert len(unmarked(told[None], "public")) > 40
    assert unmarked(told[candidate], "candidates") == unmarked(told[agent], "candidates")
    assert unmarked(told[candidate], "candidates") == unmarked(told[other_candidate], "elsewhere")
    assert unmarked(told[None], "public") >= unmarked(told[candidate], "candidates") - {
        "newsletter-dated"
    }


@pytest.mark.parametrize("role", Role)
def test_what_is_known_of_people_reaches_only_the_roles_that_need_it(seeded, make_staff, role):
    client = PortalClient()
    client.force_login(make_staff(role))
    _, people = seeded
    pages = ["/admin/", "/admin/audit/", "/admin/audit/?kind=elections.candidate"]
    for row in people:
        base = f"/admin/elections/{row._meta.model_name}/"
        pages += [base, f"{base}?q=canary", *(f"{base}{row.pk}/{page}/" for page in PAGES_OF_A_ROW)]
        pages.append(f"/admin/audit/?row={row._meta.label_lower}:{row.pk}")

    told = {canary for page in pages for canary in told_by(client.get(page, follow=True), page)}
    for page in pages:
        told |= told_by(client.post(page, {"post": "yes", "_loaded": "x"}, follow=True), page)
    told |= told_by(client.get("/admin/"), "/admin/")

    may_see = role in (Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR, Role.KEEPER)
    assert ("people" in marks(told)) == may_see
    if may_see:
        assert len(unmarked(told, "people")) > 10


# What a visit may write: where somebody is signed in, and what the limits count.
OF_A_VISIT = {"django_session", "usersessions_usersession", "portal_cache"}


def digests() -> Counter[tuple[str, str]]:
    """What every table holds, row by row."""
    found: Counter[tuple[str, str]] = Counter()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in OF_A_VISIT:
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 our own tables
                found.update(
                    (table, hashlib.sha256(repr(row).encode()).hexdigest())
                    for row in cursor.fetchall()
                )
    return found


@pytest.mark.usefixtures("seeded")
def test_reading_three_times_changes_nothing(
    candidate, editor, election, django_capture_on_commit_callbacks
):
    newcomer = Candidate.objects.create(election=election, surname="New", other_names="Nora")
    give_status(newcomer, "declared")
    with django_capture_on_commit_callbacks(execute=True):
        invite_candidate(
            newcomer,
            email="nora@example.org",
            sign_in_url=f"http://testserver{reverse('account_request_login_code')}",
            by=editor,
            at=NOON,
        )
    PortalClient().post(reverse("account_request_login_code"), {"email": candidate.email})
    bodies = [message.body for message in mail.outbox]
    mailed = {
        urlsplit(url).path for body in bodies for url in re.findall(r"https?://testserver\S*", body)
    }
    assert len(bodies) == 2
    assert mailed == {reverse("account_request_login_code")}
    before = digests()

    for reader in (None, candidate, editor):
        client = PortalClient()
        if reader:
            client.force_login(reader)
            before = digests()  # signing in is not reading
        for path in sorted(starts() | mailed):
            for _ in range(3 if path in mailed else 1):
                told_by(client.get(path), path)  # read to its end, which closes a file
                told_by(client.head(path), path)
        assert digests() == before
