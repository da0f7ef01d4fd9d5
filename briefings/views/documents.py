from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from briefings.files import as_attachment
from briefings.forms import DocumentFilterForm
from briefings.versions import version_asked_for
from elections.addresses import election_at
from releases.page_cache import public_page

DOCUMENTS_ON_A_PAGE = 25


@public_page
@require_safe
def document_list(request: HttpRequest, election_slug: str) -> HttpResponse:
    at = timezone.now()
    election = election_at(election_slug)
    form = DocumentFilterForm(request.GET)
    documents = election.documents.visible_to(request.user, at).newest(at)
    if not form.is_valid():
        documents = documents.none()
    category = form.cleaned_data.get("category", "")
    if category:
        documents = documents.filter(category=category)
    try:
        page = Paginator(documents, DOCUMENTS_ON_A_PAGE).page(request.GET.get("page", 1))
    except InvalidPage as missing:
        raise Http404("The list has no such page.") from missing
    context = {
        "election": election,
        "section": "documents",
        "form": form,
        "page": page,
        "is_filtered": bool(category) or not form.is_valid(),
        "query": urlencode({"category": category}) if category else "",
    }
    return render(request, "briefings/document_list.html", context)


@public_page
@require_safe
def document(request: HttpRequest, election_slug: str, slug: str) -> HttpResponse:
    at = timezone.now()
    election = election_at(election_slug)
    shown, versions = version_asked_for(
        election.documents.visible_to(request.user, at).select_related("release"),
        request,
        slug,
        at,
    )
    return render(
        request,
        "briefings/document_detail.html",
        {
            "election": election,
            "section": "documents",
            "document": shown,
            "versions": versions,
        },
    )


@require_safe
def document_file(request: HttpRequest, election_slug: str, slug: str) -> HttpResponseBase:
    """The only way to a stored file: it asks whether the reader may have it."""
    at = timezone.now()
    election = election_at(election_slug)
    shown, _ = version_asked_for(
        election.documents.visible_to(request.user, at).select_related("release"),
        request,
        slug,
        at,
    )
    return as_attachment(request, shown)
