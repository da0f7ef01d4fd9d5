from django.apps import AppConfig


class ElectionsConfig(AppConfig):
    name = "elections"
    verbose_name = "Elections and people"

    def ready(self) -> None:
        from .sign_in_recording import connect

        connect()
