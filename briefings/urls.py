from django.urls import path

app_name = "briefings"

urlpatterns: list = []
