"""The pages on which a release is looked at, done, set for a time, or taken off its time."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from elections.models import Election
from elections.rehearsing import rehearse
from pcc_portal.templatetags.portal import uk_time

from .forms import TimeForm
from .models import Delivery, ReleasableItem, Release, items_of
from .quoting import quotes_of
from .releasing import (
    ReleaseRefused,
    recipients,
    release,
    schedule,
    unschedule,
)
from .states import state_of
from .steps import RELEASE, previews_of


def urls(site: admin.AdminSite) -> list[URLPattern]:
    return [
        path("<int:pk>/now/", site.admin_view(release_now), name="releases_release_now"),
        path("<int:pk>/time/", site.admin_view(set_time), name="releases_release_time"),
        path("<int:pk>/time/off/", site.admin_view(take_off), name="releases_release_time_off"),
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def release_now(request: HttpRequest, pk: int) -> HttpResponse:
    """What is in a release and who will be told; it is done when that is confirmed."""
    bundle = _bundle(request, pk)
    if request.method == "POST":
        at = timezone.now()
        try:
            done = release(bundle, at=at, by=request.user)  # type: ignore[arg-type]
        except ReleaseRefused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, told_of(done))
        return redirect("admin:releases_release_change", pk)
    context = preview_of(
        items_of(bundle),
        bundle.election,
        lambda: release(bundle, at=timezone.now()),
    )
    title = f"Release now: {bundle}"
    return page(request, "release_preview", title=title, bundle=bundle, **context)


def told_of(done: Release) -> str:
    """What whoever released it is told."""
    return f"Released on {uk_time(done.released_at)}: {done}."


def preview_of(
    items: Sequence[ReleasableItem], election: Election, act: Callable[[], object]
) -> dict[str, Any]:
    """What is in a release, who is told, and why it would be refused: ``act`` is tried, undone."""
    at = timezone.now()
    refused = ""
    try:
        rehearse(act)
    except ReleaseRefused as refusal:
        refused = refusal.sentence
    told = recipients(election, items, at)
    roles = [delivery.role for delivery in told]
    return {
        "rows": [
            {
                "item": item,
                "state": state_of(item, at),
                "previews": previews_of(item) if not item.is_released else [],
                "quoted": quotes_of(item, at),
            }
            for item in items
        ],
        "refused": refused,
        "election": election,
        "candidates": roles.count(Delivery.Role.CANDIDATE),
        "agents": roles.count(Delivery.Role.AGENT),
        "subscribers": roles.count(Delivery.Role.SUBSCRIBER),
        "unreached": [delivery for delivery in told if delivery.state == Delivery.State.NO_ADDRESS],
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_time(request: HttpRequest, pk: int) -> HttpResponse:
    bundle = _bundle(request, pk)
    form = TimeForm(
        request.POST if request.method == "POST" else None, initial={"due_at": bundle.due_at}
    )
    if form.is_bound and form.is_valid():
        try:
            done = schedule(bundle, due_at=form.cleaned_data["due_at"], at=timezone.now())
        except ReleaseRefused as refused:
            name = refused.field if refused.field in form.fields else None
            form.add_error(name, refused.sentence)
        else:
            messages.success(request, f"“{done}” will be released on {uk_time(done.due_at)}.")
            return redirect("admin:releases_release_change", pk)
    title = f"Set a time: {bundle}"
    return page(request, "release_time", title=title, bundle=bundle, form=form)


@require_POST
def take_off(request: HttpRequest, pk: int) -> HttpResponse:
    bundle = _bundle(request, pk)
    try:
        done = unschedule(bundle)
    except ReleaseRefused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"The time is taken off: “{done}” waits for somebody.")
    return redirect("admin:releases_release_change", pk)


def _bundle(request: HttpRequest, pk: int) -> Release:
    if not request.user.has_perm(RELEASE):
        raise PermissionDenied
    return get_object_or_404(Release.objects.select_related("election__office"), pk=pk)


def page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    return TemplateResponse(
        request,
        f"admin/releases/{name}.html",
        {**admin.site.each_context(request), "opts": Release._meta, **context},
    )
