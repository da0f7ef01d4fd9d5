from django.urls import path

from . import views
from .exporting import views as exporting

app_name = "infolog"

urlpatterns = [
    path("log/", views.log, name="log"),
    path("log/table/", views.table, name="table"),
    path("log/export/<slug:columns>.<slug:ending>", exporting.download, name="export"),
    path("log.csv", views.download, name="csv"),
    path("log/<slug:slug>/", views.request_page, name="request"),
]
