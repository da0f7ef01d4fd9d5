from django.urls import path

from .views import documents, figures, newsletters

app_name = "briefings"

urlpatterns = [
    path("newsletters/", newsletters.newsletter_list, name="newsletters"),
    path("newsletters/<slug:slug>/", newsletters.newsletter, name="newsletter"),
    path("documents/", documents.document_list, name="documents"),
    path("documents/<slug:slug>/", documents.document, name="document"),
    path("documents/<slug:slug>/file/", documents.document_file, name="document-file"),
    path("figures/", figures.figure_list, name="figures"),
    path("figures/<slug:slug>/", figures.figure, name="figure"),
    path("statements/<slug:slug>/", figures.statement, name="statement"),
    path("statements/<slug:slug>.csv", figures.statement_csv, name="statement-csv"),
]
