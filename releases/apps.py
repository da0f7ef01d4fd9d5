from django.apps import AppConfig

from pcc_portal.after_migrations import after_migrations


def _put_triggers(using: str) -> None:
    from .immutability import forbid_changes_of_released
    from .ledger import forbid_changes_of_ledger
    from .revision import count_public_changes

    forbid_changes_of_released(using)
    forbid_changes_of_ledger(using)
    count_public_changes(using)


class ReleasesConfig(AppConfig):
    name = "releases"
    verbose_name = "Releases"

    def ready(self) -> None:
        after_migrations(_put_triggers)
