from django.urls import path

from . import views

app_name = "elections"

urlpatterns = [
    path("dates/", views.key_dates, name="key-dates"),
    path("candidates/", views.candidates, name="candidates"),
]
