from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest

from elections.models import SignInRecord

# They hold keys and session names; people manage their own on “my account”.
admin.site.unregister([Authenticator, UserSession])


@admin.register(SignInRecord)
class SignInRecordAdmin(admin.ModelAdmin):
    """What happened at the door. It is written by the portal alone; nobody adds or changes it."""

    list_display = ("at", "what", "reason", "user", "network_address")
    list_filter = ("what", "reason")
    list_select_related = ("user",)
    date_hierarchy = "at"
    search_fields = ("user__name", "user__email", "network_address")
    show_full_result_count = False
    fieldsets = (
        (
            None,
            {
                "fields": ("at", "what", "reason", "user", "network_address"),
                "description": "The record never holds a code, or an address that nobody here has.",
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SignInRecord | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SignInRecord | None = None) -> bool:
        return False
