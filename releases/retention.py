"""How long what is held about mail is kept. See ``pcc_portal/retention.py``."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from elections.retention import ACCOUNT_DAYS, FORMER
from pcc_portal.retention import Rule

from .models import Delivery, Subscriber
from .subscriptions import stop
from .update_links import CONFIRM_WITHIN


def _unconfirmed(at: dt.datetime) -> QuerySet[Subscriber]:
    return Subscriber.objects.filter(confirmed_at=None, asked_at__lt=at - CONFIRM_WITHIN)


def _of_past_elections(at: dt.datetime) -> QuerySet[Subscriber]:
    long_ago = timezone.localdate(at) - dt.timedelta(days=ACCOUNT_DAYS)
    return Subscriber.objects.filter(election__declared_on__lt=long_ago)


def _end(rows: list[Any], at: dt.datetime) -> None:
    for row in rows:
        stop(row.pk, at=at)


def _of_nobody(at: dt.datetime) -> QuerySet[Delivery]:
    """Mail to accounts that are closed, and to readers who have ended theirs."""
    gone = Q(user__name=FORMER, user__is_active=False)
    gone |= Q(role=Delivery.Role.SUBSCRIBER, subscriber=None)
    return Delivery.objects.filter(gone).exclude(address="", reply="", told_how="")


def _empty(rows: list[Any], at: dt.datetime) -> None:
    pks = [row.pk for row in rows]
    # A mail server’s words can name the address, and a person’s the telephone number.
    Delivery.objects.filter(pk__in=pks).update(address="", reply="", told_how="")


RULES = [
    Rule(
        "Addresses that asked for public releases by mail and did not confirm it",
        f"{CONFIRM_WITHIN.days} days. Then they are deleted.",
        _unconfirmed,
        _end,
    ),
    Rule(
        "Addresses that get public releases by mail",
        "Until you end it: each mail says how. At the latest they are deleted "
        f"{ACCOUNT_DAYS} days after the result of that election was declared.",
        _of_past_elections,
        _end,
    ),
    Rule(
        "To which address a release was mailed, and what the mail server said",
        "As long as the account, or as long as you get public releases by mail. That a candidate "
        "was told, and when, is kept for good, without name and address.",
        _of_nobody,
        _empty,
    ),
]
