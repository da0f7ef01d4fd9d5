"""The one act that makes things known: a release, now or when its time has come."""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from elections.models import Agent, Candidate, Election, User
from elections.refusals import Refused
from pcc_portal.jobs import hand_over

from . import ledger
from .content import content_of
from .models import (
    Delivery,
    LedgerEntry,
    MailChoice,
    ReleasableItem,
    Release,
    Review,
    Subscriber,
    items_of,
)
from .reviewing import refuse_unapproved

logger = logging.getLogger(__name__)

# A release the server slept through for longer waits for a person: it may stand in an old backup.
LATE_AT_MOST = dt.timedelta(hours=2)
DAILY_AT = dt.time(7, 30)


class ReleaseRefused(Refused):
    """Why a release cannot happen: ``code`` for programs, ``sentence`` for the person who asked."""


def release(release: Release, *, at: dt.datetime, by: User | None = None) -> Release:
    """Make everything in ``release`` known at the moment ``at``: all of it or nothing.

    In the same transaction the ledger tells it, item by item, and everyone who is to be told has a
    ``Delivery``. Raises ``ReleaseRefused`` when ``at`` is still to come (``future``): what is known
    is known now; when it is over already (``released``) or was deleted (``gone``), holds nothing
    (``empty``) or holds an item that is not fit to be shown (``not_ready``) or not approved
    (``unapproved``, ``no_file``, ``errors``, ``warnings``).
    """
    if at > timezone.now():
        raise ReleaseRefused("future", "That moment has not come yet. Set a time on the release.")
    with transaction.atomic():
        release = _held(release)
        items = items_of(release)
        if not items:
            raise ReleaseRefused("empty", f"“{release}” has nothing in it to release.")
        approvals = [_check(item, release, at) for item in items]
        contents = [content_of(item) for item in items]
        release.released_at, release.released_by = at, by
        release.save(update_fields=["released_at", "released_by"])
        deliveries = _address(release, items, at)
        told = _told_of(items, deliveries)
        for item, approval, content in zip(items, approvals, contents, strict=True):
            _enter(item, release, approval, content=content, told=told[item.key], at=at)
        # Should the process end here, the worker comes by every minute and finds the rows.
        transaction.on_commit(lambda: hand_over("releases.jobs.send_deliveries"))
    logger.info("release %s: %s items", release.pk, len(items))
    return release


def _check(item: ReleasableItem, release: Release, at: dt.datetime) -> Review:
    item.election = release.election
    try:
        item.full_clean()
        if not item.is_withdrawal:
            item.check_ready()
        if item.change in item.NEED_NOTE and not item.change_note.strip():
            raise ValidationError("Say what changed, and why: everyone who was told reads it.")
    except ValidationError as error:
        sentence = f"“{item}” is not ready: {' '.join(error.messages)}"
        raise ReleaseRefused("not_ready", sentence) from error
    try:
        return refuse_unapproved(item, at)
    except Refused as refused:
        sentence = f"“{item}” is not ready: {refused.sentence}"
        raise ReleaseRefused(refused.code, sentence) from refused


def _address(release: Release, items: list[ReleasableItem], at: dt.datetime) -> list[Delivery]:
    """Write the delivery of everyone who is to be told, as of now."""
    deliveries = recipients(release.election, items, at)
    for delivery in deliveries:
        delivery.release = release
    Delivery.objects.bulk_create(deliveries, batch_size=500)
    return deliveries


def _told_of(
    items: list[ReleasableItem], deliveries: list[Delivery]
) -> dict[str, dict[Delivery.Role, int]]:
    """By the key of each item: how many of each role are told of it."""
    roles = Counter(delivery.role for delivery in deliveries if not delivery.only)
    some = Counter(key for delivery in deliveries for key in delivery.only.split())
    told = {}
    for item in items:
        is_public = item.audience == item.Audience.PUBLIC
        readers = roles[Delivery.Role.SUBSCRIBER] + some[item.key] if is_public else 0
        told[item.key] = {role: roles[role] for role in Delivery.Role} | {
            Delivery.Role.SUBSCRIBER: readers
        }
    return told


