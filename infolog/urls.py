from django.urls import path

from . import ask_views, feeds, views
from .exporting import views as exporting

app_name = "infolog"

urlpatterns = [
    path("ask/", ask_views.ask, name="ask"),
    path("questions/<slug:reference>/", ask_views.question, name="question"),
    path("questions/<slug:reference>/withdraw/", ask_views.withdraw, name="withdraw"),
    path("answering/<str:token>/", ask_views.respond, name="force"),
    path("log/", views.log, name="log"),
    path("log/numbers/", views.in_numbers, name="numbers"),
    path("log/topics/<slug:topic>.atom", feeds.topic_feed, name="topic-feed"),
    path("log/table/", views.table, name="table"),
    path("log/export/<slug:columns>.<slug:ending>", exporting.download, name="export"),
    path("log.csv", views.download, name="csv"),
    path("log/<slug:slug>/", views.request_page, name="request"),
]
