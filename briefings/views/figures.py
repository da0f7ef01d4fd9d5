from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from briefings.checks import check_figure, check_statement
from briefings.models import Statement
from briefings.numbers import plain
from elections.addresses import election_at
from elections.models import Election
from pcc_portal.downloads import csv_response, licence_row
from releases.page_cache import public_page
from releases.quoting import outdated_in
from releases.versions import (
    content_asked_for,
    version_asked_for,
    withdrawn_items,
    withdrawn_page,
)


@public_page
@require_safe
def figure_list(request: HttpRequest, election_slug: str) -> HttpResponse:
    at = timezone.now()
    election = election_at(election_slug)
    figures = election.figures.visible_to(request.user, at).newest(at).with_source()
    statements = election.statements.visible_to(request.user, at).newest(at)
    return render(
        request,
        "briefings/figure_list.html",
        {
            "election": election,
            "section": "figures",
            "figures": figures,
            "statements": statements.select_related("election").order_by("title"),
            "withdrawn": [
                *withdrawn_items(election.figures, request.user, at),
                *withdrawn_items(election.statements, request.user, at),
            ],
        },
    )


@public_page
@require_safe
def figure(request: HttpRequest, election_slug: str, slug: str) -> HttpResponse:
    at = timezone.now()
    election = election_at(election_slug)
    figures = election.figures.visible_to(request.user, at).with_source()
    shown, versions = version_asked_for(figures, request, slug, at)
    if shown.is_withdrawal:
        return withdrawn_page(request, election, "figures", shown)
    changed = outdated_in(shown, request.user, at)
    is_checked = shown.related_to_id is not None and not any(
        one.by.is_withdrawal and one.quoted == shown.related_to for one in changed
    )
    return render(
        request,
        "briefings/figure_detail.html",
        {
            "election": election,
            "section": "figures",
            "figure": shown,
            "versions": versions,
            "outdated": changed,
            "is_checked": is_checked,
            "findings": check_figure(shown) if is_checked else [],
        },
    )


@public_page
@require_safe
def statement(request: HttpRequest, election_slug: str, slug: str) -> HttpResponse:
    at = timezone.now()
    election = election_at(election_slug)
    statements = election.statements.visible_to(request.user, at).with_table()
    shown, versions = version_asked_for(statements, request, slug, at)
    if shown.is_withdrawal:
        return withdrawn_page(request, election, "figures", shown)
    return render(
        request,
        "briefings/statement_detail.html",
        {
            "election": election,
            "section": "figures",
            "statement": shown,
            "versions": versions,
            "outdated": outdated_in(shown, request.user, at),
            "findings": check_statement(shown),
        },
    )


@public_page
@require_safe
def statement_csv(request: HttpRequest, election_slug: str, slug: str) -> HttpResponse:
    at = timezone.now()
    election = election_at(election_slug)
    statements = election.statements.visible_to(request.user, at).with_table()
    shown = content_asked_for(statements, request, slug, at)
    address = request.build_absolute_uri(shown.get_absolute_url())
    return csv_response(f"{election.slug}-{slug}.csv", _csv_rows(shown, election, address))


def _csv_rows(statement: Statement, election: Election, address: str) -> Iterator[list[str]]:
    """What the table is, an empty row, then the table: numbers plain, words as printed."""
    source, table = statement.source, statement.table
    yield ["Title", statement.title]
    yield ["What it shows", statement.summary]
    yield ["Units", "; ".join(statement.units)]
    yield ["Financial years", "; ".join(statement.years) or statement.year_remark]
    yield ["Kinds of number", "; ".join(statement.bases)]
    yield ["As at", f"{statement.as_at:%Y-%m-%d}"]
    yield ["Source", f"{source.title}, {source.publisher}, {source.published_on:%Y-%m-%d}"]
    yield ["Place in the source", statement.source_place]
    if statement.notes:
        yield ["Notes", statement.notes]
    yield licence_row(election.office.name)
    yield ["Address", address]
    yield []
    yield [statement.row_heading, "Line", *(heading.text for heading in table.headings)]
    for row in table.rows:
        cells = (
            ("" if cell.value is None else plain(cell.value)) if cell.is_number else cell.text
            for cell in row.cells
        )
        yield [row.label, row.remark or "Item", *cells]
