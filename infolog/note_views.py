"""Pages for taking notes at an event, on a tablet: chosen once, then a save and the next form."""

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from elections.refusals import Refused

from .note_forms import NAMES, NoteForm
from .noting import Occasion, note_down, noted_at, occasion, occasions

MAY = permission_required("infolog.note_questions", raise_exception=True)


@MAY
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Which event it is, the newest first."""
    context = {"occasions": occasions(timezone.now())}
    return render(request, "infolog/note_choose.html", context)


@MAY
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, pk: int, day: str) -> HttpResponse:
    """An empty form for the next question. What is wrong comes back with all that was written."""
    asked = _asked_at(pk, day)
    roles = {host.name: host.role for host in asked.event.hosts.all()}
    form = NoteForm(request.POST if request.method == "POST" else None, roles=roles)
    if "add" in request.POST:
        # One more speaker, and no word about what is missing yet.
        form = NoteForm(None, roles=roles, more=form.speakers)
        form.initial = {name: request.POST.get(name, "") for name in form.fields}
    elif form.is_bound and form.is_valid():
        try:
            return _save(request, asked, form)
        except Refused as refused:
            name = refused.field if refused.field in form.fields else None
            form.add_error(name, ValidationError(refused.sentence, refused.code))
    context = {
        "election": asked.event.election,
        "section": "log",
        "asked": asked,
        "form": form,
        "list_of_names": NAMES,
        "names": roles,
        "noted": noted_at(asked),
    }
    return render(request, "infolog/note.html", context)


def _asked_at(pk: int, day: str) -> Occasion:
    try:
        asked = occasion(pk, dt.date.fromisoformat(day), timezone.now())
    except ValueError as no_day:
        raise Http404(f"{day} is no day.") from no_day
    if asked is None:
        raise Http404("There was no such event on that day.")
    return asked


def _save(request: HttpRequest, asked: Occasion, form: NoteForm) -> HttpResponse:
    words = {name: form.cleaned_data[name] for name in ("question", "promised", "token")}
    made = note_down(asked, said=form.said, at=timezone.now(), **words)
    messages.success(request, f"Saved as a draft: {made.title}")
    return redirect(request.path)
