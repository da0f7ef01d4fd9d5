"""Two people at one staff form: the second is told what the first changed, and nothing is lost.

A form carries what its row and the rows of its inlines held when it was loaded. A save compares
that with what they hold now, with the rows locked. If they differ nothing is written: the form
comes back with what was typed, with the newest value wherever nothing was typed, and with the
differences above it. Saving it again is then compared with that newest version.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, router, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from .merging import Merge
from .snapshots import Snapshot, changes_of, held, in_a_sentence, read, relation_to, row_key, sign

TOKEN = "_loaded"  # noqa: S105
SENTENCE = (
    "Nothing was saved: somebody else saved this while you had it open. What they changed is shown "
    "above. Check the form, then save again."
)
NOT_DELETED = "Nothing was deleted: somebody else saved this meanwhile. Look at it again first."


class StaleSaves(admin.ModelAdmin):
    """Mix in for every ModelAdmin. ``locks_first`` names the foreign key of a row that other
    forms lock before this one, so that two saves cannot wait for each other.
    """

    locks_first = ""

    # --- what is there ------------------------------------------------------------------------

    def _rows(self, key: Any, *, is_locked: bool = False) -> list[Any]:
        """The row and the rows of its inlines; locked until the transaction ends if so asked."""
        manager = self.model._default_manager
        if is_locked and self.locks_first:
            keys = manager.filter(pk=key).values_list(self.locks_first, flat=True)
            related: Any = self.opts.get_field(self.locks_first).related_model
            list(related._default_manager.select_for_update(of=("self",)).filter(pk__in=list(keys)))
        found = []
        for model, condition in (
            (self.model, {"pk": key}),
            *(
                (inline.model, {relation_to(inline.model, self.model).name: key})
                for inline in self.inlines
            ),
        ):
            rows = model._base_manager.filter(**condition).order_by("pk")
            if is_locked:
                rows = rows.select_for_update(of=("self",))
            relations = [relation.name for relation in model._meta.many_to_many]
            found += rows.prefetch_related(*relations)
        return found

    def _snapshot(self, key: Any, *, is_locked: bool = False) -> Snapshot:
        return {
            row_key(type(row), row.pk): held(row) for row in self._rows(key, is_locked=is_locked)
        }

    def _key_of(self, object_id: str) -> Any:
        """The key an address names; nothing for what no row can have, as too great a number."""
        try:
            key = self.opts.pk.to_python(unquote(object_id))
            self.opts.pk.run_validators(key)
        except ValidationError:
            return None
        return key

    # --- the form -----------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        key = self._key_of(object_id) if object_id else None
        if key is None or (request.method == "POST" and not self._may_change(request, key)):
            # Whoever may not save it is refused without a word of what the row holds.
            return super().changeform_view(request, object_id, form_url, extra_context)
        context = {**(extra_context or {}), "loaded_name": TOKEN}
        if request.method != "POST":
            # Before the form reads the row: a change in between is then found out, not lost.
            context["loaded"] = sign(self._snapshot(key))
            return super().changeform_view(request, object_id, form_url, context)
        with transaction.atomic(using=router.db_for_write(self.model)):
            now = self._snapshot(key, is_locked=True)
            loaded = read(request.POST.get(TOKEN, ""))
            if now and loaded != now:
                merge = Merge(self, request, key, loaded or {}, now)
                request.POST = merge.posted()  # type: ignore[assignment]
                context["changed_meanwhile"] = merge.changes()
                request.changed_meanwhile = True  # type: ignore[attr-defined]
            context["loaded"] = sign(now)
            return super().changeform_view(request, object_id, form_url, context)

    def _may_change(self, request: HttpRequest, key: Any) -> bool:
        row = self.get_object(request, str(key))
        return row is not None and self.has_change_permission(request, row)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        if change and getattr(request, "changed_meanwhile", False):
            own_clean = form.clean

            def clean(self: forms.ModelForm) -> Any:
                cleaned = own_clean(self)
                self.add_error(None, ValidationError(SENTENCE, code="stale"))
                return cleaned

            form.clean = clean
        return form

    # --- deleting -----------------------------------------------------------------------------

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is not None and not self.has_delete_permission(request, row):
            raise PermissionDenied
        key = self._key_of(object_id)
        context = {**(extra_context or {}), "loaded_name": TOKEN}
        if request.method != "POST" or row is None:
            context["loaded"] = sign(self._snapshot(key))
            return super().delete_view(request, object_id, context)
        with transaction.atomic(using=router.db_for_write(self.model)):
            now = self._snapshot(key, is_locked=True)
            loaded = read(request.POST.get(TOKEN, ""))
            if now and loaded != now:
                for change in changes_of(self, loaded or {}, now):
                    messages.warning(request, in_a_sentence(change))
                messages.error(request, NOT_DELETED)
                return HttpResponseRedirect(request.get_full_path())
            return super().delete_view(request, object_id, context)

    # --- deleting several ---------------------------------------------------------------------

    def response_action(  # type: ignore[override]
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> Any:
        """Chosen rows are deleted only as they were when the question was asked."""
        if request.POST.get("action") != "delete_selected":
            return super().response_action(request, queryset)
        rows = self._chosen(request)
        if not all(self.has_delete_permission(request, row) for row in [None, *rows]):
            # Django refuses, without a word of what the rows hold.
            return super().response_action(request, queryset)
        with transaction.atomic(using=router.db_for_write(self.model)):
            is_meant = request.POST.get("post")
            keys = [row.pk for row in rows]
            now: Snapshot = {}
            for key in keys:
                now |= self._snapshot(key, is_locked=bool(is_meant))
            loaded = read(request.POST.get(TOKEN, ""))
            if is_meant and loaded != now:
                for change in changes_of(self, loaded or {}, now):
                    messages.warning(request, in_a_sentence(change))
                messages.error(request, NOT_DELETED)
                return None
            response = super().response_action(request, queryset)
            if isinstance(response, TemplateResponse) and response.context_data is not None:
                response.context_data["loaded_name"] = TOKEN
                response.context_data["loaded"] = sign(now)
            return response

    def _chosen(self, request: HttpRequest) -> list[Any]:
        """The ticked rows, those too that a change has meanwhile taken out of the filtered list."""
        keys = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        numbers = [int(key) for key in keys if key.isascii() and key.isdigit()]
        return list(self.get_queryset(request).filter(pk__in=numbers).order_by("pk"))
