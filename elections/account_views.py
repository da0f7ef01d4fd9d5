"""My account: who I am here, where I am signed in, and ending that."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from .browsers import browser_name
from .models import Election, SignInRecord
from .second_factor import factors, needs_second_factor
from .sessions import end_sessions, open_sessions

BY_THEMSELVES = SignInRecord.Reason.BY_THEMSELVES


@require_safe
@login_required
def my_account(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    current = request.session.session_key
    sessions = [
        {
            "pk": session.pk,
            "since": session.created_at,
            "browser": browser_name(session.user_agent),
            "network_address": session.ip,
            "is_this_one": session.session_key == current,
        }
        for session in open_sessions(request.user, at)
    ]
    return render(
        request,
        "account/my_account.html",
        {
            "election": Election.objects.current(timezone.localdate(at)),
            "sessions": sessions,
            "has_others": any(not session["is_this_one"] for session in sessions),
            "factors": factors(request.user).count(),
            "needs_second_factor": needs_second_factor(request.user),
        },
    )


@require_POST
@login_required
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session of one's own. The present one is ended by signing out."""
    ended = end_sessions(
        request.user,
        at=timezone.now(),
        reason=BY_THEMSELVES,
        only=pk,
        keep=request.session.session_key,
        request=request,
    )
    if not ended:
        raise Http404("No other session of yours has this number.")
    messages.success(request, "That session has ended.")
    return redirect("my-account")


@require_POST
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    end_sessions(
        request.user,
        at=timezone.now(),
        reason=BY_THEMSELVES,
        keep=request.session.session_key,
        request=request,
    )
    messages.success(request, "You are signed out everywhere but here.")
    return redirect("my-account")
