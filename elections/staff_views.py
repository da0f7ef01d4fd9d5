from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pcc_portal.staff_gates import closed_gate

from .forms import ImpartialityForm
from .impartiality import WORDING, declare, has_declared
from .models import Election


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def impartiality(request: HttpRequest) -> HttpResponse:
    """Staff confirm that they are impartial, once, and go on to the page they asked for."""
    if not request.user.is_staff:
        raise PermissionDenied
    if address := closed_gate(request, before="elections.impartiality.gate"):
        return redirect(address)
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        wanted = reverse("admin:index")
    if has_declared(request.user):  # type: ignore[arg-type]
        return redirect(wanted)
    form = ImpartialityForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        declare(request.user, at=timezone.now())  # type: ignore[arg-type]
        return redirect(wanted)
    return render(
        request,
        "elections/impartialitydeclaration_form.html",
        {
            "form": form,
            "wording": WORDING,
            "election": Election.objects.current(timezone.localdate()),
        },
    )
