"""Stored files have no address of their own: this is how one is handed out."""

import logging

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from .models import Document

logger = logging.getLogger(__name__)


def as_attachment(request: HttpRequest, document: Document) -> HttpResponseBase:
    """The file of ``document``, to be saved and never shown inside the portal's own pages.

    Whoever calls this has asked whether the reader may have it. Raises ``Http404`` for a document
    that is a link, and for a file that is gone from the disk.
    """
    if not document.file:
        raise Http404(f"“{document}” is a link.")
    is_public = document.is_released and document.audience == Document.Audience.PUBLIC
    # A released document never changes: its number says all there is to say about its content.
    etag = quote_etag(f"document-{document.pk}")
    not_modified = get_conditional_response(request, etag=etag) if is_public else None
    if not_modified:
        not_modified.headers["ETag"] = etag
        return not_modified
    try:
        content = document.file.open("rb")
    except FileNotFoundError as missing:
        logger.error("document %s: its file is gone from the disk", document.pk)
        raise Http404("The file is gone.") from missing
    response = FileResponse(
        content,
        as_attachment=True,
        filename=document.file_name,
        content_type=document.content_type,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    if is_public:
        response.headers["Cache-Control"] = "no-cache"
        response.headers["ETag"] = etag
    else:
        response.headers["Cache-Control"] = "private, no-store"
    return response
