from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from pcc_portal.staff_gates import closed_gate

from .forms import LookingForm
from .looking import start_looking, stop_looking


@require_POST
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Staff choose what to look at the portal as, and are led to the first page that reader has."""
    if not request.user.is_staff:
        raise Http404("Only staff look at the portal as somebody else.")
    if address := closed_gate(request):
        return redirect(address)
    form = LookingForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose what to look at the portal as.")
        return redirect("admin:index")
    election = form.cleaned_data["election"]
    start_looking(request, election)
    return redirect(election) if election else redirect("home")


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Always open to whoever is looking, whatever gate has closed meanwhile."""
    stop_looking(request)
    return redirect("admin:index")
