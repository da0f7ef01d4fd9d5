from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Field, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from elections import second_factor
from elections.models import User
from elections.sessions import end_sessions

# Rights hang on the user, and sign-in reads the user's own address.
admin.site.unregister([Group, EmailAddress])


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """People who can sign in, with a code sent by mail. There are no passwords."""

    list_display = ("name", "email", "is_staff", "is_active", "stands_in", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("name", "email")
    readonly_fields = ("last_login", "joined_at")
    actions = ("sign_out_everywhere", "remove_second_factor")
    fieldsets = (
        (
            "Who",
            {
                "fields": ("email", "name"),
                "description": "They sign in with a code sent to this address. There is no "
                "password to give out.",
            },
        ),
        ("What they may do", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Record", {"fields": ("last_login", "joined_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("candidacies__election")

    @admin.display(description="candidate in")
    def stands_in(self, obj: User) -> str:
        return "; ".join(str(candidacy.election) for candidacy in obj.candidacies.all())

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "is_superuser":
            kwargs["label"] = "May do everything"
            kwargs["help_text"] = "May change everything on the staff pages, other users too."
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        rights = () if request.user.is_superuser else ("is_staff", "is_superuser")
        return (*self.readonly_fields, *rights)

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Ends what is open; a new code is sent to whoever may still sign in and asks for it."""
        chosen = [user for user in queryset if self._may_touch(request, user)]
        for user in chosen:
            end_sessions(user, at=timezone.now(), request=request)
        told = ", ".join(str(user) for user in chosen) or "Nobody"
        self.message_user(request, f"Signed out everywhere: {told}.")

    @admin.action(description="Remove the second factor they have lost", permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For somebody who has lost phone, key and recovery codes. They set up a new one."""
        chosen = [user for user in queryset if self._may_touch(request, user)]
        for user in chosen:
            second_factor.forget(user, request=request)
        told = ", ".join(str(user) for user in chosen) or "Nobody"
        self.message_user(request, f"Removed, and signed out everywhere: {told}.")

    def _may_touch(self, request: HttpRequest, obj: Model | None) -> bool:
        """Whoever sets a person's address can sign in as that person."""
        return request.user.is_superuser or not (isinstance(obj, User) and obj.is_staff)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            # Otherwise a code could still be had at the address they no longer use.
            EmailAddress.objects.filter(user=obj).delete()
        if change and "is_active" in form.changed_data and not obj.is_active:
            end_sessions(obj, at=timezone.now(), request=request)
