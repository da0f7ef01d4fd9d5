from django.apps import AppConfig

from .after_migrations import after_migrations


def _put_triggers(using: str) -> None:
    from .history import forbid_changes_of_history

    forbid_changes_of_history(using)


class PortalConfig(AppConfig):
    name = "pcc_portal"

    def ready(self) -> None:
        after_migrations(_put_triggers)
