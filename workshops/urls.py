from django.urls import path

from . import booking_views, register_views, views, wish_views

app_name = "workshops"

urlpatterns = [
    path("programme/", views.programme, name="programme"),
    path("programme/by-day/", views.programme_by_day, name="programme-by-day"),
    path("programme/print/", views.programme_sheet, name="programme-sheet"),
    path("programme/meetings/", register_views.register, name="register"),
    path("programme/meetings.csv", register_views.register_csv, name="register-csv"),
    path("programme.ics", views.calendar, name="calendar"),
    path("programme/<slug:slug>/", views.event, name="event"),
    path("programme/<slug:slug>/book/", booking_views.choose, name="book"),
    path("programme/<slug:slug>/book/check/", booking_views.check, name="book-check"),
    path("induction/", views.induction, name="induction"),
    path("programme/<slug:slug>/wishes/", wish_views.wishes, name="wishes"),
    path("programme/<slug:slug>/no-thanks/", wish_views.no_thanks, name="no-thanks"),
    path("bookings/", booking_views.bookings, name="bookings"),
    path("bookings/<int:pk>/", booking_views.booking, name="booking"),
    path("bookings/<int:pk>/cancel/", booking_views.cancel_page, name="booking-cancel"),
    path("bookings/<int:pk>/accept/", booking_views.accept_offer, name="offer-accept"),
    path("bookings/<int:pk>/decline/", booking_views.decline_offer, name="offer-decline"),
]
