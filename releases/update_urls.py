"""Public releases by mail and as feeds. Those of one election stand under its address."""

from django.urls import path

from . import feeds, update_views
from .page_cache import public_page

app_name = "updates"

urlpatterns = [
    path("updates.atom", public_page(feeds.everything), name="feed-of-all"),
    path("updates/stop/<str:token>/", update_views.stop_subscription, name="stop"),
    path("<slug:election_slug>/updates/", update_views.subscribe, name="subscribe"),
    path("<slug:election_slug>/updates/received/", update_views.received, name="received"),
    path("<slug:election_slug>/updates/confirmed/", update_views.confirmed, name="confirmed"),
    path(
        "<slug:election_slug>/updates/confirm/<str:token>/",
        update_views.confirm_subscription,
        name="confirm",
    ),
    path("<slug:election_slug>/updates.atom", public_page(feeds.of_election), name="feed"),
]