def recipients(
    election: Election, items: Iterable[ReleasableItem], at: dt.datetime
) -> list[Delivery]:
    """An unsaved delivery for everyone who is told of ``items`` when they are released now."""
    candidates = list(
        Candidate.objects.filter(election=election.pk)
        .briefed(timezone.localdate(at))
        .select_related("user")
        .order_by("pk")
    )
    deliveries = [
        addressed_to(candidate.user, candidate, Delivery.Role.CANDIDATE, at)
        for candidate in candidates
    ]
    deliveries += [
        addressed_to(agent.user, agent.candidate, Delivery.Role.AGENT, at)
        for agent in Agent.objects.active()
        .filter(candidate__in=candidates, invited_at__lte=at)
        .select_related("user", "candidate")
        .order_by("pk")
    ]
    deliveries += _to_subscribers(
        election, [item for item in items if item.audience == item.Audience.PUBLIC], at
    )
    daily = set(MailChoice.objects.filter(is_daily=True).values_list("user_id", flat=True))
    for delivery in deliveries:
        reader = delivery.subscriber
        if reader.is_daily if reader else delivery.user_id in daily:
            delivery.is_daily, delivery.due_at = True, next_daily(at)
    return deliveries


def _to_subscribers(
    election: Election, items: list[ReleasableItem], at: dt.datetime
) -> Iterator[Delivery]:
    """To each who follows a subject of ``items``, or was told of an earlier version of one."""
    if not items:
        return
    subjects = {item.key: item.subjects() for item in items}
    owed = {item.key: _told_before(item) for item in items}
    readers = Subscriber.objects.filter(
        election=election.pk, confirmed_at__isnull=False, bounced_at=None
    )
    for reader in readers.order_by("pk"):
        keys = [key for key in subjects if reader.follows(subjects[key]) or reader.pk in owed[key]]
        if keys:
            yield Delivery(
                role=Delivery.Role.SUBSCRIBER,
                subscriber=reader,
                only="" if len(keys) == len(items) else " ".join(keys),
                address=reader.address,
                due_at=at,
                state_at=at,
            )


def _told_before(item: ReleasableItem) -> set[int]:
    """The subscribers to whom a mail about an earlier version went, or may have gone."""
    if item.version == 1:
        return set()
    earlier = type(item)._default_manager.filter(
        election=item.election_id, slug=item.slug, version__lt=item.version, audience="public"
    )
    keys = {row.release_id: row.key for row in earlier.exclude(release__released_at=None)}
    mails = Delivery.objects.filter(release__in=keys).exclude(subscriber=None)
    told = mails.exclude(state__in=(Delivery.State.LEFT, Delivery.State.REFUSED))
    return {mail.subscriber_id or 0 for mail in told if mail.tells_of(keys[mail.release_id])}


def next_daily(at: dt.datetime) -> dt.datetime:
    """When the daily mail goes out next after the moment ``at``: 7.30 in the morning, UK time."""
    local = timezone.localtime(at)
    day = local.date() + dt.timedelta(days=local.time() >= DAILY_AT)
    return timezone.make_aware(dt.datetime.combine(day, DAILY_AT))


def addressed_to(
    user: User | None, candidate: Candidate, role: Delivery.Role, at: dt.datetime
) -> Delivery:
    """An unsaved delivery to a candidate or an agent; one without an address if there is none."""
    is_reached = user is not None and user.is_active and bool(user.email)
    return Delivery(
        role=role,
        candidate=candidate,
        user=user,
        address=user.email if user and is_reached else "",
        state=Delivery.State.QUEUED if is_reached else Delivery.State.NO_ADDRESS,
        due_at=at,
        state_at=at,
    )


