"""The pages on which staff take a step with an item: one small page each, and the previews."""

from typing import Any

from csp.decorators import csp_update
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from elections.refusals import Refused

from . import reviewing
from .content import content_hashes
from .forms import ApprovalForm, NothingForm, ReasonForm, VersionForm, WithdrawalForm
from .models import ReleasableItem
from .previews import WAYS, drawn_as_released, ways_for
from .showing import in_full
from .states import state_of
from .steps import RELEASE, STEPS, Step, name_of, previews_of, waivable
from .versions import new_version

SAID = {
    "submit": "“{item}” is in review.",
    "approve": "“{item}” is approved as it stands now.",
    "send-back": "“{item}” is sent back. The reason stands on its page.",
    "override": "“{item}” can be released without a second person. The reason is kept.",
    "version": "This is the draft of version {item.version}. Change it, then put it in for review.",
    "withdraw": "This is the withdrawal, as a draft. Readers are told once it is approved and "
    "released.",
}
# A preview sends nothing and runs nothing. What a mail looks like stands in it, tag by tag.
PREVIEW_POLICY = {"sandbox": ["allow-same-origin"], "style-src-attr": ["'unsafe-inline'"]}


def urls(site: admin.AdminSite) -> list[URLPattern]:
    place = "item/<str:kind>/<int:pk>/"
    return [
        path(f"{place}waive/<slug:warning>/", site.admin_view(waive), name="releases_waive"),
        path(f"{place}preview/<slug:way>/", site.admin_view(preview), name="releases_preview"),
        path(f"{place}<slug:code>/", site.admin_view(step), name="releases_step"),
    ]


def page_of(item: ReleasableItem) -> str:
    """The change page of an item in the admin."""
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])


def item_or_404(request: HttpRequest, kind: str, pk: int) -> Any:
    """The item, for whoever may see it in the admin."""
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError) as unknown:
        raise Http404("There is no such kind of item.") from unknown
    if not issubclass(model, ReleasableItem) or kind != model._meta.label_lower:
        raise Http404("Items of that kind are not released.")
    item = get_object_or_404(
        model._default_manager.select_related("release", "election__office"), pk=pk
    )
    if not admin.site.get_model_admin(model).has_view_permission(request, item):
        raise PermissionDenied
    return item


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, kind: str, pk: int, code: str) -> HttpResponse:
    """Take one of ``STEPS``: refusals are told on the page, and what was written stays there."""
    item = item_or_404(request, kind, pk)
    if code not in STEPS:
        raise Http404("There is no such step.")
    chosen = STEPS[code]
    if not chosen.is_for(request.user, item):
        raise PermissionDenied
    form = _form(request, chosen, item)
    if form.is_bound and form.is_valid():
        try:
            done = _take(request, code, item, form.cleaned_data, form)
        except Refused as refused:
            form.add_error(
                refused.field if refused.field in form.fields else None, refused.sentence
            )
        else:
            messages.success(request, SAID[code].format(item=done))
            return redirect(page_of(done))
    return _page(request, item, chosen, form)


def _form(request: HttpRequest, chosen: Step, item: Any) -> Any:
    data = request.POST if request.method == "POST" else None
    if chosen.code == "approve":
        seen = content_hashes(type(item), [item.pk]).get(item.pk, "")
        in_period = reviewing.in_pre_election_period(item, timezone.now())
        return ApprovalForm(data, initial={"seen": seen}, in_period=in_period)
    kinds: dict[str, type[forms.Form]] = {
        "submit": NothingForm,
        "version": VersionForm,
        "withdraw": WithdrawalForm,
    }
    return kinds.get(chosen.code, ReasonForm)(data)


def _take(request: HttpRequest, code: str, item: Any, given: dict[str, Any], form: Any) -> Any:
    """The step itself. Returns the item whose page comes next. Raises ``Refused``."""
    who: dict[str, Any] = {"by": request.user, "at": timezone.now()}
    if code == "approve":
        reviewing.approve(item, checklist=form.checklist, seen=given["seen"], **who)
    elif code == "submit":
        reviewing.submit(item, **who)
    elif code == "send-back":
        reviewing.send_back(item, reason=given["reason"], **who)
    elif code == "override":
        reviewing.override(item, reason=given["reason"], **who)
    else:
        change = given.get("change", ReleasableItem.Change.WITHDRAWAL)
        return new_version(item, change=change, note=given["note"], **who)
    return item


def _page(request: HttpRequest, item: Any, chosen: Step, form: Any) -> HttpResponse:
    objections = None
    if chosen.code in ("approve", "submit", "override"):
        objections = reviewing.objections_to(item)
    return _small_page(
        request,
        item,
        title=f"{chosen.label}: {item}",
        button=chosen.label,
        form=form,
        state=state_of(item, timezone.now()),
        shown=in_full(item),
        previews=[] if item.is_released else previews_of(item),
        objections=objections,
        warnings=waivable(item, objections) if objections else [],
        waivable=request.user.has_perm(RELEASE),
    )


def _small_page(request: HttpRequest, item: Any, **context: Any) -> HttpResponse:
    return TemplateResponse(
        request,
        "admin/releases/step.html",
        {
            **admin.site.each_context(request),
            "opts": item._meta,
            "item": item,
            "item_page": page_of(item),
            **context,
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def waive(request: HttpRequest, kind: str, pk: int, warning: str) -> HttpResponse:
    """Let one warning stand, for a reason."""
    item = item_or_404(request, kind, pk)
    if not request.user.has_perm(RELEASE):
        raise PermissionDenied
    standing = {name_of(one): one for one in reviewing.objections_to(item).warnings}
    if warning not in standing:
        messages.info(request, "That warning is not given any more, or it has been waived already.")
        return redirect(page_of(item))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        who: dict[str, Any] = {"by": request.user, "at": timezone.now()}
        try:
            reviewing.waive(item, standing[warning], reason=form.cleaned_data["reason"], **who)
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, "The warning is waived. The reason is kept and listed.")
            return redirect(page_of(item))
    return _small_page(
        request,
        item,
        title=f"Let a warning stand: {item}",
        button="Let it stand",
        form=form,
        warning=standing[warning],
    )


@never_cache
@require_safe
@csp_update(PREVIEW_POLICY)  # type: ignore[arg-type]
def preview(request: HttpRequest, kind: str, pk: int, way: str) -> HttpResponse:
    """The public page of a draft, as it will be. What is on it can be read and not sent."""
    item = item_or_404(request, kind, pk)
    if item.is_released or WAYS.get(way) not in ways_for(item):
        raise Http404("There is no such preview.")
    try:
        return drawn_as_released(request, item, WAYS[way], timezone.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(page_of(item))
