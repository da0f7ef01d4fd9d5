"""How often candidates and agents want mail; and what a mail provider reports."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from .models import MailChoice
from .update_forms import DAILY, EACH, MailChoiceForm


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mail_choice(request: HttpRequest) -> HttpResponse:
    """For candidates and agents: staff get no releases by mail."""
    if request.user.is_staff:
        raise Http404("Staff get no releases by mail.")
    person: Any = request.user
    choice = MailChoice.objects.filter(user=person).first()
    now = DAILY if choice and choice.is_daily else EACH
    form = MailChoiceForm(
        request.POST if request.method == "POST" else None, initial={"often": now}
    )
    if form.is_bound and form.is_valid():
        MailChoice.objects.update_or_create(
            user=person, defaults={"is_daily": form.cleaned_data["often"] == DAILY}
        )
        messages.success(request, "Saved. It holds from the next release on.")
        return redirect("my-account")
    return render(request, "releases/mail_choice.html", {"form": form})


@csrf_exempt
def mail_events(request: HttpRequest) -> HttpResponse:
    """What the provider chosen in the settings reports; it has to know the secret."""
    view = _provider_view()
    if view is None:
        raise Http404("No provider of mail is chosen.")
    return view(request)


def _provider_view() -> Callable[[HttpRequest], HttpResponse] | None:
    if not settings.MAIL_PROVIDER:
        return None
    from anymail.urls import urlpatterns

    name = f"{settings.MAIL_PROVIDER}_tracking_webhook"
    return next((pattern.callback for pattern in urlpatterns if pattern.name == name), None)
