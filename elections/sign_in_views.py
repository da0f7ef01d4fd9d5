"""allauth's pages for signing in by code and signing out, in the frame of the current election."""

from typing import Any

from allauth.account import views
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import RedirectView

from .forms import TOO_MANY, ConfirmSignInCodeForm, RequestSignInCodeForm
from .models import Election, SignInRecord
from .sign_in import CodeToSend
from .sign_in_codes import code_for
from .sign_in_recording import record, record_too_many_tries

What, Reason = SignInRecord.What, SignInRecord.Reason
CODE_IS_VOID = "That was the third wrong code, so the code we sent is void. Ask for a new one."

CODE_IS_USED = "You have signed in since you asked for that code, so it is void. Ask for a new one."


class InFrame:
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        election = Election.objects.current(timezone.localdate())
        return {**super().get_context_data(**kwargs), "election": election}  # type: ignore[misc]


class RequestCode(InFrame, views.RequestLoginCodeView):
    def form_valid(self, form: RequestSignInCodeForm) -> HttpResponse:
        known, at = form._user, timezone.now()
        what, reason = (What.CODE_ASKED, "") if known else (What.REFUSED, Reason.UNKNOWN_ADDRESS)
        record(what, at=at, user=known, request=self.request, reason=reason)
        code = code_for(form.asker.email, known, at)
        self.request.code_to_send = CodeToSend(code, form.asker.may_be_mailed(code))
        return super().form_valid(form)

    def form_invalid(self, form: RequestSignInCodeForm) -> HttpResponse:
        if form.has_error("email", TOO_MANY):
            record_too_many_tries(self.request)
        return super().form_invalid(form)


class ConfirmCode(InFrame, views.ConfirmLoginCodeView):
    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self._process.user}

    def form_valid(self, form: ConfirmSignInCodeForm) -> HttpResponse:
        if self._is_used():
            self._process.abort()
            messages.error(self.request, CODE_IS_USED)
            return redirect("account_request_login_code")
        return super().form_valid(form)

    def _is_used(self) -> bool:
        """A code works once, though several browsers may have asked for it: whoever has signed in
        since this one asked has used it."""
        user = self._process.user
        before = user.last_login if user else None
        return before is not None and before.timestamp() > self._process.state["at"]

    def form_invalid(self, form: ConfirmSignInCodeForm) -> HttpResponse:
        """As allauth does, but told in the words that fit, and written down."""
        if form.has_error("code", TOO_MANY):
            # It was not compared, so it is none of the three tries: others’ wrong codes from the
            # same network do not void the code of whoever waits.
            record_too_many_tries(self.request)
            return self.render_to_response(self.get_context_data(form=form))
        if form.has_error("code", "incorrect_code"):
            known, at = self._process.user, timezone.now()
            record(What.REFUSED, at=at, user=known, request=self.request, reason=Reason.WRONG_CODE)
        if self._process.record_invalid_attempt():
            return self.render_to_response(self.get_context_data(form=form))
        messages.error(self.request, CODE_IS_VOID)
        return redirect("account_request_login_code")


class SignOut(InFrame, views.LogoutView):
    pass


class Inactive(InFrame, views.AccountInactiveView):
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
