from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django_q.models import Failure, OrmQ, Schedule, Success

from pcc_portal.desk import DueFilter
from pcc_portal.staff_admin import StaffAdmin
from pcc_portal.staff_forms import FIELDS
from pcc_portal.templatetags.portal import uk_time

from . import (
    bundle_views,
    ledger_admin,  # noqa: F401 registers the staff pages of the ledger
    step_views,
)
from .finding_panel import tell_findings
from .models import ReleasableItem, ReleasableQuerySet, Release, Review, Waiver, items_of
from .releasing import LATE_AT_MOST, ReleaseRefused, release_items, title_of
from .reviewing import standing_step
from .states import State, state_of, states_of
from .steps import panel


def _uk_time(moment: Any) -> str:
    local = timezone.localtime(moment)
    return f"{date_format(local, 'j F Y, H:i')} {local.tzname()}"


@admin.display(description="state", ordering="release__released_at")
def state(item: Any) -> str:
    """Where it stands on its way, and at which time it became known or will."""
    if item.pk is None:
        return str(State.DRAFT.label)
    # A list asks for all its rows at once (ItemList).
    word = getattr(item, "state_in_list", None) or state_of(item, timezone.now())
    if item.release is None:
        return str(word.label)
    if item.release.released_at:
        return f"{word.label}: {_uk_time(item.release.released_at)}"
    if item.release.due_at and word == State.SCHEDULED:
        return f"{word.label}: {_uk_time(item.release.due_at)}"
    if item.release.due_at:
        return f"{word.label}, not approved for {_uk_time(item.release.due_at)}"
    return f"{word.label}, in a release"


