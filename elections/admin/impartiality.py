from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from elections.models import ImpartialityDeclaration


@admin.register(ImpartialityDeclaration)
class ImpartialityDeclarationAdmin(admin.ModelAdmin):
    """Who confirmed what and when. To be read only: staff confirm on a page of their own."""

    list_display = ("user", "version", "confirmed_at")
    list_filter = ("version",)
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email")
    fields = ("user", "version", "wording", "confirmed_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
