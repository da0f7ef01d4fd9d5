"""The pages about the portal itself; they name the office of the election people came for."""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from elections.models import Election
from pcc_portal.retention import rules
from releases.page_cache import public_page

# Change these when the accessibility statement has been gone through again.
STATEMENT_PREPARED_ON = dt.date(2026, 11, 23)
STATEMENT_REVIEWED_ON = dt.date(2026, 11, 23)


@public_page
@require_safe
def about_page(request: HttpRequest, page: str) -> HttpResponse:
    election = Election.objects.current(timezone.localdate())
    context = {
        "election": election,
        "office": election.office if election else None,
        "session_hours": settings.SESSION_COOKIE_AGE // 3600,
        "prepared_on": STATEMENT_PREPARED_ON,
        "reviewed_on": STATEMENT_REVIEWED_ON,
        "retention": rules(),
    }
    return render(request, f"pages/{page}.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        "User-agent: *\nDisallow: /account/\nDisallow: /admin/\nDisallow: /my-page/\n",
        content_type="text/plain",
    )


class Favicon(RedirectView):
    """For what asks for an icon without reading a page."""

    def get_redirect_url(self, *args: object, **kwargs: object) -> str:
        return static("favicon.ico")


urlpatterns = [
    *(
        path(f"{page}/", about_page, {"page": page}, name=page)
        for page in ("accessibility", "privacy", "cookies", "contact")
    ),
    path("favicon.ico", Favicon.as_view(http_method_names=["get", "head"])),
    path("robots.txt", robots),
]
