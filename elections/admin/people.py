from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Field, ManyToManyField, Model, QuerySet
from django.forms import CheckboxSelectMultiple, ModelForm
from django.http import HttpRequest
from django.utils import timezone

from elections import second_factor
from elections.models import User
from elections.models.user import NOT_STAFF, OFFICE_HOLDER
from elections.roles import GIVE_ROLES, NOT_BLIND, NOT_TOGETHER, ROLES, role_of
from elections.sessions import end_sessions
from pcc_portal.staff_admin import StaffAdmin

# Rights hang on the user, and sign-in reads the user's own address.
admin.site.unregister([Group, EmailAddress])


def _role_in_words(group: Group) -> str:
    role = role_of(group)
    return f"{role.label}: {ROLES[role].says}"


# Who somebody is to the office; given by an administrator, and by nobody to themselves.
RIGHTS = ("is_staff", "groups", "is_office_holder", "is_superuser")


class UserForm(ModelForm):
    """Roles are rows of their own, saved after the user: what they may not be is asked here."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("groups"):
            if cleaned.get("is_office_holder"):
                self.add_error("groups", ValidationError(OFFICE_HOLDER, code="office_holder"))
            elif not cleaned.get("is_staff"):
                self.add_error("groups", ValidationError(NOT_STAFF, code="not_staff"))
            elif {role_of(group) for group in cleaned["groups"]} >= NOT_TOGETHER:
                self.add_error("groups", ValidationError(NOT_BLIND, code="not_blind"))
        return cleaned

    def _post_clean(self) -> None:
        # The roles it has now give way to the ones chosen, so only those count.
        self.instance.has_roles_chosen = "groups" in self.fields
        super()._post_clean()


@admin.register(User)
class UserAdmin(StaffAdmin):
    """People who can sign in, with a code sent by mail. There are no passwords."""

    form = UserForm
    list_display = ("name", "email", "is_staff", "roles", "is_active", "stands_in", "last_login")
    list_filter = ("is_staff", "is_active", "is_office_holder")
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
        ("What they may do", {"fields": ("is_active", *RIGHTS)}),
        ("Record", {"fields": ("last_login", "joined_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("candidacies__election", "groups")

    @admin.display(description="roles")
    def roles(self, obj: User) -> str:
        return "; ".join(str(role_of(group).label) for group in obj.groups.all())

    @admin.display(description="candidate in")
    def stands_in(self, obj: User) -> str:
        return "; ".join(str(candidacy.election) for candidacy in obj.candidacies.all())

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "is_superuser":
            kwargs["label"] = "May do everything"
            kwargs["help_text"] = "May change everything on the staff pages, other users too."
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name != "groups":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        field: Any = db_field.formfield(
            widget=CheckboxSelectMultiple,
            label="Roles",
            help_text="What a member of staff may do. One person can have several roles.",
        )
        field.label_from_instance = _role_in_words
        return field

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """The right to do everything is a matter of those who have it: others do not see it."""
        if request.user.is_superuser:
            return self.fieldsets
        return [
            (name, options | {"fields": [f for f in options["fields"] if f != "is_superuser"]})
            for name, options in self.fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody gives themselves a role, and only whoever may do everything gives that right."""
        readonly = self.readonly_fields
        if not request.user.has_perm(GIVE_ROLES) or obj == request.user:
            return (*readonly, *RIGHTS)
        return readonly if request.user.is_superuser else (*readonly, "is_superuser")

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
        if request.user.is_superuser or not isinstance(obj, User) or obj == request.user:
            return True
        if obj.is_superuser:
            return False
        return not obj.is_staff or request.user.has_perm(GIVE_ROLES)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        elif not obj.is_staff:
            obj.groups.clear()  # or the database refuses: a role needs a member of staff
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            # Otherwise a code could still be had at the address they no longer use.
            EmailAddress.objects.filter(user=obj).delete()
            # Whoever signed in at that address signs in again at the new one.
            here = request.session.session_key
            end_sessions(obj, at=timezone.now(), request=request, keep=here)
        if change and "is_active" in form.changed_data and not obj.is_active:
            end_sessions(obj, at=timezone.now(), request=request)
