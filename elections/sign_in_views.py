"""allauth's pages for signing in by code and signing out, in the frame of the current election."""

from typing import Any

from allauth.account import views
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import RedirectView

from .models import Election


class _InFrame:
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        election = Election.objects.current(timezone.localdate())
        return {**super().get_context_data(**kwargs), "election": election}  # type: ignore[misc]


class RequestCode(_InFrame, views.RequestLoginCodeView):
    pass


class ConfirmCode(_InFrame, views.ConfirmLoginCodeView):
    pass


class SignOut(_InFrame, views.LogoutView):
    pass


class Inactive(_InFrame, views.AccountInactiveView):
    pass


def no_such_page(request: HttpRequest) -> HttpResponse:
    raise Http404("Accounts are made by staff: there is no sign-up page.")


to_code_page = RedirectView.as_view(
    pattern_name="account_request_login_code",
    query_string=True,
    http_method_names=["get", "head"],
)
request_code = RequestCode.as_view()
confirm_code = ConfirmCode.as_view()
sign_out = SignOut.as_view()
inactive = Inactive.as_view()