def _enter(
    item: ReleasableItem,
    release: Release,
    approval: Review,
    *,
    content: str,
    told: dict[Delivery.Role, int],
    at: dt.datetime,
) -> None:
    ledger.append(
        LedgerEntry.Kind(item.change or LedgerEntry.Kind.RELEASE),
        election=release.election,
        at=at,
        facts={
            "release": release.pk,
            "item": item._meta.label_lower,
            "id": item.pk,
            "slug": item.slug,
            "version": item.version,
            "title": str(item),
            "audience": item.audience,
            "note": item.change_note,
            "step": approval.step,
            "review": approval.pk,
            "approved_by": approval.by_id,
            "released_by": release.released_by_id,
            "candidates": told[Delivery.Role.CANDIDATE],
            "agents": told[Delivery.Role.AGENT],
            "subscribers": told[Delivery.Role.SUBSCRIBER],
        },
        content=content,
    )


def release_items(
    items: Sequence[ReleasableItem],
    *,
    election: Election,
    title: str,
    at: dt.datetime,
    by: User | None = None,
) -> Release:
    """Release ``items`` together, in a release made for them. Raises as ``release`` does."""
    with transaction.atomic():
        for item in items:
            _refuse_gone(item)
        bundle = Release.objects.create(election=election, title=title, created_by=by)
        for item in items:
            item.release = bundle
            item.save(update_fields=["release"])
        return release(bundle, at=at, by=by)


def _refuse_gone(item: ReleasableItem) -> None:
    """Lock the row. Raises ``ReleaseRefused`` when somebody else was quicker."""
    row = type(item).objects.held(item.pk)
    if row is None:
        raise ReleaseRefused("gone", f"“{item}” has been deleted meanwhile.")
    if row.is_released:
        raise ReleaseRefused("released", f"“{item}” has been released already.")


def title_of(items: Sequence[ReleasableItem]) -> str:
    """A title for a release of ``items``, after the first of them."""
    more = f" and {len(items) - 1} more" if len(items) > 1 else ""
    return f"{str(items[0])[: 200 - len(more)]}{more}"


def schedule(release: Release, *, due_at: dt.datetime, at: dt.datetime) -> Release:
    """Set the time at which ``release`` happens by itself.

    Raises ``ReleaseRefused``: ``past`` when that time is over; ``released``, ``empty``,
    ``not_ready``, ``unapproved``, ``errors``, ``warnings`` as the release would be refused then.
    """
    if due_at <= at:
        raise ReleaseRefused("past", "That time is over. Give a time to come.", "due_at")
    with transaction.atomic():
        held = _held(release)
        items = items_of(held)
        if not items:
            raise ReleaseRefused("empty", f"“{held}” has nothing in it to release.")
        for item in items:
            _check(item, held, due_at)
        held.due_at = due_at
        held.save(update_fields=["due_at"])
    return held


def unschedule(release: Release) -> Release:
    """Take the time off: it then waits for a person. Raises ``ReleaseRefused``: ``released``."""
    with transaction.atomic():
        held = _held(release)
        held.due_at = None
        held.save(update_fields=["due_at"])
    return held


def _held(release: Release) -> Release:
    """The release as it is now, locked. Raises ``ReleaseRefused``: ``gone``, ``released``."""
    rows = Release.objects.select_for_update(of=("self",)).select_related("election__office")
    held = rows.filter(pk=release.pk).first()
    if held is None:
        raise ReleaseRefused("gone", f"“{release}” has been deleted meanwhile.")
    if held.is_released:
        raise ReleaseRefused("released", f"“{held}” has been released already.")
    return held


def release_due(*, at: dt.datetime) -> list[Release]:
    """Release all that is due at the moment ``at``; one that is refused does not stop the others.

    What has been due for more than ``LATE_AT_MOST`` waits for a person. The job worker calls this
    every minute. Calling it twice does nothing the second time.
    """
    done = []
    fresh = Release.objects.due(at).filter(due_at__gte=at - LATE_AT_MOST)
    for due in fresh.order_by("due_at", "id"):
        try:
            done.append(release(due, at=at))
        except ReleaseRefused as refused:
            logger.warning("release %s refused: %s", due.pk, refused.code)
        except Exception:  # a fault of one is no reason to keep the others back
            logger.exception("release %s failed", due.pk)
    return done
