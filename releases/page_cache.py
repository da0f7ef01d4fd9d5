"""Whole public pages, kept until something public changes.

What the public sees changes only by a release, by staff editing the frame around it (office,
election, key dates, candidates), or by a new day beginning. The key of a kept page holds the
number that counts those changes and the day, so a kept page is never stale, in any worker, and
nothing ever has to be cleared.
"""

import gzip
import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from pcc_portal.rehearsing import is_rehearsing

from .models import Release
from .revision import public_revision

View = Callable[..., HttpResponse]


def public_page(view: View) -> View:
    """Keep the view's page for visitors who are not signed in, whole and compressed.

    Anyone with a cookie of ours gets a page made for them. Such a page must not depend on
    anything but the public content, the address and the day.
    """

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_anonymous(request):
            response = view(request, *args, **kwargs)
            response.headers.setdefault("Cache-Control", "private, no-cache")
            patch_vary_headers(response, ["Cookie"])
            return response
        zipped = "gzip" in request.headers.get("Accept-Encoding", "")
        key = _key(request, zipped)
        page = caches["pages"].get(key)
        if page is None:
            response = view(request, *args, **kwargs)
            if response.status_code != 200 or response.streaming or _is_behind():
                return response
            page = _keep(response, zipped)
            caches["pages"].set(key, page)
        headers, content = page
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return HttpResponse(status=304, headers=_without_body(headers))
        return HttpResponse(content, headers=headers)

    return kept


def _is_anonymous(request: HttpRequest) -> bool:
    return (
        settings.PAGE_CACHE
        and not is_rehearsing()
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "messages" not in request.COOKIES
        and request.method in ("GET", "HEAD")
        # Whoever makes up queries cannot push the pages people read out of the memory.
        and not request.META.get("QUERY_STRING")
    )


def _is_behind() -> bool:
    """This machine's clock has not come to a release made by another: its page lacks that."""
    return Release.objects.filter(released_at__gt=timezone.now()).exists()


def _key(request: HttpRequest, zipped: bool) -> str:
    parts = (
        request.scheme,
        request.get_host(),
        request.path,
        zipped,
        public_revision(),
        timezone.localdate(),
    )
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def _keep(response: HttpResponse, zipped: bool) -> tuple[dict[str, str], bytes]:
    content = response.content
    headers = {name: value for name, value in response.items() if name != "Content-Length"}
    headers.setdefault("Cache-Control", "no-cache")
    headers["Vary"] = "Accept-Encoding, Cookie"
    headers["ETag"] = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}{"-gz" * zipped}"'
    if zipped:
        content = gzip.compress(content, 9, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return headers, content


def _without_body(headers: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in headers.items() if k not in ("Content-Encoding", "Content-Type")}
