from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    name = "workshops"
    verbose_name = "Workshops and meetings"

    def ready(self) -> None:
        from . import bounces  # noqa: F401  it listens
