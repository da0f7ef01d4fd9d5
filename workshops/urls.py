from django.urls import path

from . import views

app_name = "workshops"

urlpatterns = [
    path("programme/", views.programme, name="programme"),
    path("programme/by-day/", views.programme_by_day, name="programme-by-day"),
    path("programme/print/", views.programme_sheet, name="programme-sheet"),
    path("programme.ics", views.calendar, name="calendar"),
    path("programme/<slug:slug>/", views.event, name="event"),
]
