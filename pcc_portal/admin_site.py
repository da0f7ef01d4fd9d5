from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.contrib.auth.views import redirect_to_login
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone

from .audit import audit
from .desk import lines
from .staff_gates import closed_gate

View = Callable[..., HttpResponseBase]


class PortalAdminSite(admin.AdminSite):
    """The staff pages. Signing in happens on the portal's own page, never on one of the admin's."""

    site_header = "Candidates’ portal: staff pages"
    site_title = "Staff pages"
    index_title = "What would you like to do?"
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> NoReturn:
        raise Http404("Nobody has a password: everyone signs in by code.")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> NoReturn:
        self.password_change(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every staff page stands behind the gates of ``STAFF_GATES``."""

        @wraps(view)
        def behind_gates(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            address = closed_gate(request)
            return redirect(address) if address else view(request, *args, **kwargs)

        return super().admin_view(behind_gates, cacheable)

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """What is due and what is wrong, then everything there is."""
        due = lines(request.user, timezone.now())
        return super().index(request, {"due": due, "is_first_page": True, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern | URLResolver]:
        def audit_view(request: HttpRequest) -> HttpResponse:
            return audit(request, self.each_context(request))

        view_on_site = self.admin_view(_view_on_site)
        return [
            path("audit/", self.admin_view(audit_view), name="audit"),
            # In place of Django’s, which tells every member of staff the address of every draft.
            path("r/<path:content_type_id>/<path:object_id>/", view_on_site, name="view_on_site"),
            *super().get_urls(),
        ]


def _view_on_site(request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponseBase:
    """Lead to the public page of a row, whoever may see the row here."""
    try:
        model = ContentType.objects.get_for_id(int(content_type_id)).model_class()
    except (ValueError, OverflowError, ContentType.DoesNotExist) as unknown:
        raise Http404("There is no such kind of row.") from unknown
    if model is None or not request.user.has_perm(
        f"{model._meta.app_label}.{get_permission_codename('view', model._meta)}"
    ):
        raise PermissionDenied
    return shortcut(request, content_type_id, object_id)
