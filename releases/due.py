"""What the staff's first page says of releases, and of the drafts of every room."""

import datetime as dt
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.utils.text import capfirst

from pcc_portal.desk import Matter, since
from pcc_portal.templatetags.portal import clock

from .models import Delivery, ReleasableItem, Release, Review
from .releasing import LATE_AT_MOST

SOON = dt.timedelta(days=7)
# The job worker comes by every minute: what it has not released after these is stuck.
LATE = dt.timedelta(minutes=5)
# How long an override stays on the first page; it stays in the ledger for good.
REMEMBERED = dt.timedelta(days=30)
# Mail that is due goes out within a minute or two.
MAIL_LATE = dt.timedelta(minutes=15)


def drafts(model: type[ReleasableItem], at: dt.datetime) -> Matter:
    """Items of a kind that are neither released nor due at a time; the one begun first leads."""
    begun = model.history.filter(id=OuterRef("pk")).order_by("history_date")
    waiting = model.objects.drafts().filter(release__due_at=None)
    return Matter(
        code="draft",
        what=f"{capfirst(model._meta.verbose_name_plural)} not released yet",
        rows=waiting.annotate(begun=Subquery(begun.values("history_date")[:1])).order_by(
            F("begun").asc(nulls_last=True), "pk"
        ),
        tell=lambda item: f"begun {since(item.begun, at)}" if item.begun else "",
    )


def due(at: dt.datetime) -> list[Matter]:
    return [*_releases(at), *_mail(at)]


def _mail(at: dt.datetime) -> list[Matter]:
    mail = Delivery.objects.select_related("release", "catch_up", "candidate", "subscriber")

    def told(delivery: Any) -> str:
        return f"{delivery.whom}, {since(delivery.state_at, at)}; {delivery.act}"

    return [
        Matter(
            code="mail-failed",
            what="Mail that did not reach a candidate: tell them by phone and record it",
            rows=mail.failed().order_by("state_at", "pk"),
            tell=told,
            is_wrong=True,
        ),
        Matter(
            code="mail-in-doubt",
            what="Mail to public subscribers that is in doubt",
            rows=mail.filter(
                state=Delivery.State.UNCERTAIN, role=Delivery.Role.SUBSCRIBER
            ).order_by("state_at", "pk"),
            tell=told,
        ),
        Matter(
            code="mail-late",
            what="Mail that should have gone out",
            rows=mail.due(at - MAIL_LATE).order_by("due_at", "pk"),
            tell=told,
            is_wrong=True,
        ),
    ]


def _releases(at: dt.datetime) -> list[Matter]:
    waiting = Release.objects.filter(released_at=None).select_related("election")
    timed = waiting.order_by("due_at", "pk")

    def told(release: Any) -> str:
        return f"{since(release.due_at, at)}, {clock(release.due_at)}; {release.election}"

    return [
        Matter(
            code="too-late",
            what="Releases whose time passed more than two hours ago: they wait for somebody",
            rows=timed.due(at).filter(due_at__lt=at - LATE_AT_MOST),
            tell=told,
            is_wrong=True,
        ),
        Matter(
            code="overdue",
            what="Releases whose time has passed",
            rows=timed.due(at - LATE).filter(due_at__gte=at - LATE_AT_MOST),
            tell=told,
            is_wrong=True,
        ),
        Matter(
            code="soon",
            what="Releases in the next seven days",
            rows=timed.filter(due_at__gt=at - LATE, due_at__lte=at + SOON),
            tell=told,
            first="Next",
        ),
        Matter(
            code="by-hand",
            what="Releases without a time",
            rows=waiting.filter(due_at=None).order_by("created_at", "pk"),
            tell=lambda release: f"prepared {since(release.created_at, at)}; {release.election}",
        ),
        Matter(
            code="overridden",
            what="Released without a second person, or to be, in the last 30 days",
            rows=Review.objects.filter(step=Review.Step.OVERRIDDEN, at__gt=at - REMEMBERED)
            .select_related("by")
            .order_by("-at", "-pk"),
            tell=lambda step: f"by {step.by}: {step.reason}",
            first="Latest",
        ),
    ]
