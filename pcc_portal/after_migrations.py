from collections.abc import Callable
from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


def after_migrations(act: Callable[[str], None]) -> None:
    """Have ``act(using)`` called once every app has its tables and permissions, each time anew.

    Triggers need that: SQLite drops those of a table it alters. Call it in ``AppConfig.ready``.
    """

    def called(sender: AppConfig, using: str, **_: Any) -> None:
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        if sender is last:
            act(using)

    post_migrate.connect(called, weak=False)
