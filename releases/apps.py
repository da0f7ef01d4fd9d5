from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _lock_released_rows(using: str, **_: Any) -> None:
    from .immutability import install_triggers

    install_triggers(using)


class ReleasesConfig(AppConfig):
    name = "releases"
    verbose_name = "Releases"

    def ready(self) -> None:
        # After every migration, because SQLite drops a table's triggers when it alters the table.
        post_migrate.connect(_lock_released_rows, sender=self)
