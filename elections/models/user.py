from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    """Makes users who have no password: everyone signs in with a code sent by mail."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, email: str, name: str = "", **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), name=name, **fields)
        user.set_unusable_password()
        user.full_clean()
        user.save(using=self._db)
        return user

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
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="Someone already signs in with this e-mail address.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
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
