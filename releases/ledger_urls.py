from django.urls import path

from . import ledger_views as views

of_election = (
    [
        path("ledger/", views.ledger, name="page"),
        path("ledger/ledger.csv", views.ledger_csv, name="csv"),
        path("ledger/ledger.json", views.ledger_json, name="json"),
        path("everything/", views.everything_so_far, name="everything"),
    ],
    "ledger",
)
of_portal = (
    [
        path("", views.heads, name="page"),
        path("heads.atom", views.heads_feed, name="feed"),
        path("chain.json", views.chain_json, name="chain"),
    ],
    "heads",
)
