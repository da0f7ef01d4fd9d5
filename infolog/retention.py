"""How long it is kept who asked what. See ``pcc_portal/retention.py``."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from elections.retention import ACCOUNT_DAYS
from pcc_portal.history import forget_person
from pcc_portal.retention import Rule

from .models import Disclosure, Enquiry

FORGOTTEN = "Forgotten, as promised."


def _enquiries(at: dt.datetime) -> QuerySet[Enquiry]:
    return Enquiry.objects.filter(election__declared_on__lt=_long_ago(at)).exclude(signed=FORGOTTEN)


def _disclosures(at: dt.datetime) -> QuerySet[Disclosure]:
    old = Disclosure.objects.filter(election__declared_on__lt=_long_ago(at))
    return old.exclude(told_to=FORGOTTEN)


def _long_ago(at: dt.datetime) -> dt.date:
    return timezone.localdate(at) - dt.timedelta(days=ACCOUNT_DAYS)


def _forget_askers(rows: list[Any], at: dt.datetime) -> None:
    """Question and answer stay as they were published; who asked, and their words, do not."""
    for enquiry in rows:
        enquiry.asker = enquiry.asked_by = None
        enquiry.signed, enquiry.notes = FORGOTTEN, ""
        enquiry.save()
        forget_person(enquiry)
        for part in enquiry.parts.all():
            part.text = FORGOTTEN
            part.save()
            forget_person(part)
        if hasattr(enquiry, "receipt"):
            enquiry.receipt.delete()


def _forget_told(rows: list[Any], at: dt.datetime) -> None:
    for disclosure in rows:
        disclosure.candidate = None
        disclosure.told_to = FORGOTTEN
        disclosure.save()
        forget_person(disclosure)


RULES = [
    Rule(
        "Who asked a question, and the question in the words it was asked in. Only the keeper of "
        "the log sees them",
        f"{ACCOUNT_DAYS} days after the result was declared. Then nobody can tell who asked. The "
        "question in neutral words stays published, with its answer.",
        _enquiries,
        _forget_askers,
    ),
    Rule(
        "Who was told something outside the log. Only the keeper of the log sees it",
        f"{ACCOUNT_DAYS} days after the result was declared. What was said, and by whom, is kept.",
        _disclosures,
        _forget_told,
    ),
    Rule(
        "Who in the police force wrote a response: name and role",
        "For good: it is published with the response.",
    ),
]
