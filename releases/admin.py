from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django_q.models import Failure, OrmQ, Schedule, Success

from pcc_portal.staff_admin import StaffAdmin
from pcc_portal.staff_forms import FIELDS

from .finding_panel import tell_findings
from .models import ReleasableItem, ReleasableQuerySet, Release, items_of
from .releasing import ReleaseRefused, release, release_items, title_of


def _uk_time(moment: Any) -> str:
    local = timezone.localtime(moment)
    return f"{date_format(local, 'j F Y, H:i')} {local.tzname()}"


@admin.display(description="state", ordering="release__released_at")
def state(item: ReleasableItem) -> str:
    """What the public would be told of it: a draft, due at a time, or released at one."""
    if item.release is None:
        return "Draft"
    if item.release.released_at:
        return f"Released {_uk_time(item.release.released_at)}"
    if item.release.due_at:
        return f"Due {_uk_time(item.release.due_at)}"
    return "Draft, in a release"


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


class ReleasableAdmin(Releasing):
    """The staff page of anything that is released: open while a draft, frozen once released."""

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
    def release_now(self, request: HttpRequest, queryset: ReleasableQuerySet) -> None:
        items: list[Any] = list(queryset.drafts().select_related("election"))
        elections = {item.election for item in items}
        if len(elections) != 1 or len(items) != queryset.count():
            self.message_user(
                request, "Choose drafts of one election: nothing was released.", messages.ERROR
            )
            return
        try:
            done = release_items(
                items,
                election=elections.pop(),
                title=title_of(items),
                at=timezone.now(),
                by=request.user,  # type: ignore[arg-type]
            )
        except ReleaseRefused as refused:
            self.message_user(request, refused.sentence, messages.ERROR)
        else:
            self.message_user(
                request, f"Released at {_uk_time(done.released_at)}: {done}.", messages.SUCCESS
            )


# The job queue is the worker's own: whoever could write to it could run any code.
admin.site.unregister([Failure, OrmQ, Schedule, Success])


@admin.register(Release)
class ReleaseAdmin(Releasing):
    """Bundles: what becomes known together, now or at a set time."""

    formfield_overrides = FIELDS
    list_display = ("title", "election", "due_at", "released_at", "created_by")
    list_filter = ("election",)
    list_select_related = ("election", "created_by")
    fields = ("title", "election", "due_at", "holds", "released_at", "created_by")
    readonly_fields = ("holds", "released_at", "created_by")
    actions = ("release_now",)

    @admin.display(description="in this release")
    def holds(self, obj: Release) -> str:
        items = items_of(obj) if obj.pk else []
        return "; ".join(f"{item._meta.verbose_name}: {item}" for item in items) or "Nothing yet"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and is_open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and is_open(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Setting a time is releasing: at that time it becomes known."""
        return (*self.readonly_fields, *(() if may_release(request) else ("due_at",)))

    def save_model(self, request: HttpRequest, obj: Release, form: ModelForm, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    @admin.action(description="Release now", permissions=["release"])
    def release_now(self, request: HttpRequest, queryset: QuerySet[Release]) -> None:
        for chosen in queryset:
            try:
                done = release(chosen, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
            except ReleaseRefused as refused:
                self.message_user(request, refused.sentence, messages.ERROR)
            else:
                self.message_user(
                    request, f"Released at {_uk_time(done.released_at)}: {done}.", messages.SUCCESS
                )
