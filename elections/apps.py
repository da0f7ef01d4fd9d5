from typing import Any

from allauth.account.signals import user_logged_in
from django.apps import AppConfig
from django.utils import timezone


def _take_up(user: Any, **_: Any) -> None:
    from .invitations import take_up

    take_up(user, timezone.now())


class ElectionsConfig(AppConfig):
    name = "elections"
    verbose_name = "Elections and people"

    def ready(self) -> None:
        from .sign_in_recording import connect

        connect()
        user_logged_in.connect(_take_up, sender=None)
