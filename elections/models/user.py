from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from pcc_portal.history import History

OFFICE_HOLDER = (
    "A sitting commissioner or deputy can be a candidate, but never a member of the office’s "
    "staff, and has no staff role."
)
NOT_STAFF = "Only a member of staff has a role."


class UserManager(BaseUserManager["User"]):
    """Makes users who have no password: everyone signs in with a code sent by mail."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """All small letters, without spaces around it.

        Whoever signs in is looked up by the small letters of what they typed, and exactly.
        """
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, email: str, name: str = "", **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), name=name, **fields)
        user.set_unusable_password()
        user.full_clean()
        user.save(using=self._db)
        return user

    def staff_without_role(self) -> "models.QuerySet[User]":
        """Those who can open the staff pages and find nothing there."""
        return self.filter(is_staff=True, is_active=True, is_superuser=False, groups=None)

    def create_superuser(self, email: str, name: str = "", **fields: Any) -> "User":
        """For ``createsuperuser``; a password given to it is not kept."""
        fields.pop("password", None)
        return self.create_user(email, name, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who can sign in: a candidate, an agent, or a member of the office's staff."""

    email = models.EmailField("e-mail address")
    name = models.CharField("full name", max_length=150)
    is_staff = models.BooleanField(
        "member of staff", default=False, help_text="May open the staff pages."
    )
    is_active = models.BooleanField(
        "can sign in", default=True, help_text="Clear this to end access; nothing is deleted."
    )
    is_office_holder = models.BooleanField(
        "holds the office now",
        default=False,
        help_text="The sitting commissioner or deputy. They can be a candidate, never staff.",
    )
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    # Set by a form that chooses the roles anew and checks them itself.
    has_roles_chosen = False

    history = History(excluded_fields=["password", "last_login"])
    history_personal = ("email", "name")
    objects = UserManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="Someone already signs in with this e-mail address.",
            ),
            # One for each right: a form without one of the fields skips the constraint it is in.
            *(
                models.CheckConstraint(
                    condition=models.Q(("is_office_holder", False)) | models.Q((right, False)),
                    name=f"user_office_holder_{right}",
                    violation_error_code="office_holder",
                    violation_error_message=OFFICE_HOLDER,
                )
                for right in ("is_staff", "is_superuser")
            ),
        ]
        permissions = [
            ("give_roles", "Can give staff their roles"),
            ("read_audit", "Can read what was changed, by whom and when"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        # What the row itself says is the constraint's to refuse; roles are rows of their own.
        is_barred = self.is_office_holder or not self.is_staff
        if self.pk and is_barred and not self.has_roles_chosen and self.groups.exists():
            if self.is_office_holder:
                raise ValidationError(OFFICE_HOLDER, code="office_holder")
            raise ValidationError(NOT_STAFF, code="not_staff")
        if self.pk and self.is_office_holder and self.user_permissions.exists():
            raise ValidationError(OFFICE_HOLDER, code="office_holder")
        self.email = type(self).objects.normalize_email(self.email)
        if self.is_staff and self.pk:
            if self.candidacies.all().briefed_from(timezone.localdate()).exists():
                raise ValidationError(
                    "A candidate cannot be a member of the office’s staff.", code="candidate"
                )
            if self.agencies.all().active().exists():
                raise ValidationError(
                    "A candidate’s agent cannot be a member of the office’s staff.", code="agent"
                )

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
