from django.apps import AppConfig

from pcc_portal.after_migrations import after_migrations


def _prepare_staff(using: str) -> None:
    from .roles import bring_roles
    from .staff_rows import forbid_what_staff_may_not_be

    forbid_what_staff_may_not_be(using)
    bring_roles(using)


class ElectionsConfig(AppConfig):
    name = "elections"
    verbose_name = "Elections and people"

    def ready(self) -> None:
        after_migrations(_prepare_staff)
