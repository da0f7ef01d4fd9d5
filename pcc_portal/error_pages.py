"""Error pages in the portal's own frame, language and headers, in plain words.

They are drawn without the request, so they read no form, ask no database and know nobody: they
have to work when those are what is broken. All they take from it is what staff look at the portal
as, if they do, which was found out before.
"""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string


def _page(template: str, status: int, request: HttpRequest) -> HttpResponse:
    looking = getattr(request, "looking", None)
    context = {"looking": looking, "csrf_token": get_token(request)} if looking else {}
    return HttpResponse(
        render_to_string(template, context), status=status, headers={"Cache-Control": "no-store"}
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What cannot be read; Django also reports here what is too large to read."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return _page("400.html", 400, request)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page("403.html", 403, request)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page("404.html", 404, request)


def too_large(request: HttpRequest) -> HttpResponse:
    return _page("413.html", 413, request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page("403_csrf.html", 403, request)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page("500.html", 500, request)


def looking_only(request: HttpRequest) -> HttpResponse:
    """Whatever staff send while they look at the portal as somebody else."""
    return _page("403_looking.html", 403, request)
