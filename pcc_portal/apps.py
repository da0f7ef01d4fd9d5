from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import pre_migrate

from .after_migrations import after_migrations


def _make_way(using: str, **_: Any) -> None:
    from .triggers import take_away_triggers

    take_away_triggers(connections[using])


def _put_triggers(using: str) -> None:
    from .history import forbid_changes_of_history

    forbid_changes_of_history(using)


class PortalConfig(AppConfig):
    name = "pcc_portal"

    def ready(self) -> None:
        pre_migrate.connect(_make_way)
        after_migrations(_put_triggers)
