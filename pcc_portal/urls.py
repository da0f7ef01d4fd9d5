from django.contrib import admin
from django.urls import include, path

from . import views

handler400 = "pcc_portal.error_pages.bad_request"
handler403 = "pcc_portal.error_pages.permission_denied"
handler404 = "pcc_portal.error_pages.page_not_found"
handler500 = "pcc_portal.error_pages.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("admin/", admin.site.urls),
    path("account/", include("allauth.account.urls")),
    # An election's address is the first part of everything that belongs to it.
    path("<slug:election_slug>/", include("briefings.urls")),
    path("<slug:election_slug>/", include("workshops.urls")),
    path("<slug:election_slug>/", include("infolog.urls")),
]
