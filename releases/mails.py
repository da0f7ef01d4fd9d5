"""What a mail says: one letter for each act and kind of reader, made once; then each person’s."""

import datetime as dt
import re
import secrets
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr
from typing import Any

import css_inline
import nh3
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import connection
from django.template.loader import render_to_string, select_template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.text import capfirst

from elections.looking import StandIn
from elections.models import Candidate, Election, User
from pcc_portal.plain_text import plain_text

from .models import (
    CatchUp,
    Delivery,
    Reader,
    ReleasableItem,
    Release,
    Subscriber,
    releasable_models,
)
from .models.item import withdrawn_later
from .posting import BY_A_MACHINE, message_id
from .revision import public_revision
from .update_links import stop_address

FOLDER = "releases/email"
# As many letters are kept ready as acts are likely to be under way at once.
LETTERS_KEPT = 8
SUBJECT_AT_MOST = 150

# What a mail may hold. Charts go: the table beside them has the numbers.
TAGS = {"a", "address", "br", "caption", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4"}
TAGS |= {
    "hr",
    "li",
    "ol",
    "p",
    "section",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
}
TAGS |= {"thead", "time", "tr", "ul", "blockquote"}
ATTRIBUTES = {
    "*": {"class"},
    "a": {"href"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
SILENT = {"script", "style", "svg", "form", "button", "nav"}


class NobodyToTell(Exception):
    """Why a delivery is not sent: whoever it was for has left since. Told to staff.

    ``is_unreached`` is true of those who are still to be told, and have no way to be written to.
    """

    def __init__(self, sentence: str, election: Election, *, is_unreached: bool = False) -> None:
        super().__init__(sentence)
        self.election, self.is_unreached = election, is_unreached


@dataclass(frozen=True)
class Told:
    """One released item as a mail tells it."""

    item: ReleasableItem
    html: str
    # It was withdrawn between the release and this mail: then the mail holds nothing of it.
    is_withdrawn_since: bool = False

    @property
    def kind(self) -> str:
        return capfirst(str(self.item._meta.verbose_name))

    @property
    def heading(self) -> str:
        """What happened to it, and of which kind it is."""
        happened = {
            ReleasableItem.Change.CORRECTION: "Correction",
            ReleasableItem.Change.WITHDRAWAL: "Withdrawn",
            ReleasableItem.Change.MINOR: "Minor change",
        }.get(ReleasableItem.Change(self.item.change) if self.item.change else None)  # type: ignore[arg-type]
        return f"{happened}: {self.kind.lower()}" if happened else self.kind

    @property
    def text(self) -> str:
        return plain_text(self.html)

    @property
    def address(self) -> str:
        return settings.PUBLIC_ADDRESS + self.item.get_absolute_url()  # type: ignore[attr-defined, no-any-return]

    @property
    def earlier_address(self) -> str:
        """Where the version before stays readable; empty for a first version and a withdrawal."""
        if self.item.version == 1 or self.item.is_withdrawal or self.is_withdrawn_since:
            return ""
        return f"{self.address}?version={self.item.version - 1}"


@dataclass(frozen=True)
class Letter:
    """A mail but for whom it greets, and how it is ended: ``GREETING`` and ``STOP`` stand there."""

    election: Election
    # The moment of the act it tells of: of several, the first.
    at: dt.datetime
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Addressed:
    """A delivery with what decides whether it may go. ``wants`` is a subscriber’s: still so."""

    pk: int
    role: str
    address: str
    release: int | None
    catch_up: int | None
    candidate: int | None
    user: int | None
    subscriber: int | None
    wants: bool
    # Which items of the release it tells of, as they are kept.
    only: str


# One query of few columns: it is asked for every message.
ADDRESSED = (
    "SELECT d.id, d.role, d.address, d.release_id, d.catch_up_id, d.candidate_id, d.user_id, "
    "d.subscriber_id, s.confirmed_at IS NOT NULL AND s.bounced_at IS NULL, "
    "d.only "
    f"FROM {Delivery._meta.db_table} d LEFT JOIN {Subscriber._meta.db_table} s "
    "ON s.id = d.subscriber_id WHERE d.id IN ({marks}) ORDER BY d.id"
)


# Words that stand in no content: made anew by every process.
GREETING, STOP = (f"{name}-{secrets.token_hex(12)}" for name in ("greeting", "stop"))


class Letters:
    """The letters of one run, each made once, and the messages made of them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Any, ...], Letter] = OrderedDict()

    def message(self, ids: Sequence[int], *, at: dt.datetime) -> tuple[EmailMessage, Election]:
        """The message that carries the deliveries ``ids``, the first of which names it.

        Raises ``NobodyToTell``. Once the letter is made, one query; for candidates a few more.
        """
        rows = _addressed(ids)
        first = rows[0]
        letter = self._letter(rows)
        hello = _greeting(first, letter.election, at)
        return _message(first, letter, hello), letter.election

    def _letter(self, rows: list[Addressed]) -> Letter:
        first = rows[0]
        is_public = first.role == Delivery.Role.SUBSCRIBER
        # A withdrawal while a run goes on has to be seen by what is sent after it.
        acts = (first.catch_up, *((row.release, row.only) for row in rows))
        key = (public_revision(), is_public, *acts)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if first.catch_up:
            caught_up = CatchUp.objects.get(pk=first.catch_up)
            letter = compose(list(caught_up.releases.all()), is_public=False, caught_up=caught_up)
        else:
            releases = list(Release.objects.filter(pk__in=[row.release for row in rows]))
            only = {row.release: row.only.split() for row in rows if row.only}
            letter = compose(releases, is_public=is_public, only=only)
        self._kept[key] = letter
        if len(self._kept) > LETTERS_KEPT:
            self._kept.popitem(last=False)
        return letter


def compose(
    releases: Sequence[Release],
    *,
    is_public: bool,
    caught_up: CatchUp | None = None,
    only: Mapping[int | None, Collection[str]] | None = None,
) -> Letter:
    """The letter about ``releases``, as it was at each of them, without what was withdrawn since.

    Of candidates’ items ``is_public`` tells nothing: it is what subscribers get. ``only`` are by
    release the keys of the items to be told, where it is not all of them.
    """
    now = timezone.now()
    releases = sorted(releases, key=lambda one: (one.released_at or now, one.pk))
    election = Election.objects.select_related("office").get(pk=releases[0].election_id)
    reader: Reader = AnonymousUser() if is_public else StandIn(briefed_in=election.pk)
    told = [one for release in releases for one in _told(release, election, reader)]
    only = only or {}
    told = [
        one
        for one in told
        if one.item.release_id not in only or one.item.key in only[one.item.release_id]
    ]
    context = {
        "election": election,
        "office": election.office,
        "told": told,
        "releases": releases,
        "is_public": is_public,
        "is_catch_up": caught_up is not None,
        "greeting": GREETING,
        "stop": STOP,
        "portal": settings.PUBLIC_ADDRESS + reverse("election", args=[election.slug]),
        "mail_choice": settings.PUBLIC_ADDRESS + reverse("mail-choice"),
    }
    html = render_to_string(f"{FOLDER}/release.html", context)
    return Letter(
        election=election,
        at=caught_up.at if caught_up else releases[0].released_at or now,
        subject=_subject(told, is_catch_up=caught_up is not None),
        text=re.sub(r"\n{3,}", "\n\n", render_to_string(f"{FOLDER}/release.txt", context)).strip()
        + "\n",
        html=_inlined(html),
    )


def _told(release: Release, election: Election, reader: Reader) -> list[Told]:
    """The items of ``release`` that ``reader`` may see, kind by kind, as at its moment.

    In the order of their addresses: that of their numbers would tell which was begun first.
    """
    assert release.released_at is not None  # noqa: S101  only what is released is told
    found = []
    for model in releasable_models():
        rows = model.objects.visible_to(reader, release.released_at).filter(release=release)
        gone = set(rows.filter(withdrawn_later(model, timezone.now())).values_list("pk", flat=True))
        for item in rows.order_by("slug"):
            item.election, item.release = election, release
            is_silent = item.is_withdrawal or item.pk in gone
            body = "" if is_silent else _body(item, reader)
            found.append(Told(item, body, is_withdrawn_since=item.pk in gone))
    return sorted(found, key=lambda told: not told.item.LEADS)


def _body(item: ReleasableItem, reader: Reader) -> str:
    """What stands in the mail of an item: by the template its room has for its kind."""
    assert item.release is not None  # noqa: S101  it came from a release
    context = {
        "item": item,
        "election": item.election,
        "office": item.election.office,
        "at": item.release.released_at,
        "reader": reader,
        # Pieces the pages share ask for the reader so.
        "request": {"user": reader},
    }
    names = [f"{FOLDER}/items/{item._meta.label_lower}.html", f"{FOLDER}/items/item.html"]
    html = nh3.clean(
        select_template(names).render(context),
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags=SILENT,
        link_rel=None,
    )
    if "<h2" in html:  # the title of the item is the mail's own heading of that rank
        html = re.sub(r"(</?h)([23])", lambda tag: f"{tag[1]}{int(tag[2]) + 1}", html)
    # The portal's own pages have their whole address in a mail.
    return re.sub(r'href="/', f'href="{settings.PUBLIC_ADDRESS}/', html)


def _inlined(html: str) -> str:
    return str(css_inline.inline(html, keep_style_tags=False, load_remote_stylesheets=False))


def _subject(told: list[Told], *, is_catch_up: bool) -> str:
    """Kind and title of what is told; nobody’s name."""
    if is_catch_up:
        many = f"{len(told)} item{'s' * (len(told) != 1)}"
        return f"What candidates were told before you joined: {many}"
    if not told:
        return "News from the office"
    more = f" and {len(told) - 1} more" if len(told) > 1 else ""
    heading = told[0].heading
    named = " ".join(f"{heading}: {told[0].item}".split())
    if named.lower().startswith("newsletter: issue"):
        named = named[len("newsletter: ") :]
    return f"{named[: SUBJECT_AT_MOST - len(more)]}{more}"


def _addressed(ids: Sequence[int]) -> list[Addressed]:
    with connection.cursor() as cursor:
        cursor.execute(ADDRESSED.format(marks=", ".join(["%s"] * len(ids))), list(ids))
        return [Addressed(*row) for row in cursor.fetchall()]


def _greeting(row: Addressed, election: Election, at: dt.datetime) -> str:
    """How they are greeted. Nothing goes to whom it was not meant for any more: it may have waited
    since the release. Raises ``NobodyToTell``.
    """
    if row.role == Delivery.Role.SUBSCRIBER:
        if not row.wants:
            raise NobodyToTell("Not sent: they do not want it any more.", election)
        return "Hello,"
    briefed = (
        Candidate.objects.briefed(timezone.localdate(at)).filter(pk=row.candidate or 0).first()
    )
    if briefed is None:
        raise NobodyToTell("Not sent: the candidate is not in the contest any more.", election)
    is_candidate = row.role == Delivery.Role.CANDIDATE
    agent = None if is_candidate else briefed.agents.active().filter(user=row.user).first()
    if not is_candidate and agent is None:
        raise NobodyToTell("Not sent: they do not act for the candidate any more.", election)
    is_active = User.objects.filter(pk=row.user or 0, is_active=True).exists()
    if not row.address or not is_active:
        why = "their access to the portal has ended" if row.address else "there is no address"
        raise NobodyToTell(f"Not sent: {why}.", election, is_unreached=True)
    return f"Dear {agent.name},\n\nYou act for {briefed}." if agent else f"Dear {briefed},"


def _message(delivery: Addressed, letter: Letter, hello: str) -> EmailMessage:
    text = letter.text.replace(GREETING, hello)
    html = letter.html.replace(GREETING, escape(hello).replace("\n\n", "</p><p>"))
    headers = {
        "Message-ID": message_id("delivery", delivery.pk, letter.at),
        **BY_A_MACHINE,
    }
    if delivery.subscriber:
        stop = stop_address(delivery.subscriber)
        text, html = text.replace(STOP, stop), html.replace(STOP, escape(stop))
        headers |= {
            "Precedence": "list",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    office = letter.election.office
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=text,
        from_email=formataddr((office.short_name, settings.DEFAULT_FROM_EMAIL)),
        to=[delivery.address],
        reply_to=[office.contact_email],
        headers=headers,
        alternatives=[(html, "text/html")],
    )
    # A provider reports what became of it under a number of its own, and hands this back.
    message.metadata = {"delivery": str(delivery.pk)}  # type: ignore[attr-defined]
    return message
