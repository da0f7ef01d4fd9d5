from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from elections.addresses import election_at
from infolog.forms import LogFilter
from infolog.log import Choices, known_in, requests_in
from pcc_portal.downloads import safe_file_name
from releases.page_cache import public_page

from .files import KINDS
from .sheet import COLUMN_SETS, as_json, sheet

# Word and PDF lay out page by page: beyond this the tables for spreadsheets serve better.
LAID_OUT_AT_MOST = 2_000


@public_page
@require_safe
def download(request: HttpRequest, election_slug: str, columns: str, ending: str) -> HttpResponse:
    """The log, or what a filter leaves of it, as a file."""
    if columns not in COLUMN_SETS or ending not in {*KINDS, "json"}:
        raise Http404("The log has no such file.")
    election = election_at(election_slug)
    reader, at = request.user, timezone.now()
    ids, _ = known_in(election, reader, at)
    form = LogFilter(request.GET, choices=Choices.of(election, ids, reader, at))
    requests = form.matching(requests_in(election, reader, at))
    name = safe_file_name(f"{election.slug}-information-requests-log.{ending}")
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    if ending == "json":
        log = as_json(election, requests, reader=reader, at=at)
        return JsonResponse(log, headers=headers, json_dumps_params={"ensure_ascii": False})
    if ending in ("docx", "pdf") and requests.count() > LAID_OUT_AT_MOST:
        context = {"election": election, "section": "log", "at_most": LAID_OUT_AT_MOST}
        return render(request, "infolog/too_long.html", context)
    kind = KINDS[ending]
    content = kind.write(sheet(election, requests, columns, reader=reader, at=at))
    return HttpResponse(content, content_type=kind.content_type, headers=headers)
