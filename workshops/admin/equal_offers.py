"""The report on equal offers, for whoever may know who comes to what."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from elections.models import Election
from pcc_portal.downloads import csv_response
from workshops.equal_offers import Answer, report, table

MAY_READ = "workshops.view_booking"


def urls(site: admin.AdminSite) -> list[URLPattern]:
    def own(address: str, view: Any, name: str) -> URLPattern:
        found: URLPattern = path(address, site.admin_view(view), name=name)
        return found

    return [
        own("equal-offers/", equal_offers, "workshops_equal_offers"),
        own("equal-offers/<slug:election_slug>/", equal_offers, "workshops_equal_offers_of"),
        own("equal-offers/<slug:election_slug>/csv/", as_csv, "workshops_equal_offers_csv"),
    ]


def equal_offers(request: HttpRequest, election_slug: str = "") -> HttpResponse:
    """Of the election that is named, or of the current one."""
    election = _election(request, election_slug)
    found = report(election, at=timezone.now())
    context = {
        **admin.site.each_context(request),
        "title": f"Equal offers: {election}",
        "report": found,
        "election": election,
        "elections": Election.objects.exclude(pk=election.pk),
        "Answer": Answer,
    }
    return TemplateResponse(request, "admin/workshops/equal_offers.html", context)


def as_csv(request: HttpRequest, election_slug: str) -> HttpResponse:
    election = _election(request, election_slug)
    rows = table(report(election, at=timezone.now()))
    return csv_response(f"{election.slug}-equal-offers.csv", rows)


def _election(request: HttpRequest, slug: str) -> Election:
    if not request.user.has_perm(MAY_READ):
        raise PermissionDenied
    elections = Election.objects.select_related("office")
    if slug:
        return get_object_or_404(elections, slug=slug)
    current = Election.objects.current(timezone.localdate())
    if current is None:
        raise Http404("There is no election yet.")
    return current
