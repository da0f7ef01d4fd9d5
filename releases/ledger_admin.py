"""The staff pages of the ledger: every entry, and the report for the monitoring officer."""

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from elections.models import Candidate, Election, User
from pcc_portal.downloads import csv_response

from .fairness import report, table
from .models import LedgerEntry
from .told import facts_of
from .verifying import Verdict, verify

SEE_MAIL = "releases.view_delivery"
SEE_PEOPLE = "elections.view_candidate"
# More entries than these are checked only when somebody asks: it takes its time.
CHECKED_AT_ONCE = 5_000


class CandidateFilter(admin.SimpleListFilter):
    """What the ledger says of one candidate, for those who may know about candidates."""

    title = "candidate"
    parameter_name = "candidate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        if not request.user.has_perm(SEE_PEOPLE):
            return []
        rows = Candidate.objects.select_related("election")
        election = request.GET.get("election__id__exact", "")
        if election.isascii() and election.isdecimal():
            rows = rows.filter(election=int(election))
        return [(str(row.pk), f"{row}, {row.election}") for row in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in dict(self.lookup_choices):
            return queryset
        told = f'"candidate":{self.value()}'
        return queryset.filter(Q(facts__contains=f"{told},") | Q(facts__contains=f"{told}}}"))


@admin.register(LedgerEntry)
class LedgerEntryAdmin(admin.ModelAdmin):
    """To be read only: the portal writes it, and the database refuses everything else."""

    list_display = ("number", "at", "kind", "about", "election")
    list_display_links = ("number", "kind")
    list_filter = ("election", "kind", CandidateFilter)
    list_select_related = ("election",)
    show_full_result_count = False
    ordering = ("-number",)
    fieldsets = (
        (None, {"fields": ("number", "at", "kind", "election", "facts_in_words")}),
        (
            "How it is tied to the entry before",
            {"fields": ("content_hash", "previous_hash", "entry_hash")},
        ),
        ("The item as it was released", {"fields": ("content_in_lines",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        is_list = "object_id" not in (
            request.resolver_match.kwargs if request.resolver_match else {}
        )
        return rows.defer("content") if is_list else rows

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        # Whoever may not know about candidates reads numbers.
        if obj is not None:
            obj.names_people = request.user.has_perm(SEE_PEOPLE)
        return super().get_form(request, obj, change, **kwargs)

    @admin.display(description="what it is about")
    def about(self, entry: LedgerEntry) -> str:
        facts = facts_of(entry)
        told = facts.get("title") or facts.get("what") or facts.get("slug")
        return told or (f"Mail {facts['delivery']}" if "delivery" in facts else "")

    @admin.display(description="what it says")
    def facts_in_words(self, entry: LedgerEntry) -> str:
        facts = facts_of(entry)
        names = _names(facts) if getattr(entry, "names_people", False) else {}
        lines = (
            (key.replace("_", " "), names.get(key, _value(facts[key]))) for key in sorted(facts)
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", lines))

    @admin.display(description="content")
    def content_in_lines(self, entry: LedgerEntry) -> str:
        if not entry.content:
            return "This entry is about no item."
        lines = json.dumps(json.loads(entry.content), indent=2, ensure_ascii=False)
        return format_html('<pre class="portal-content">{}</pre>', lines)

    # --- the fairness report -------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        behind_gates = self.admin_site.admin_view

        def own(address: str, view: Any, name: str) -> URLPattern:
            found: URLPattern = path(address, behind_gates(view), name=name)
            return found

        return [
            own("fairness/", self.fairness, "releases_fairness"),
            own("fairness/<slug:election_slug>/", self.fairness, "releases_fairness_of"),
            own("fairness/<slug:election_slug>/csv/", self.fairness_csv, "releases_fairness_csv"),
            *super().get_urls(),
        ]

    def fairness(self, request: HttpRequest, election_slug: str = "") -> HttpResponse:
        """Of the election that is named, or of the current one."""
        election = _election(request, election_slug)
        at = timezone.now()
        found = report(election, at=at)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Fairness report: {election}",
            "opts": self.opts,
            "report": found,
            "election": election,
            "elections": Election.objects.exclude(pk=election.pk),
            "verdict": _verdict(election, is_asked="check" in request.GET),
        }
        return TemplateResponse(request, "admin/releases/fairness.html", context)

    def fairness_csv(self, request: HttpRequest, election_slug: str) -> HttpResponse:
        election = _election(request, election_slug)
        found = report(election, at=timezone.now())
        return csv_response(f"{election.slug}-fairness-report.csv", table(found))


def _election(request: HttpRequest, slug: str) -> Election:
    if not request.user.has_perm(SEE_MAIL):
        raise PermissionDenied
    elections = Election.objects.select_related("office")
    if slug:
        return get_object_or_404(elections, slug=slug)
    current = Election.objects.current(timezone.localdate())
    if current is None:
        raise Http404("There is no election yet.")
    return current


def _verdict(election: Election, *, is_asked: bool) -> Verdict | None:
    """Whether the ledger holds now; nothing when it is too long to be checked unasked."""
    if not is_asked and LedgerEntry.objects.count() > CHECKED_AT_ONCE:
        return None
    return verify(election=election)


def _names(facts: dict[str, Any]) -> dict[str, str]:
    """The people whom numbers in ``facts`` stand for, by the name of the fact."""
    names: dict[str, str] = {}
    candidates = {key: facts[key] for key in ("candidate",) if facts.get(key)}
    users = {
        key: facts[key] for key in ("user", "by", "approved_by", "released_by") if facts.get(key)
    }
    for rows, told in ((Candidate.objects, candidates), (User.objects, users)):
        found = rows.in_bulk(set(told.values())) if told else {}
        names |= {key: f"{found[pk]} ({pk})" for key, pk in told.items() if pk in found}
    return names


def _value(value: Any) -> str:
    if value is None:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
