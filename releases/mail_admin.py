"""The staff's pages of mail: what became of each, and what people can say of it."""

from collections.abc import Callable
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

from elections.refusals import Refused
from elections.roles import SETTLE
from pcc_portal.desk import DueFilter

from .models import Delivery, Subscriber
from .settling import say_accepted, say_bounced, say_refused, send_again, tell


class TellForm(forms.Form):
    how = forms.CharField(
        label="How they were told",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="As in “by telephone at 4.15pm, to themselves”. They can read this in what the "
        "office holds about them.",
        error_messages={"required": "Say how they were told."},
    )


class WrittenByThePortal(admin.ModelAdmin):
    """Rows that staff read, and that only acts of their own change: the ledger tells of those."""

    def get_list_filter(self, request: HttpRequest) -> Any:
        return (DueFilter, *super().get_list_filter(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(WrittenByThePortal):
    """Each mail to each person. “Accepted” means by the mail server: never that it was read."""

    list_display = ("whom", "act", "role", "state", "state_at", "tries", "told_at")
    list_filter = ("state", "role", "release__election", "release")
    list_select_related = ("release", "catch_up", "candidate", "subscriber")
    ordering = ("-state_at", "-pk")
    search_fields = ("candidate__surname", "candidate__other_names", "address")
    list_per_page = 100
    show_full_result_count = False
    actions = ("send_again", "say_accepted", "say_refused", "say_bounced")
    change_form_template = "admin/releases/delivery/change_form.html"
    fieldsets = (
        ("What and to whom", {"fields": ("act", "whom", "role", "address")}),
        (
            "What became of it",
            {"fields": ("state", "state_at", "reply", "tries", "due_at", "is_daily", "carried_by")},
        ),
        ("Told in another way", {"fields": ("told_at", "told_by", "told_how")}),
    )

    @admin.display(description="for")
    def whom(self, obj: Delivery) -> str:
        return obj.whom

    @admin.display(description="what", ordering="release")
    def act(self, obj: Delivery) -> str:
        return obj.act

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(SETTLE)

    @admin.action(description="Send again the chosen mails", permissions=["settle"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._each(request, queryset, send_again, "To be sent again")

    @admin.action(
        description="The mail server’s record shows: it was accepted", permissions=["settle"]
    )
    def say_accepted(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._each(request, queryset, say_accepted, "Recorded as accepted")

    @admin.action(
        description="The mail server’s record shows: it was not accepted", permissions=["settle"]
    )
    def say_refused(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._each(request, queryset, say_refused, "Recorded as refused")

    @admin.action(description="It came back to the office", permissions=["settle"])
    def say_bounced(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._each(request, queryset, say_bounced, "Recorded as come back")

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Delivery],
        act: Callable[..., None],
        done: str,
    ) -> None:
        """Say of each row that is refused why. Of one mail with several rows, one will do."""
        at, count, settled = timezone.now(), 0, set()
        for row in queryset.select_related("user", "subscriber", "candidate", "carried_by"):
            message = row.carried_by_id or row.pk
            if message in settled:
                continue
            try:
                act(row, by=request.user, at=at)
            except Refused as refused:
                messages.warning(request, f"{row.whom}: {refused.sentence}")
            else:
                settled.add(message)
                count += 1
        if count:
            messages.success(request, f"{done}: {count}.")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        may_tell = (
            self.has_settle_permission(request)
            and object_id.isdecimal()
            and self._untold().filter(pk=object_id).exists()
        )
        context = {"may_tell": may_tell, "object_id": object_id} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.tell_view)
        return [path("<int:pk>/tell/", view, name="releases_delivery_tell"), *super().get_urls()]

    def tell_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_settle_permission(request):
            raise PermissionDenied
        delivery = get_object_or_404(self._untold(), pk=pk)
        form = TellForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                how = form.cleaned_data["how"]
                tell(delivery, by=request.user, at=timezone.now(), how=how)  # type: ignore[arg-type]
            except Refused as refused:
                messages.error(request, refused.sentence)
            else:
                messages.success(request, f"Recorded: {delivery.whom} was told.")
            return redirect("admin:releases_delivery_change", delivery.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{delivery.whom} was told in another way",
            "form": form,
            "delivery": delivery,
        }
        return TemplateResponse(request, "admin/releases/delivery/tell.html", context)

    def _untold(self) -> QuerySet[Delivery]:
        return Delivery.objects.failed().select_related("candidate", "release", "catch_up")


@admin.register(Subscriber)
class SubscriberAdmin(WrittenByThePortal):
    """Of the public, who gets public releases by mail. They end it themselves, by a link."""

    list_display = (
        "address",
        "election",
        "asked_at",
        "confirmed_at",
        "is_daily",
        "subjects",
        "bounced_at",
    )
    list_filter = ("election", ("confirmed_at", admin.EmptyFieldListFilter))
    list_select_related = ("election",)
    search_fields = ("address",)
