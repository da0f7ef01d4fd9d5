from django.apps import AppConfig


class InfologConfig(AppConfig):
    name = "infolog"
    verbose_name = "Information log"