class ItemList(ChangeList):
    """A list of items that knows the state of each, in as many queries for many as for one."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        states = states_of(rows, timezone.now())
        for row in rows:
            row.state_in_list = states[row.pk]
        self.result_list = rows


class UndoesApproval(StaffAdmin):
    """A page on which an item, or a part of one, is changed: it tells that an approval is undone,
    before (``is_undone_by_saving``) and after.

    ``item_of`` gives the item a row of this page belongs to.
    """

    def item_of(self, row: Any) -> ReleasableItem:
        item: ReleasableItem = row
        return item

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        item = self.item_of(row) if row and self.has_change_permission(request, row) else None
        was_approved = bool(item and _is_approved(item))
        context = {"is_undone_by_saving": was_approved} | (extra_context or {})
        response = super().change_view(request, object_id, form_url, context)
        if (
            was_approved
            and item
            and response.status_code == HTTPStatus.FOUND
            and not _is_approved(item)
        ):
            self.message_user(
                request,
                f"“{item}” had been approved. Your change has undone that: put it in for review "
                "again.",
                messages.WARNING,
            )
        return response


def _is_approved(item: ReleasableItem) -> bool:
    step = standing_step(item)
    return step is not None and step.step in (Review.Step.APPROVED, Review.Step.OVERRIDDEN)


def may_release(request: HttpRequest) -> bool:
    """Whether the person may make things known, now or by setting a time."""
    return request.user.has_perm("releases.release_items")


def is_open(request: HttpRequest, obj: Any) -> bool:
    """Whether a row can still be changed: what is released by nobody, what is due only by those
    who may release, for at its time it becomes known without anyone looking again.
    """
    if obj is None:
        return True
    bundle: Release | None = obj if isinstance(obj, Release) else obj.release
    if bundle is None:
        return True
    return not bundle.is_released and (bundle.due_at is None or may_release(request))


class ReleasedPartInline:
    """Parts of a released item can be read, not changed. Mix in before an inline class."""

    formfield_overrides = FIELDS

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """In a table of inputs each says its own name: the heading above it is not its label."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field:
            field.widget.attrs.setdefault("aria-label", capfirst(db_field.verbose_name))
        return field

    def _is_open(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or not obj.is_released

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._is_open(request, obj) and super().has_add_permission(request, obj)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._is_open(request, obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._is_open(request, obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]


class Releasing(StaffAdmin):
    """Releasing is a right of its own, whoever may change what is released."""

    def has_release_permission(self, request: HttpRequest) -> bool:
        return may_release(request)


class ReleasableAdmin(UndoesApproval, Releasing):
    """The staff page of anything that is released: open while a draft, frozen once released."""

    change_form_template = "admin/releases/item_change_form.html"

    list_display = ("__str__", "election", "audience", "version", state)
    list_filter = ("election", "audience")
    list_select_related = ("election", "release")
    formfield_overrides = FIELDS
    actions = ("release_now",)
    # In every fieldset list: first what it is, last who sees it and when.
    release_fieldset = (
        "Who sees it, and when",
        {"fields": ("election", "slug", "audience", "release")},
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("release", "election__office")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.with_note(obj, super().get_fieldsets(request, obj))

    def with_note(self, obj: Any, fieldsets: Any) -> Any:
        """A later version begins with what readers are told of it."""
        if obj is None or obj.version == 1:
            return fieldsets
        return [("What is new in this version", {"fields": ("change_note",)}), *fieldsets]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ItemList

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        item = self.get_object(request, unquote(object_id))
        context = extra_context or {}
        if item is not None and self.has_view_permission(request, item):
            is_mine = self.has_change_permission(request, item)
            context |= {
                "panel": panel(item, request.user, timezone.now(), is_open=is_mine),
                "opts_change": f"admin:{self.opts.app_label}_{self.opts.model_name}_change",
            }
        return super().change_view(request, object_id, form_url, context)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and is_open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and is_open(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "release":
            kwargs["queryset"] = Release.objects.filter(released_at=None)
            if not may_release(request):
                kwargs["queryset"] = kwargs["queryset"].filter(due_at=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def view_on_site(self, obj: Any) -> str | None:
        """A draft is not on the site."""
        return obj.get_absolute_url() if obj.is_released else None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        tell_findings(context, kwargs.get("obj"))
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """A draft that something released points to stays: the database says so."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError:
            return self._keep(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        try:
            with transaction.atomic():
                return super().changelist_view(request, extra_context)
        except IntegrityError:
            return self._keep(request)

    def _keep(self, request: HttpRequest) -> HttpResponse:
        sentence = "Something that has been released points to this: nothing was deleted."
        self.message_user(request, sentence, messages.ERROR)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    @admin.action(description="Release the chosen items now, together", permissions=["release"])
    def release_now(
        self, request: HttpRequest, queryset: ReleasableQuerySet
    ) -> HttpResponse | None:
        items: list[Any] = list(queryset.drafts().select_related("election"))
        elections = {item.election for item in items}
        if len(elections) != 1 or len(items) != queryset.count():
            self.message_user(
                request, "Choose drafts of one election: nothing was released.", messages.ERROR
            )
            return None
        election = elections.pop()

        def act() -> Release:
            return release_items(
                items,
                election=election,
                title=title_of(items),
                at=timezone.now(),
                by=request.user,  # type: ignore[arg-type]
            )

        if "confirmed" not in request.POST:
            return self._ask_first(request, items, act)
        try:
            done = act()
        except ReleaseRefused as refused:
            self.message_user(request, refused.sentence, messages.ERROR)
        else:
            self.message_user(request, bundle_views.told_of(done), messages.SUCCESS)
        return None

    def _ask_first(
        self, request: HttpRequest, items: list[Any], act: Callable[[], Release]
    ) -> HttpResponse:
        """What would be released and who would be told; the same form, posted again, does it."""
        election = items[0].election
        hidden = [("action", "release_now"), ("confirmed", "yes")]
        hidden += [(ACTION_CHECKBOX_NAME, item.pk) for item in items]
        return bundle_views.page(
            request,
            "release_preview",
            title=f"Release now: {title_of(items)}",
            hidden=hidden,
            back=request.get_full_path(),
            **bundle_views.preview_of(items, election, act),
        )


from . import mail_admin  # noqa: E402, F401  it registers

# The job queue is the worker's own: whoever could write to it could run any code.
admin.site.unregister([Failure, OrmQ, Schedule, Success])


@admin.register(Release)
class ReleaseAdmin(Releasing):
    """Bundles: what becomes known together, now or at a set time."""

    change_form_template = "admin/releases/release_change_form.html"
    formfield_overrides = FIELDS
    list_display = ("title", "election", "due_at", "released_at", "created_by")
    list_filter = ("election",)
    list_select_related = ("election", "created_by")
    fields = ("title", "election", "holds", "due", "released", "created_by")
    readonly_fields = ("holds", "due", "released", "created_by")
    actions = ("release_now",)

    @admin.display(description="in this release")
    def holds(self, obj: Release) -> str:
        items = items_of(obj) if obj.pk else []
        rows = [(step_views.page_of(item), item.kind_in_words, item, state(item)) for item in items]
        listed = format_html_join("", '<li>{1}: <a href="{0}">{2}</a> ({3})</li>', rows)
        return format_html("<ul>{}</ul>", listed) if rows else "Nothing yet"

    @admin.display(description="release at")
    def due(self, obj: Release) -> str:
        return uk_time(obj.due_at) or "No time is set"

    @admin.display(description="released")
    def released(self, obj: Release) -> str:
        return uk_time(obj.released_at) or "Not yet"

    def get_urls(self) -> list[Any]:
        site = self.admin_site
        return [*step_views.urls(site), *bundle_views.urls(site), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        bundle = self.get_object(request, unquote(object_id))
        late = timezone.now() - LATE_AT_MOST
        context = {
            "bundle": bundle,
            "may_release": may_release(request),
            "is_too_late": bundle is not None
            and not bundle.is_released
            and bundle.due_at is not None
            and bundle.due_at < late,
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and is_open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and is_open(request, obj)

    def save_model(self, request: HttpRequest, obj: Release, form: ModelForm, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    @admin.action(description="Release now", permissions=["release"])
    def release_now(self, request: HttpRequest, queryset: QuerySet[Release]) -> HttpResponse | None:
        """Leads to the page that says what will happen: one release at a time."""
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            sentence = "Choose one release: each is looked at before it is released."
            self.message_user(request, sentence, messages.ERROR)
            return None
        return redirect("admin:releases_release_now", chosen[0].pk)


class Record(admin.ModelAdmin):
    """What the portal itself wrote down: read, and changed by nobody."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Review)
class ReviewAdmin(Record):
    """Every step of every item: put in for review, approved, sent back, done without a second."""

    list_display = ("item", "step", "by", "at", "reason", "election")
    list_filter = (DueFilter, "step", "election")
    list_select_related = ("by", "election", "kind")
    fields = ("item", "step", "by", "at", "reason", "answers", "content_hash", "election")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        return super().get_queryset(request).prefetch_related("item")

    @admin.display(description="of")
    def item(self, step: Review) -> str:
        item: Any = step.item
        if item is None:
            return f"{step.kind.name} number {step.item_id}, since deleted"
        return format_html(
            '{}: <a href="{}">{}</a>', item.kind_in_words, step_views.page_of(item), item
        )

    @admin.display(description="checklist")
    def answers(self, step: Review) -> str:
        return " ".join(f"{question} {answer.capitalize()}." for question, answer in step.checklist)


@admin.register(Waiver)
class WaiverAdmin(Record):
    """Every warning that was let stand, and why."""

    list_display = ("slug", "sentence", "reason", "by", "at", "election")
    list_filter = ("election", "kind", "code")
    list_select_related = ("by", "election")
