from django.contrib import admin
from django.urls import include, path

from elections.views import election_list

from . import pages, views

handler400 = "pcc_portal.error_pages.bad_request"
handler403 = "pcc_portal.error_pages.permission_denied"
handler404 = "pcc_portal.error_pages.page_not_found"
handler500 = "pcc_portal.error_pages.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("", include(pages.urlpatterns)),
    path("elections/", election_list, name="elections"),
    path("account/", include("elections.account_urls")),
    path("admin/", admin.site.urls),
    # An election's address is the first part of everything that belongs to it.
    path("<slug:election_slug>/", views.election, name="election"),
    path("<slug:election_slug>/", include("elections.urls")),
    path("<slug:election_slug>/", include("briefings.urls")),
    path("<slug:election_slug>/", include("workshops.urls")),
    path("<slug:election_slug>/", include("infolog.urls")),
]
