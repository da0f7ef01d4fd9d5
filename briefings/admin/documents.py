from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminFileWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.html import format_html

from briefings.files import as_attachment
from briefings.models import Document
from pcc_portal.staff_forms import FIELDS
from releases.admin import ReleasableAdmin, state


@dataclass
class StoredFile:
    """A stored file as the form shows it: by the name it has for readers, with a working link."""

    document: Document

    def __str__(self) -> str:
        return self.document.file_name

    @property
    def url(self) -> str:
        return reverse("admin:briefings_document_file", args=[self.document.pk])


class StoredFileWidget(AdminFileWidget):
    """Leads to the staff’s own view of the file: stored files have no address of their own."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if context["widget"]["is_initial"]:
            context["widget"]["value"] = StoredFile(value.instance)
        return context


@admin.register(Document)
class DocumentAdmin(ReleasableAdmin):
    list_display = (
        "title",
        "publisher",
        "published_on",
        "category",
        "format",
        "election",
        "audience",
        state,
    )
    list_filter = ("election", "audience", "category")
    search_fields = ("title", "publisher", "summary")
    date_hierarchy = "published_on"
    prepopulated_fields = {"slug": ("title",)}
    formfield_overrides = {
        **FIELDS,
        models.FileField: {"widget": StoredFileWidget},
    }
    readonly_fields = ("stored_file",)

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None) -> Any:
        is_open = obj is None or self.has_change_permission(request, obj)
        file = "file" if is_open else "stored_file"
        fieldsets = (
            (None, {"fields": ("title", "summary", "publisher", "published_on", "category")}),
            (
                "The document itself",
                {
                    "fields": (file, "link"),
                    "description": "Upload a file, or give the link to its publisher’s page.",
                },
            ),
            self.release_fieldset,
        )
        return self.with_note(obj, fieldsets)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        is_open = obj is None or self.has_change_permission(request, obj)
        return super().get_prepopulated_fields(request, obj) if is_open else {}

    @admin.display(description="file")
    def stored_file(self, obj: Document) -> str:
        if not obj.file:
            return "None: it is a link"
        file = StoredFile(obj)
        return format_html('<a href="{}">{}</a> ({})', file.url, file, obj.format)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        file_view = self.admin_site.admin_view(self.file_view)
        return [
            path("<int:pk>/file/", file_view, name="briefings_document_file"),
            *super().get_urls(),
        ]

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file of a document for staff, drafts too, so that they can check it."""
        document = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, document):
            raise PermissionDenied
        return as_attachment(request, document)
