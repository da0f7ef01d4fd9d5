import codecs
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from . import error_pages

View = Callable[[HttpRequest], HttpResponse]


class RefuseOddCharsetMiddleware:
    """Answers 400 to a form sent in a charset no browser sends.

    Django reads a form in the charset its sender names; in utf-16, say, the names of the fields
    cannot be read and the request would end as a server error.
    """

    allowed = {"utf-8", "ascii", "iso8859-1", "cp1252"}

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset")
        if charset and not self._is_allowed(charset):
            return error_pages.bad_request(request)
        return self.get_response(request)

    def _is_allowed(self, charset: str) -> bool:
        try:
            return codecs.lookup(charset).name in self.allowed
        except (LookupError, ValueError):
            return False


class RefuseNullBytesMiddleware:
    """Answers 400 to an address with a null byte: PostgreSQL cannot look for one."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return error_pages.bad_request(request)
        return self.get_response(request)
