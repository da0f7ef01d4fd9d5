"""The public pages of the ledger, and everything released so far for those who are briefed."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import InvalidPage, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from elections.addresses import election_at
from elections.models import Election
from pcc_portal.downloads import csv_response, licence_row

from .acknowledging import acknowledge
from .everything import everything, is_briefed
from .forms import LedgerFilter
from .ledger import stamp
from .models import CatchUp, Delivery, LedgerEntry
from .public_ledger import Line, chain, day_heads, lines

PER_PAGE = 25


@never_cache
@require_safe
def ledger(request: HttpRequest, election_slug: str) -> HttpResponse:
    """What became known and when, newest first."""
    election = election_at(election_slug)
    form = LedgerFilter(request.GET)
    paginator = Paginator(_chosen(election, form), PER_PAGE)
    try:
        page = paginator.page(request.GET.get("page", 1))
    except InvalidPage as unknown:
        raise Http404("The ledger has no such page.") from unknown
    kind = form.cleaned_data.get("kind", "")
    context = {
        "election": election,
        "section": "ledger",
        "form": form,
        "page": page,
        "lines": lines(page.object_list, election, user=request.user, at=timezone.now()),
        "is_filtered": bool(kind),
        "query": urlencode({"kind": kind}) if kind else "",
    }
    return render(request, "releases/ledger.html", context)


def _chosen(election: Election, form: LedgerFilter) -> QuerySet[LedgerEntry]:
    """Those about nobody alone, of the kind asked for; none when there is no such kind."""
    entries = LedgerEntry.objects.filter(election=election).exclude(kind__in=LedgerEntry.OF_PERSON)
    if not form.is_valid():
        return entries.none()
    kind = form.cleaned_data["kind"]
    entries = entries.filter(kind=kind) if kind else entries
    return entries.defer("content").order_by("-number")


def _all(request: HttpRequest, election: Election) -> list[Line]:
    entries = _chosen(election, LedgerFilter(request.GET))
    return lines(entries, election, user=request.user, at=timezone.now())


@never_cache
@require_safe
def ledger_csv(request: HttpRequest, election_slug: str) -> HttpResponse:
    election = election_at(election_slug)
    return csv_response(f"{election.slug}-ledger.csv", _file(election, _all(request, election)))


def _file(election: Election, told: list[Line]) -> Iterator[list[str]]:
    yield ["Ledger", election.name]
    yield ["Published by", election.office.name]
    yield licence_row(election.office.name)
    yield []
    yield [
        "Entry",
        "Time (UK)",
        "What happened",
        "What it is about",
        "To whom",
        "Mail",
        "SHA-256 of the content",
        "Hash of the entry before",
        "Hash of this entry",
    ]
    for line in told:
        entry = line.entry
        yield [
            str(entry.number),
            f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}",
            line.kind,
            line.title,
            line.told,
            line.outcome,
            line.content_hash,
            entry.previous_hash,
            entry.entry_hash,
        ]


@never_cache
@require_safe
def ledger_json(request: HttpRequest, election_slug: str) -> HttpResponse:
    election = election_at(election_slug)
    return _json(
        {
            "election": {"number": election.pk, "name": election.name},
            "chain": request.build_absolute_uri(reverse("heads:chain")),
            "entries": [_told(line) for line in _all(request, election)],
        }
    )


def _told(line: Line) -> dict[str, Any]:
    entry = line.entry
    is_whole = line.content_hash == entry.content_hash
    return {
        "number": entry.number,
        "election": entry.election_id,
        "at": stamp(entry.at),
        "kind": entry.kind,
        "kind_in_words": line.kind,
        "about": line.title,
        "to_whom": line.told,
        "mail": line.outcome,
        # Without its facts nobody can rebuild the seal, and so try what the content may have been.
        "facts": line.facts_hash if is_whole else None,
        "content": line.content_hash if is_whole else None,
        "seal": line.seal,
        "previous": entry.previous_hash,
        "hash": entry.entry_hash,
    }


def _json(data: dict[str, Any]) -> JsonResponse:
    return JsonResponse(data, json_dumps_params={"indent": 1, "ensure_ascii": False})


@never_cache
@require_safe
def heads(request: HttpRequest) -> HttpResponse:
    """The last hash of each day, and how anyone can check the ledger."""
    at = timezone.now()
    election = Election.objects.current(timezone.localdate(at))
    context = {"election": election, "section": "ledger", "heads": day_heads(at)}
    return render(request, "releases/heads.html", context)


@never_cache
@require_safe
def heads_feed(request: HttpRequest) -> HttpResponse:
    """The same as an Atom feed. Whoever keeps it can show that nothing was rewritten later."""
    page = request.build_absolute_uri(reverse("heads:page"))
    feed = Atom1Feed(
        title="The ledger’s last hash of each day",
        link=page,
        description="",
        language="en-GB",
        feed_url=request.build_absolute_uri(),
        feed_guid=page,
    )
    for head in day_heads(timezone.now()):
        feed.add_item(
            title=f"{head.day:%-d %B %Y}: entry {head.number}",
            link=f"{page}#{head.day}",
            description=f"Entry {head.number}: {head.entry_hash}",
            unique_id=f"{page}#{head.day}",
            pubdate=head.at,
            updateddate=head.at,
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


@never_cache
@require_safe
def chain_json(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after", "0")
    if not (after.isascii() and after.isdecimal() and len(after) < 16):
        raise Http404("“after” is the number of an entry.")
    return _json(chain(int(after)))


@never_cache
@login_required
@require_safe
def everything_so_far(request: HttpRequest, election_slug: str) -> HttpResponse:
    """All that was released, in order, for whoever is briefed; for others there is no such page."""
    election = election_at(election_slug)
    user, at = request.user, timezone.now()
    if not is_briefed(user, election, at):
        raise Http404("Only who is briefed in this election has this page.")
    context = {
        "election": election,
        "known": everything(election, user=user, at=at),
        "caught_up": _caught_up(user.pk, election),
        "at": at,
    }
    return render(request, "releases/everything.html", context)


def _caught_up(user: int | None, election: Election) -> CatchUp | None:
    return CatchUp.objects.filter(user=user, candidate__election=election).last() if user else None


@login_required
@require_POST
def reached(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody says that what was written to them reached them."""
    own = get_object_or_404(Delivery, pk=pk, user=request.user.pk)
    at: dt.datetime = timezone.now()
    if not is_briefed(request.user, own.candidate.election, at):  # type: ignore[union-attr]
        raise Http404("Not theirs any more.")
    acknowledge(own, at=at)
    return redirect(f"{reverse('my-page')}#reached")
