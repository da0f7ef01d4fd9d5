from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from briefings.files import as_attachment
from briefings.forms import DocumentFilterForm
from elections.addresses import election_at
from releases.page_cache import public_page
from releases.versions import (
    content_asked_for,
    version_asked_for,
    withdrawn_items,
    withdrawn_page,
)

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
        "withdrawn": withdrawn_items(election.documents, request.user, at),
        "is_filtered": bool(category) or not form.is_valid(),
        "query": urlencode({"category": category}) if category else "",
    }
    return render(request, "briefings/document_list.html", context)


@public_page
@require_safe
def document(request: HttpRequest, election_slug: str, slug: str) -> HttpResponse:
    at = timezone.now()
    election = election_at(election_slug)
    documents = election.documents.visible_to(request.user, at)
    shown, versions = version_asked_for(documents, request, slug, at)
    if shown.is_withdrawal:
        return withdrawn_page(request, election, "documents", shown)
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
    documents = election.documents.visible_to(request.user, at)
    shown = content_asked_for(documents, request, slug, at)
    return as_attachment(request, shown)
