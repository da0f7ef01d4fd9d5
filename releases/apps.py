from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _put_triggers(using: str, **_: Any) -> None:
    from .immutability import forbid_changes_of_released
    from .revision import count_public_changes

    forbid_changes_of_released(using)
    count_public_changes(using)


class ReleasesConfig(AppConfig):
    name = "releases"
    verbose_name = "Releases"

    def ready(self) -> None:
        # After every migration, because SQLite drops a table's triggers when it alters the table.
        post_migrate.connect(_put_triggers, sender=self)
