import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from pcc_portal.desk import Matter, days_away, since

from .models import Disclosure, Enquiry, InformationRequest, LogRules, Proposal, Receipt, Work


def due(at: dt.datetime) -> list[Matter]:
    """First what only the keeper sees, then what is on its way; a matter is told once."""
    return [*_of_keeper(at), *_of_work(at), *_of_drafts(at)]


def _of_keeper(at: dt.datetime) -> list[Matter]:
    def told(enquiry: Enquiry) -> str:
        return f"came {days_away(enquiry.received_on, timezone.localdate(at))}"

    def said(disclosure: Disclosure) -> str:
        return f"{since(disclosure.told_at, at)}; {disclosure.election}"

    enquiries = Enquiry.objects.order_by("received_on", "pk")
    unsent = Receipt.objects.filter(state=Receipt.State.REFUSED, enquiry=OuterRef("pk"))
    disclosures = Disclosure.objects.select_related("election").order_by("told_at", "pk")
    return [
        Matter(
            code="not-passed-on",
            what="Enquiries to put into neutral words and pass on",
            rows=enquiries.waiting(),
            tell=told,
        ),
        Matter(
            code="receipt",
            what="Enquiries whose receipt could not be mailed",
            rows=enquiries.filter(Exists(unsent), request=None),
            tell=told,
            is_wrong=True,
        ),
        Matter(
            code="undecided",
            what="Disclosures outside the log to decide about",
            rows=disclosures.undecided(),
            tell=said,
        ),
        Matter(
            code="owed",
            what="Disclosures that everyone still has to be told",
            rows=disclosures.owed(),
            tell=said,
            is_wrong=True,
        ),
    ]


def _of_work(at: dt.datetime) -> list[Matter]:
    today = timezone.localdate(at)
    work = Work.objects.select_related("request")

    def told(row: Work) -> str:
        due_on = f"due {days_away(row.due_on, today)}" if row.due_on else "the clock stands still"
        return f"{row.get_stage_display().lower()} since {since(row.since, at)}; {due_on}"

    return [
        Matter(
            code="overdue",
            what="Requests that are overdue",
            rows=work.running().filter(due_on__lt=today),
            tell=told,
            is_wrong=True,
        ),
        Matter(
            code="due-soon",
            what="Requests due soon",
            rows=work.running().filter(_due_soon(today), due_on__gte=today),
            tell=told,
            first="Next",
        ),
        Matter(
            code="on-their-way",
            what="Requests on their way",
            rows=work.running().filter(due_on__gte=today).exclude(_due_soon(today)),
            tell=told,
            first="Next",
        ),
        Matter(
            code="paused",
            what="Requests that wait for an explanation",
            rows=work.paused().order_by("pk"),
            tell=told,
        ),
        Matter(
            code="proposed",
            what="Responses of the force to take over or leave",
            rows=Proposal.objects.waiting(),
            tell=lambda proposal: f"came {since(proposal.made_at, at)}",
        ),
    ]


def _due_soon(today: dt.date) -> Q:
    """What is due soon by the rules of its election, the rules that hold without among them."""
    own = {rules.election_id: rules.amber_until(today) for rules in LogRules.objects.all()}
    soon = Q(due_on__lte=LogRules().amber_until(today)) & ~Q(request__election__in=own)
    for election, until in own.items():
        soon |= Q(request__election=election, due_on__lte=until)
    return soon


def _of_drafts(at: dt.datetime) -> list[Matter]:
    """A question waits from the day it was asked, whenever it was entered."""
    today = timezone.localdate(at)
    waiting = InformationRequest.objects.drafts().filter(release__due_at=None, work=None)
    return [
        Matter(
            code="draft",
            what="Information requests not released yet",
            rows=waiting.order_by("received_on", "pk"),
            tell=lambda request: f"received {days_away(request.received_on, today)}",
        )
    ]
