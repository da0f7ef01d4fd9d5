"""What people and providers say of mail that has gone out: each is entered in the ledger."""

import datetime as dt

from django.db import transaction

from elections.models import User
from elections.refusals import Refused

from .models import Delivery, Subscriber
from .sending import move, record_told

State = Delivery.State
# What may be tried once more: nothing is certain, or it is certain that it did not arrive.
NOT_ARRIVED = (State.UNCERTAIN, State.REFUSED, State.BOUNCED)


def send_again(delivery: Delivery, *, by: User, at: dt.datetime) -> None:
    """Have it sent once more: the same message under the same number, to today’s address.

    Raises ``Refused``: ``state`` when it is no longer in doubt and did not fail; ``no_address``.
    """
    with transaction.atomic():
        first = delivery.carried_by or delivery
        address = _address_now(first)
        if not address:
            raise Refused("no_address", "There is no address to send it to.")
        _settle(
            delivery,
            State.QUEUED,
            only=NOT_ARRIVED,
            reply="To be sent again: a person said so.",
            by=by,
            at=at,
            columns={"due_at": at, "tries": 1, "claimed_at": None, "address": address},
        )


def say_accepted(delivery: Delivery, *, by: User, at: dt.datetime) -> None:
    """The mail server’s own record shows that it was accepted. Raises ``Refused``: ``state``."""
    reply = "Looked up at the mail server: it was accepted."
    _settle(delivery, State.ACCEPTED, only=(State.UNCERTAIN,), reply=reply, by=by, at=at)


def say_refused(delivery: Delivery, *, by: User, at: dt.datetime) -> None:
    """The mail server’s own record shows that it was not. Raises ``Refused``: ``state``."""
    reply = "Looked up at the mail server: it was not accepted."
    _settle(delivery, State.REFUSED, only=(State.UNCERTAIN,), reply=reply, by=by, at=at)


def say_bounced(delivery: Delivery, *, by: User, at: dt.datetime) -> None:
    """It came back to the office’s own letter box. Raises ``Refused``: ``state``."""
    only = (State.ACCEPTED, State.UNCERTAIN)
    reply = "It came back: a person said so."
    _settle(delivery, State.BOUNCED, only=only, reply=reply, by=by, at=at)
    _end_subscriber(delivery, at)


def tell(delivery: Delivery, *, by: User, at: dt.datetime, how: str) -> None:
    """Record that somebody was told in another way. Raises ``Refused``: ``how``, ``told``,
    ``state``.

    The ledger says that they were, and by whom; the words stay with the delivery.
    """
    if not how.strip():
        raise Refused("how", "Say how they were told, as in “by telephone, to themselves”.", "how")
    with transaction.atomic():
        row = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
        if row.told_at:
            raise Refused("told", "It is recorded already that they were told.")
        if row.state not in Delivery.FAILED:
            raise Refused("state", "This mail did not fail: there is nothing to record.")
        record_told(row, how=how.strip(), by=by, at=at)


def note_bounce(delivery: int, *, reply: str, at: dt.datetime) -> None:
    """A provider says that it came back for good. What is unknown or bounced already is left."""
    with transaction.atomic():
        row = Delivery.objects.filter(pk=delivery).first()
        if row is None:
            return
        only = (State.ACCEPTED, State.UNCERTAIN, State.SENDING)
        move(
            _group(row),
            State.BOUNCED,
            at=at,
            reply=f"{reply} {row.reply}".strip()[:500],
            only=_in(only),
        )
        _end_subscriber(row, at)


def note_complaint(delivery: int, *, reply: str, at: dt.datetime) -> None:
    """Somebody called it unwanted. It arrived, so its state stays; a subscriber gets no more."""
    row = Delivery.objects.filter(pk=delivery).first()
    if row is None:
        return
    row.reply = f"{reply} {row.reply}".strip()[:500]
    row.save(update_fields=["reply"])
    _end_subscriber(row, at)


def _settle(
    delivery: Delivery,
    state: Delivery.State,
    *,
    only: tuple[Delivery.State, ...],
    reply: str,
    by: User,
    at: dt.datetime,
    columns: dict[str, object] | None = None,
) -> None:
    moved = move(
        _group(delivery), state, at=at, reply=reply, only=_in(only), columns=columns, by=by.pk
    )
    if delivery.pk not in moved:
        now = Delivery.objects.get(pk=delivery.pk).get_state_display()
        raise Refused("state", f"This mail is “{now}” now: nothing was changed.")


def _in(states: tuple[Delivery.State, ...]) -> str:
    return f"state IN ({', '.join(repr(str(state)) for state in states)})"


def _group(delivery: Delivery) -> list[int]:
    """All that went in the same message: a doubt about it is a doubt about each."""
    first = delivery.carried_by_id or delivery.pk
    carried = Delivery.objects.filter(carried_by=first).values_list("pk", flat=True)
    return [first, *carried]


def _address_now(delivery: Delivery) -> str:
    """Staff may have put the address right since."""
    if delivery.user:
        return delivery.user.email if delivery.user.is_active else ""
    return delivery.address if delivery.subscriber else ""


def _end_subscriber(delivery: Delivery, at: dt.datetime) -> None:
    if delivery.subscriber_id:
        Subscriber.objects.filter(pk=delivery.subscriber_id, bounced_at=None).update(bounced_at=at)
