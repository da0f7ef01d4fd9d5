from collections.abc import Iterator
from urllib.parse import urlencode

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from elections.addresses import election_at
from elections.models import Election
from pcc_portal.downloads import csv_response, licence_row
from releases.page_cache import public_page
from releases.quoting import outdated_in
from releases.versions import current, version_asked_for, withdrawn_items, withdrawn_page

from .citing import read_citations
from .counting import numbers
from .forms import LogFilter
from .log import (
    COLUMNS,
    Choices,
    Row,
    entries,
    known_in,
    requests_in,
    requests_of,
    rows,
    with_answers,
)
from .models import InformationRequest
from .progress import steps_of
from .states import CLOSED

PER_PAGE = 25


@public_page
@require_safe
def log(request: HttpRequest, election_slug: str) -> HttpResponse:
    """The log, newest first, narrowed down to what the reader asks for."""
    election = election_at(election_slug)
    at = timezone.now()
    ids, has_withdrawn = known_in(election, request.user, at)
    form = LogFilter(request.GET, choices=Choices.of(election, ids, request.user, at))
    chosen = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    if chosen:
        matching = form.matching(requests_in(election, request.user, at))
        ids = list(matching.values_list("pk", flat=True))
    paginator = Paginator(ids, PER_PAGE)
    try:
        page = paginator.page(request.GET.get("page", 1))
    except InvalidPage as unknown:
        raise Http404("The log has no such page.") from unknown
    context = {
        "election": election,
        "section": "log",
        "form": form,
        "page": page,
        "entries": entries(page.object_list),
        "withdrawn": withdrawn_items(election.informationrequests, request.user, at)
        if has_withdrawn
        else [],
        "is_filtered": bool(chosen),
        "query": urlencode(chosen),
    }
    return render(request, "infolog/informationrequest_list.html", context)


@public_page
@require_safe
def request_page(request: HttpRequest, election_slug: str, slug: str) -> HttpResponse:
    """One request with its answers, and what belongs to it as far as the reader may see that."""
    election = election_at(election_slug)
    user, at = request.user, timezone.now()
    found = with_answers(requests_of(election, user, at))
    item, versions = version_asked_for(found, request, slug.lower(), at)
    if item.is_withdrawal:
        return withdrawn_page(request, election, "log", item)
    read_citations([item], user, at)
    events = type(item).event.get_queryset().filter(pk=item.event_id)
    context = {
        "election": election,
        "section": "log",
        "item": item,
        "versions": versions,
        "outdated": outdated_in(item, user, at),
        "steps": steps_of(versions),
        "event": current(events, user, at).first() if item.event_id else None,
        "see_also": current(item.see_also.all(), user, at),
        "documents": current(item.documents.all(), user, at),
    }
    return render(request, "infolog/informationrequest_detail.html", context)


@never_cache
@require_safe
def in_numbers(request: HttpRequest, election_slug: str) -> HttpResponse:
    """How much was asked about what, what became of it, and what waits too long."""
    election, at = election_at(election_slug), timezone.now()
    today = timezone.localdate(at)
    context = {
        "election": election,
        "section": "log",
        "numbers": numbers(election, request.user, at=at, today=today),
        "states": CLOSED,
        "today": today,
        "feeds": dict(InformationRequest.subjects_to_follow(election, at)),
    }
    return render(request, "infolog/numbers.html", context)


@public_page
@require_safe
def table(request: HttpRequest, election_slug: str) -> HttpResponse:
    """The whole log as the office's own table of four columns, to read and to print."""
    election = election_at(election_slug)
    context = {
        "election": election,
        "section": "log",
        "columns": COLUMNS,
        "rows": rows(requests_in(election, request.user, timezone.now())),
    }
    return render(request, "infolog/informationrequest_table.html", context)


@public_page
@require_safe
def download(request: HttpRequest, election_slug: str) -> HttpResponse:
    """The same table as a file for spreadsheets."""
    election = election_at(election_slug)
    at = timezone.now()
    lines = _file(election, rows(requests_in(election, request.user, at)))
    return csv_response(f"{election.slug}-information-requests-log.csv", lines)


def _file(election: Election, merged: list[Row]) -> Iterator[list[str]]:
    yield ["Information requests log", election.name]
    yield ["Published by", election.office.name]
    yield ["As on", f"{timezone.localdate():%-d %B %Y}"]
    yield licence_row(election.office.name)
    yield []
    yield [*COLUMNS, "Reference", "Topics", "Outcome", "Published (UK time)"]
    for row in merged:
        item = row.request
        yield [
            item.received_on.isoformat(),
            item.get_form_display(),
            "\n".join(row.asked),
            "\n".join(row.answered),
            item.reference,
            "; ".join(topic.name for topic in item.topics.all()),
            item.outcome_in_words,
            f"{timezone.localtime(item.release.released_at):%Y-%m-%d %H:%M}",
        ]
