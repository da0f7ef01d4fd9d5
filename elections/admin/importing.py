"""Candidates from a CSV file: first what would happen, then, once it is confirmed, all of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from elections.addresses import sign_in_url
from elections.candidate_files import (
    KILOBYTES_AT_MOST,
    ROWS_AT_MOST,
    Outcome,
    UnreadableFile,
    decode,
    read,
    take_in,
    template,
)
from elections.models import Election


class UploadForm(forms.Form):
    election = forms.ModelChoiceField(
        Election.objects.all(),
        error_messages={"required": "Choose the election."},
    )
    file = forms.FileField(
        label="CSV file",
        help_text=f"At most {KILOBYTES_AT_MOST} KB and {ROWS_AT_MOST} rows. It is not kept.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )

    def clean_file(self) -> str:
        """The text of the file, not the file."""
        try:
            text = decode(self.cleaned_data["file"].read(KILOBYTES_AT_MOST * 1024 + 1))
            read(text)
        except UnreadableFile as unreadable:
            raise forms.ValidationError(unreadable.sentence, unreadable.code) from unreadable
        return text


class ConfirmForm(forms.Form):
    """What was shown comes back with the confirmation, since nothing is kept in between."""

    election = forms.ModelChoiceField(Election.objects.all())
    text = forms.CharField(strip=False, max_length=KILOBYTES_AT_MOST * 1024)


def import_candidates(
    model_admin: Any, request: HttpRequest, context: dict[str, Any]
) -> HttpResponse:
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    if request.method == "POST" and "text" in request.POST:
        form: forms.Form = ConfirmForm(request.POST)
        keep = True
    else:
        form = UploadForm(request.POST if request.method == "POST" else None, request.FILES or None)
        keep = False
    if not (form.is_bound and form.is_valid()):
        if keep:
            form = UploadForm()
        return _page(request, context, form=form)
    text = form.cleaned_data["text" if keep else "file"]
    try:
        rows = read(text)
    except UnreadableFile as unreadable:  # only if somebody changed what came back
        messages.error(request, unreadable.sentence)
        return _page(request, context, form=UploadForm())
    election = form.cleaned_data["election"]
    outcomes = take_in(
        rows,
        election=election,
        sign_in_url=sign_in_url(request),
        by=request.user,
        at=timezone.now(),
        keep=keep,
    )
    refused = [outcome for outcome in outcomes if outcome.code]
    if keep and not refused:
        messages.success(request, _told(outcomes))
        return redirect("admin:elections_candidate_changelist")
    if keep:
        messages.error(request, "Nothing was written: something has changed since you looked.")
    return _page(
        request,
        context,
        outcomes=outcomes,
        refused=refused,
        election=election,
        text=text,
        doing=[outcome for outcome in outcomes if not outcome.does_nothing],
    )


@require_safe
def template_file(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("elections.add_candidate"):
        raise PermissionDenied
    # The mark at the beginning lets spreadsheets see that it is UTF-8.
    return HttpResponse(
        "\ufeff" + template(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="candidates-template.csv"'},
    )


def _page(request: HttpRequest, context: dict[str, Any], **more: Any) -> HttpResponse:
    title = "Check before anything is written" if "outcomes" in more else "Add many candidates"
    name = "admin/elections/candidate/import.html"
    return TemplateResponse(request, name, {**context, "title": title, **more})


def _told(outcomes: list[Outcome]) -> str:
    nothing = sum(outcome.does_nothing for outcome in outcomes)
    done = len(outcomes) - nothing
    return (
        f"Rows taken in: {done}. Rows with nothing to do: {nothing}. The list of invitations says "
        "if the mail server refuses one."
    )
