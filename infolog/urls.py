from django.urls import path

app_name = "infolog"

urlpatterns: list = []
