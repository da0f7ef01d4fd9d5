from typing import Any

from allauth.account.signals import user_logged_in
from django.apps import AppConfig
from django.utils import timezone

from pcc_portal.after_migrations import after_migrations


def _take_up(user: Any, **_: Any) -> None:
    from .invitations import take_up

    take_up(user, timezone.now())


def _prepare_staff(using: str) -> None:
    from .roles import bring_roles
    from .staff_rows import forbid_what_staff_may_not_be

    forbid_what_staff_may_not_be(using)
    bring_roles(using)


class ElectionsConfig(AppConfig):
    name = "elections"
    verbose_name = "Elections and people"

    def ready(self) -> None:
        from .sign_in_recording import connect

        connect()
        user_logged_in.connect(_take_up, sender=None)
        after_migrations(_prepare_staff)
