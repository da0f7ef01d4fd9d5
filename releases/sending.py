"""Sends what is due, and is the only writer of ``Delivery.state``.

A row is claimed and the claim committed before anything is sent, so two workers never send the
same one; what became of it is committed with its entry in the ledger before the next is claimed. A
worker that is killed in between leaves a row that is being sent: nobody can know whether it went,
so it becomes uncertain and waits for a person.
"""

import datetime as dt
import logging
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from elections.models import Election, User

from . import ledger
from .mails import Letters, NobodyToTell
from .models import Delivery, LedgerEntry
from .posting import Outcome, Post, Result

logger = logging.getLogger(__name__)

State = Delivery.State
TABLE = Delivery._meta.db_table

# What waited longer may stand in an old backup, and have been sent long ago.
FORGOTTEN_AFTER = dt.timedelta(hours=2)
# As long as a mail-out goes on, nothing in it was forgotten, however long it takes.
GOES_ON_WITHIN = dt.timedelta(minutes=10)
LONGEST_PAUSE = dt.timedelta(hours=1)
# With pauses of an hour this is a day of tries.
TRIES_AT_MOST = 30
AT_ONCE = 200

LOST = "The portal stopped while it was sending this. It may have been sent."
FORGOTTEN = (
    "This waited for more than two hours, because the portal stood still or an old copy of its "
    "data was put back. It may have been sent already."
)

DUE = "{row}.state = 'queued' AND {row}.due_at <= %s AND {row}.carried_by_id IS NULL"
# The earliest due to them carries all that is due to one person who chose one mail a day.
EARLIER = (
    f"EXISTS (SELECT 1 FROM {TABLE} earlier WHERE {DUE.format(row='earlier')} "
    "AND earlier.is_daily AND earlier.id < due.id AND (earlier.subscriber_id = due.subscriber_id "
    "OR (earlier.user_id = due.user_id AND earlier.candidate_id = due.candidate_id)))"
)
CLAIM = (
    f"UPDATE {TABLE} SET state = 'sending', claimed_at = %s, state_at = %s, tries = tries + 1 "
    f"WHERE id = (SELECT due.id FROM {TABLE} due WHERE {DUE.format(row='due')} "
    f"AND NOT (due.is_daily AND {EARLIER}) ORDER BY due.due_at, due.id LIMIT 1 {{lock}}) "
    "RETURNING id, tries, is_daily, user_id, candidate_id, subscriber_id"
)
CLAIM_THE_REST = (
    f"UPDATE {TABLE} SET state = 'sending', claimed_at = %s, state_at = %s, tries = tries + 1, "
    "carried_by_id = %s WHERE state = 'queued' AND id <> %s AND {theirs} RETURNING id"
)


@dataclass(frozen=True)
class Claim:
    """Rows that are this worker's to send, in one message, which the first carries."""

    ids: tuple[int, ...]
    tries: int
    at: dt.datetime


@dataclass
class Sent:
    """What a run did: how many came to which state; ``is_over`` when nothing due was left."""

    states: Counter[str] = field(default_factory=Counter)
    is_over: bool = False

    def __str__(self) -> str:
        told = (f"{State(state).label}: {number}" for state, number in self.states.items())
        return "; ".join(told) or "No mail was due."


def send_due(*, seconds: float | None = None) -> Sent:
    """Send what is due, for about ``seconds``, or all of it. Safe in several workers at once.

    Ends when the mail server cannot be reached. Never call it inside a transaction: it refuses.
    """
    began, sent = time.monotonic(), Sent()
    give_up(at=timezone.now())
    with Post() as post:
        letters = Letters()
        while seconds is None or time.monotonic() - began < seconds:
            claim = claim_next(at=timezone.now())
            if claim is None:
                if not Delivery.objects.due(timezone.now()).filter(carried_by=None).exists():
                    sent.is_over = True
                    break
                time.sleep(0.05)  # others are claiming what is left
                continue
            outcome, election = _try(claim, post, letters)
            sent.states[_record(claim, outcome, election)] += len(claim.ids)
            if outcome.result is Result.AWAY:
                sent.is_over = True  # nothing can be done now
                break
    logger.info("mail: %s", sent)
    return sent


def claim_next(*, at: dt.datetime) -> Claim | None:
    """Claim the delivery that has been due longest, with what goes in the same message."""
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update else ""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        moment = _sql(at)
        cursor.execute(CLAIM.format(lock=lock), [moment] * 4)
        row = cursor.fetchone()
        if row is None:
            return None
        first, tries, is_daily, user, candidate, subscriber = row
        rest: list[int] = []
        if is_daily:
            # What was once in one message stays in it: a second try is the same message.
            if tries > 1:
                theirs, values = "carried_by_id = %s", [first]
            else:
                theirs = (
                    "carried_by_id IS NULL AND is_daily AND due_at <= %s AND tries = 0 AND "
                    "(subscriber_id = %s OR (user_id = %s AND candidate_id = %s))"
                )
                values = [moment, subscriber, user, candidate]
            sql = CLAIM_THE_REST.format(theirs=theirs)
            cursor.execute(sql, [moment, moment, first, first, *values])
            rest = sorted(pk for (pk,) in cursor.fetchall())
    return Claim((first, *rest), tries, at)


