"""Setting up, using and removing a second factor: allauth's pages, in our frame."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .models import Election
from .second_factor import Kind, count_as_passed, needs_second_factor
from .sign_in_views import InFrame


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """What somebody signs in with besides the mailed code. Two queries."""
    mine = list(Authenticator.objects.filter(user=request.user).order_by("created_at", "pk"))
    by_kind = {kind: [a for a in mine if a.type == kind] for kind in Kind}
    context = {
        "app": next(iter(by_kind[Kind.TOTP]), None),
        "passkeys": by_kind[Kind.WEBAUTHN],
        "codes_left": sum(len(a.wrap().get_unused_codes()) for a in by_kind[Kind.RECOVERY_CODES]),
        "needs_second_factor": needs_second_factor(request.user),
    }
    return render(request, "mfa/index.html", context | _frame())


class Authenticate(InFrame, AuthenticateView):
    pass


class Reauthenticate(InFrame, ReauthenticateView):
    pass


class ReauthenticateByPasskey(InFrame, ReauthenticateWebAuthnView):
    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # allauth forgets the form that was posted.
        return {**super().get_context_data(**kwargs), **kwargs}


class ActivateApp(InFrame, ActivateTOTPView):
    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        count_as_passed(self.request)
        return response


class DeactivateApp(InFrame, DeactivateTOTPView):
    pass


class AddPasskey(InFrame, AddWebAuthnView):
    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        count_as_passed(self.request)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **kwargs}


class RemovePasskey(InFrame, RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_remove = get_adapter().can_delete_authenticator(self.object)
        return super().get_context_data(may_remove=may_remove, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.object):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_index")
        return super().form_valid(form)


class NewRecoveryCodes(InFrame, GenerateRecoveryCodesView):
    pass


def _unused_codes(request: HttpRequest) -> list[str]:
    """Raises ``Http404`` when there are none. Looking at them changes nothing."""
    found = Authenticator.objects.filter(user=request.user, type=Kind.RECOVERY_CODES).first()
    if found is None:
        raise Http404("You have no recovery codes.")
    codes: list[str] = found.wrap().get_unused_codes()
    return codes


@require_safe
@never_cache
@login_required
@reauthentication_required(app="allauth.mfa")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    context = {
        "codes": _unused_codes(request),
        "needs_second_factor": needs_second_factor(request.user),
    }
    return render(request, "mfa/recovery_codes/index.html", context | _frame())


@require_safe
@never_cache
@login_required
@reauthentication_required(app="allauth.mfa")
def download_recovery_codes(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        "\r\n".join(["Recovery codes, each for one use:", *_unused_codes(request), ""]),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="recovery-codes.txt"'},
    )


def _frame() -> dict[str, Any]:
    return {"election": Election.objects.current(timezone.localdate())}


authenticate = Authenticate.as_view()
reauthenticate = Reauthenticate.as_view()
reauthenticate_by_passkey = ReauthenticateByPasskey.as_view()
activate_app = ActivateApp.as_view()
deactivate_app = DeactivateApp.as_view()
add_passkey = AddPasskey.as_view()
remove_passkey = RemovePasskey.as_view()
new_recovery_codes = NewRecoveryCodes.as_view()
