from django.contrib import admin
from django.urls import include, path

from elections.looking_views import start as start_looking
from elections.standing_views import standing, standing_received
from elections.views import candidates, election_list, key_dates
from releases.page_cache import public_page

from . import my_calendar, my_page, pages, views

handler400 = "pcc_portal.error_pages.bad_request"
handler403 = "pcc_portal.error_pages.permission_denied"
handler404 = "pcc_portal.error_pages.page_not_found"
handler500 = "pcc_portal.error_pages.server_error"

# Rooms below the releases know nothing of them, so their public pages are kept here.
election_frame = (
    [
        path("dates/", public_page(key_dates), name="key-dates"),
        path("candidates/", public_page(candidates), name="candidates"),
        path("candidates/standing/", standing, name="standing"),
        path("candidates/standing/received/", standing_received, name="standing-received"),
    ],
    "elections",
)

urlpatterns = [
    path("", views.home, name="home"),
    path("", include(pages.urlpatterns)),
    path("elections/", public_page(election_list), name="elections"),
    path("my-page/", my_page.my_page, name="my-page"),
    path("my-page/data/", my_page.own_data_file, name="own-data"),
    path("my-page/calendar/new/", my_calendar.new_address, name="new-calendar-address"),
    path("my-page/calendar/<slug:key>.ics", my_calendar.my_calendar, name="my-calendar"),
    path("account/", include("elections.account_urls")),
    path("admin/looking/", start_looking, name="start-looking"),
    path("admin/", admin.site.urls),
    # An election's address is the first part of everything that belongs to it.
    path("<slug:election_slug>/", views.election, name="election"),
    path("<slug:election_slug>/", include(election_frame)),
    path("<slug:election_slug>/", include("briefings.urls")),
    path("<slug:election_slug>/", include("workshops.urls")),
    path("<slug:election_slug>/", include("infolog.urls")),
]