def _try(claim: Claim, post: Post, letters: Letters) -> tuple[Outcome, Election | None]:
    try:
        message, election = letters.message(claim.ids, at=claim.at)
    except NobodyToTell as nobody:
        result = Result.NO_ADDRESS if nobody.is_unreached else Result.LEFT
        return Outcome(result, str(nobody)), nobody.election
    except Exception as error:  # a fault of one message does not stop the others
        logger.exception("delivery %s could not be written", claim.ids[0])
        return Outcome(Result.AGAIN, f"It could not be written: {type(error).__name__}"), None
    return post.send(message), election


def _record(claim: Claim, outcome: Outcome, election: Election | None) -> State:
    at = timezone.now()
    state, columns = State.QUEUED, {}
    if outcome.result in (Result.AGAIN, Result.AWAY):
        if claim.tries >= TRIES_AT_MOST:
            state = State.REFUSED
        else:
            columns["due_at"] = at + _pause(claim.tries)
    else:
        state = State(outcome.result.value)
    # An answer that comes late, after another worker gave the row up, ends the doubt.
    moved = move(
        claim.ids,
        state,
        at=at,
        reply=outcome.reply,
        only="state IN ('sending', 'uncertain') AND claimed_at = %s",
        values=[claim.at],
        election=election,
        columns=columns,
    )
    if not moved:
        logger.warning("delivery %s was settled while it was sent", claim.ids[0])
    return state


def _pause(tries: int) -> dt.timedelta:
    return min(
        dt.timedelta(seconds=settings.MAIL_FIRST_PAUSE_SECONDS * 2 ** (tries - 1)), LONGEST_PAUSE
    )


def move(
    ids: Iterable[int],
    state: State,
    *,
    at: dt.datetime,
    reply: str,
    only: str,
    values: Iterable[Any] = (),
    election: Election | None = None,
    columns: dict[str, Any] | None = None,
    by: int | None = None,
) -> list[int]:
    """Bring those of ``ids`` for which the SQL ``only`` holds to ``state``, and enter each.

    Both in one transaction. Returns which were moved. ``election``, where all are of one, saves a
    query each; ``columns`` is what else is set; ``by`` the number of the person who said so.
    """
    ids = list(ids)
    marks = ", ".join(["%s"] * len(ids))
    set_too = {"state": str(state), "state_at": at, "reply": reply, **(columns or {})}
    sql = (
        f"UPDATE {TABLE} SET {', '.join(f'{column} = %s' for column in set_too)} "
        f"WHERE id IN ({marks}) AND {only} "
        "RETURNING id, release_id, catch_up_id, candidate_id, role"
    )
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql, [_sql(value) for value in (*set_too.values(), *ids, *values)])
            rows = sorted(cursor.fetchall())
        for row in rows:
            more: dict[str, Any] = {"state": str(state)}
            if by is not None:
                more["by"] = by
            _enter(LedgerEntry.Kind.DELIVERY, row, more, election=election, at=at)
    return [row[0] for row in rows]


def record(delivery: Delivery, state: Delivery.State, *, at: dt.datetime, reply: str = "") -> None:
    """Say what became of ``delivery``, whatever was known of it. For one that is known by hand."""
    move([delivery.pk], state, at=at, reply=reply, only="1 = 1")
    delivery.state, delivery.state_at, delivery.reply = state, at, reply


def record_told(delivery: Delivery, *, how: str, by: User | None, at: dt.datetime) -> None:
    """Say that somebody was told in another way. The words stay with the delivery."""
    with transaction.atomic():
        delivery.told_at, delivery.told_by, delivery.told_how = at, by, how
        delivery.save(update_fields=["told_at", "told_by", "told_how"])
        row = (
            delivery.pk,
            delivery.release_id,
            delivery.catch_up_id,
            delivery.candidate_id,
            delivery.role,
        )
        _enter(LedgerEntry.Kind.TOLD, row, {"by": by and by.pk}, election=None, at=at)


def _enter(
    kind: LedgerEntry.Kind,
    row: tuple[Any, ...],
    more: dict[str, Any],
    *,
    election: Election | None,
    at: dt.datetime,
) -> None:
    pk, release, catch_up, candidate, role = row
    act = {"release": release} if release else {"catch_up": catch_up}
    facts = {"delivery": pk, **act, "candidate": candidate, "role": str(role), **more}
    ledger.append(kind, election=election or election_of(pk), at=at, facts=facts)


def _sql(value: Any) -> Any:
    """A value as the database takes it: SQLite keeps moments as text."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def election_of(delivery: int) -> Election:
    """The election a delivery is about. One query."""
    row = Delivery.objects.select_related("release__election", "candidate__election").get(
        pk=delivery
    )
    if row.release:
        return row.release.election
    assert row.candidate is not None  # noqa: S101  a catch-up is a candidate's
    return row.candidate.election


def give_up(*, at: dt.datetime) -> None:
    """Put in doubt what a worker left behind, and what waited too long. Neither is sent again."""
    lease = dt.timedelta(seconds=settings.MAIL_LEASE_SECONDS)
    left = Delivery.objects.filter(state=State.SENDING, claimed_at__lt=at - lease)
    _give_up(left, LOST, "state = 'sending' AND claimed_at < %s", at - lease, at)
    since = at - FORGOTTEN_AFTER
    waiting = Delivery.objects.due(since)
    goes_on = Delivery.objects.filter(claimed_at__gt=at - GOES_ON_WITHIN)
    if waiting.exists() and not goes_on.exists():
        _give_up(waiting, FORGOTTEN, "state = 'queued' AND due_at <= %s", since, at)


def _give_up(rows: Any, why: str, only: str, before: dt.datetime, at: dt.datetime) -> None:
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        move(some, State.UNCERTAIN, at=at, reply=why, only=only, values=[before])
