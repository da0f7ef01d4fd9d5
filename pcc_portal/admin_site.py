from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse


class PortalAdminSite(admin.AdminSite):
    """The staff pages. Signing in happens on the portal's own page, never on one of the admin's."""

    site_header = "Candidates’ portal: staff pages"
    site_title = "Staff pages"
    index_title = "What would you like to do?"
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))
