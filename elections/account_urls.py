"""Signing in by code and signing out, and a candidate's agents.

The names that begin with “account” are allauth's own. Two of them have nothing behind them here:
it asks for their addresses, but the portal has no password and no sign-up.
"""

from django.urls import path

from . import agent_views, sign_in_views

urlpatterns = [
    path("login/", sign_in_views.to_code_page, name="account_login"),
    path("login/code/", sign_in_views.request_code, name="account_request_login_code"),
    path("login/code/confirm/", sign_in_views.confirm_code, name="account_confirm_login_code"),
    path("logout/", sign_in_views.sign_out, name="account_logout"),
    path("inactive/", sign_in_views.inactive, name="account_inactive"),
    path("signup/", sign_in_views.no_such_page, name="account_signup"),
    path("agents/", agent_views.agents, name="agents"),
    path("agents/<int:pk>/end/", agent_views.end, name="agent-end"),
    path("agents/<int:pk>/invite-again/", agent_views.invite_again, name="agent-invite-again"),
]
