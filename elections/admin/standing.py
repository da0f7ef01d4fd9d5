from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from elections.models import Candidate, StandingRequest
from elections.refusals import Refused
from elections.standing import decline

from .invitations import ReadOnly


class DeclineForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="For the office’s record. The portal does not write to the person: do so "
        "yourself.",
        error_messages={"required": "Say why, for the office’s record."},
    )


class DecidedFilter(admin.SimpleListFilter):
    title = "decision"
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("none", "Not decided"), *StandingRequest.Outcome.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "none":
            return queryset.undecided()
        return queryset.filter(outcome=self.value()) if self.value() else queryset


@admin.register(StandingRequest)
class StandingRequestAdmin(ReadOnly):
    """What people wrote on the public page; staff invite them or decline with a reason."""

    list_display = ("name", "email", "election", "asked_at", "decision", "decided_by")
    list_filter = (DecidedFilter, "election")
    list_select_related = ("election", "decided_by")
    search_fields = ("name", "email")
    change_form_template = "admin/elections/standingrequest/change_form.html"
    fieldsets = (
        ("Who asks", {"fields": ("name", "email", "phone", "election", "already")}),
        ("What they say", {"fields": ("message", "asked_at")}),
        ("Decision", {"fields": ("decision", "reason", "decided_by", "decided_at")}),
    )

    @admin.display(description="decision", ordering="outcome")
    def decision(self, obj: StandingRequest) -> str:
        return obj.get_outcome_display() or "Not decided"

    @admin.display(description="known already")
    def already(self, obj: StandingRequest) -> str:
        """Costs a query."""
        known = Candidate.objects.filter(user__email__iexact=obj.email).select_related("election")
        return "; ".join(f"{each}, {each.election}" for each in known) or "No candidate"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        may_decide = self.may_decide(request) and self._undecided().filter(pk=object_id).exists()
        context = {"may_decide": may_decide, "object_id": object_id} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.decline_view)
        return [
            path("<int:pk>/decline/", view, name="elections_standingrequest_decline"),
            *super().get_urls(),
        ]

    def decline_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.may_decide(request):
            raise PermissionDenied
        asked = get_object_or_404(self._undecided(), pk=pk)
        form = DeclineForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                decline(asked, reason=reason, by=request.user, at=timezone.now())
            except Refused as refused:
                messages.error(request, refused.sentence)
            else:
                messages.success(request, f"The request of {asked.name} is declined.")
            return redirect("admin:elections_standingrequest_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Decline the request of {asked.name}",
            "form": form,
            "asked": asked,
        }
        name = "admin/elections/standingrequest/decline.html"
        return TemplateResponse(request, name, context)

    def may_decide(self, request: HttpRequest) -> bool:
        """To invite makes a candidate, so it takes both rights."""
        return request.user.has_perms(
            ["elections.change_standingrequest", "elections.add_candidate"]
        )

    def _undecided(self) -> QuerySet[StandingRequest]:
        return StandingRequest.objects.undecided()
