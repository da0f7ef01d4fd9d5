"""Signing in and out, my account, the second factor, and a candidate's agents.

The names with an underscore are allauth's own. Two of them have nothing behind them here: it asks
for their addresses, but the portal has no password and no sign-up.
"""

from django.urls import path

from . import (
    account_views,
    agent_views,
    looking_views,
    second_factor_views,
    sign_in_views,
    staff_views,
)

urlpatterns = [
    path("", account_views.my_account, name="my-account"),
    path("sessions/<int:pk>/end/", account_views.end_session, name="end-session"),
    path("sessions/end-others/", account_views.end_other_sessions, name="end-other-sessions"),
    path("login/", sign_in_views.to_code_page, name="account_login"),
    path("login/code/", sign_in_views.request_code, name="account_request_login_code"),
    path("login/code/confirm/", sign_in_views.confirm_code, name="account_confirm_login_code"),
    path("login/second-factor/", second_factor_views.authenticate, name="mfa_authenticate"),
    path("logout/", sign_in_views.sign_out, name="account_logout"),
    path("impartiality/", staff_views.impartiality, name="impartiality"),
    path("looking/stop/", looking_views.stop, name="stop-looking"),
    path("inactive/", sign_in_views.inactive, name="account_inactive"),
    path("signup/", sign_in_views.no_such_page, name="account_signup"),
    path("agents/", agent_views.agents, name="agents"),
    path("agents/<int:pk>/end/", agent_views.end, name="agent-end"),
    path("agents/<int:pk>/invite-again/", agent_views.invite_again, name="agent-invite-again"),
    path("second-factor/", second_factor_views.index, name="mfa_index"),
    path("second-factor/again/", second_factor_views.reauthenticate, name="mfa_reauthenticate"),
    path(
        "second-factor/again/passkey/",
        second_factor_views.reauthenticate_by_passkey,
        name="mfa_reauthenticate_webauthn",
    ),
    path("second-factor/app/add/", second_factor_views.activate_app, name="mfa_activate_totp"),
    path(
        "second-factor/app/remove/", second_factor_views.deactivate_app, name="mfa_deactivate_totp"
    ),
    path("second-factor/passkeys/add/", second_factor_views.add_passkey, name="mfa_add_webauthn"),
    path(
        "second-factor/passkeys/<int:pk>/remove/",
        second_factor_views.remove_passkey,
        name="mfa_remove_webauthn",
    ),
    path(
        "second-factor/recovery-codes/",
        second_factor_views.recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/recovery-codes/new/",
        second_factor_views.new_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/recovery-codes/download/",
        second_factor_views.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]
