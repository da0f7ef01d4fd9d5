"""Error pages in the portal's own frame, language and headers, in plain words.

They are drawn without the request, so they read no form, ask no database and know nobody: they
have to work when those are what is broken.
"""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def _page(template: str, status: int) -> HttpResponse:
    return HttpResponse(
        render_to_string(template), status=status, headers={"Cache-Control": "no-store"}
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What cannot be read; Django also reports here what is too large to read."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return _page("400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page("403.html", 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page("404.html", 404)


def too_large(request: HttpRequest) -> HttpResponse:
    return _page("413.html", 413)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page("403_csrf.html", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page("500.html", 500)
