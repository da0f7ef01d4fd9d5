"""Signing in by code and signing out: the only account pages there are.

The names are allauth's own. Two of them have nothing behind them here: it asks for their
addresses, but the portal has no password and no sign-up.
"""

from django.urls import path

from . import sign_in_views, staff_views

urlpatterns = [
    path("login/", sign_in_views.to_code_page, name="account_login"),
    path("login/code/", sign_in_views.request_code, name="account_request_login_code"),
    path("login/code/confirm/", sign_in_views.confirm_code, name="account_confirm_login_code"),
    path("logout/", sign_in_views.sign_out, name="account_logout"),
    path("impartiality/", staff_views.impartiality, name="impartiality"),
    path("inactive/", sign_in_views.inactive, name="account_inactive"),
    path("signup/", sign_in_views.no_such_page, name="account_signup"),
]
