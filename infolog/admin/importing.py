"""The pages on which an office takes its existing log in."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from elections.models import Election
from elections.refusals import Refused
from infolog.importing import deciding
from infolog.importing.applying import apply
from infolog.importing.columns import Use
from infolog.importing.forms import (
    ColumnsForm,
    PartFormSet,
    RequestForm,
    ResponseFormSet,
    UploadForm,
    parts_of_forms,
    typed,
)
from infolog.importing.reading import UnreadableFile
from infolog.importing.taking_in import PASTED, confirm_columns, kept_table, take_in
from infolog.models import ImportedRequest, LogImport
from pcc_portal.staff_admin import StaffAdmin

PER_PAGE = 20
SAMPLES = 3
SHOWN = {
    "waiting": "Waiting",
    "all": "All",
    "drafts": "Drafts made",
    "left-out": "Left out",
}


@admin.register(LogImport)
class LogImportAdmin(StaffAdmin):
    """Upload, match the columns, look at every row in doubt, make drafts. Nothing is published."""

    list_display = ("filename", "election", "state", "rows_read", "waiting", "made_at", "made_by")
    list_filter = ("election", "state")
    list_select_related = ("election", "made_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        open_ones = Q(requests__waits=True, requests__decision=ImportedRequest.Decision.OPEN)
        waiting = Count("requests", filter=open_ones)
        rows: QuerySet[Any] = super().get_queryset(request).select_related("election")
        counted: QuerySet[Any] = rows.annotate(waiting=waiting)
        return counted

    @admin.display(description="requests that wait", ordering="waiting")
    def waiting(self, obj: Any) -> int:
        count: int = obj.waiting
        return count

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own: list[tuple[str, Any, str]] = [
            ("original/", self.original, "original"),
            ("drafts/", self.make_drafts, "drafts"),
            ("accept/", self.accept_all, "accept"),
            ("columns/", self.columns, "columns"),
            ("requests/<int:position>/", self.request_page, "request"),
            ("requests/<int:position>/decide/", self.decide, "decide"),
        ]
        return [
            *(
                path(f"<int:pk>/{place}", view(page), name=f"infolog_logimport_{name}")
                for place, page, name in own
            ),
            *super().get_urls(),
        ]

    # --- Upload

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        current = Election.objects.current(timezone.localdate())
        bound: Any = request.POST if request.method == "POST" else None
        form = UploadForm(bound, request.FILES or None, initial={"election": current})
        if form.is_bound and form.is_valid() and (made := self._taken_in(request, form)):
            return redirect("admin:infolog_logimport_change", made.pk)
        return self._page(request, "upload", "Take an existing log in", form=form)

    def _taken_in(self, request: HttpRequest, form: UploadForm) -> LogImport | None:
        """The import, or nothing with the reason in the form."""
        said = form.cleaned_data
        content = said["file"].read() if said["file"] else said["text"].encode()
        name = said["file"].name if said["file"] else PASTED
        by: Any = request.user
        try:
            return take_in(content, name, election=said["election"], by=by, at=timezone.now())
        except (UnreadableFile, Refused) as refused:
            field = "file" if said["file"] else "text"
            form.add_error(field, ValidationError(refused.sentence, refused.code))
        return None

    # --- One import

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        log_import = self.get_object(request, object_id)
        if log_import is None:
            self.message_user(request, "There is no such import.", messages.WARNING)
            return redirect("admin:index")
        if not self.has_view_permission(request, log_import):
            raise PermissionDenied
        if request.method == "POST" or log_import.state == LogImport.State.MATCHING:
            return self.columns(request, log_import.pk)
        if log_import.is_working:
            response = self._page(
                request, "working", str(log_import), log_import=log_import, is_top=True
            )
            response["Refresh"] = "4"
            return response
        return self._review(request, log_import)

    def _review(self, request: HttpRequest, log_import: LogImport) -> HttpResponse:
        counts = _counts(log_import)
        shown = request.GET.get("show", "")
        shown = shown if shown in SHOWN else ("waiting" if counts["waiting"] else "all")
        rows = _shown(log_import, shown).select_related("item", "decided_by")
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        return self._page(
            request,
            "review",
            str(log_import),
            log_import=log_import,
            is_top=True,
            counts=counts,
            shown=shown,
            choices=SHOWN,
            page=page,
            headings=_headings(log_import),
            codes=_codes(log_import) if counts["waiting"] else [],
            may_change=self.has_change_permission(request, log_import),
            has_original=bool(log_import.file),
        )

    def columns(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What each column holds, as recognised and as a person says."""
        log_import = self._asked_for(request, pk, to_change=request.method == "POST")
        try:
            samples = _samples(log_import)
        except (Refused, UnreadableFile) as refused:
            self.message_user(request, refused.sentence, messages.ERROR)
            return redirect("admin:infolog_logimport_changelist")
        bound = request.POST if request.method == "POST" else None
        form = ColumnsForm(bound, log_import=log_import, samples=samples)
        if form.is_bound and form.is_valid():
            said = form.cleaned_data
            try:
                confirm_columns(
                    log_import, form.uses, form=said["form"], responder=said["responder"]
                )
                return redirect("admin:infolog_logimport_change", pk)
            except Refused as refused:
                form.add_error(None, ValidationError(refused.sentence, refused.code))
        may_change = self.has_change_permission(request, log_import)
        title = "What each column holds"
        return self._page(
            request, "columns", title, log_import=log_import, form=form, may_change=may_change
        )

    @method_decorator(require_POST)
    def make_drafts(self, request: HttpRequest, pk: int) -> HttpResponse:
        log_import = self._asked_for(request, pk, to_change=True)
        by: Any = request.user
        try:
            apply(log_import, by=by)
        except Refused as refused:
            self.message_user(request, refused.sentence, messages.ERROR)
        return redirect("admin:infolog_logimport_change", pk)

    @method_decorator(require_POST)
    def accept_all(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Every request with one doubt only, for one reason."""
        log_import = self._asked_for(request, pk, to_change=True)
        code, reason = request.POST.get("code", "")[:20], request.POST.get("reason", "")[:1000]
        by: Any = request.user
        try:
            done, lacking = deciding.accept_all(
                log_import, code, by=by, at=timezone.now(), reason=reason
            )
            told = f"Accepted: {done}."
            if lacking:
                told += f" {lacking} lack a date, a form or a question: edit them one by one."
            self.message_user(request, told, messages.SUCCESS if done else messages.WARNING)
        except Refused as refused:
            self.message_user(request, refused.sentence, messages.ERROR)
        return redirect("admin:infolog_logimport_change", pk)

    @method_decorator(require_safe)
    def original(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file as it was uploaded: like all of an import it may name who asked."""
        log_import = self._asked_for(request, pk)
        try:
            content = log_import.file.open("rb")
        except (ValueError, FileNotFoundError) as gone:
            raise Http404("The original was deleted.") from gone
        response = FileResponse(
            content,
            as_attachment=True,
            filename=log_import.filename,
            content_type="application/octet-stream",
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "private, no-store"
        return response

    # --- One request of it

    def request_page(self, request: HttpRequest, pk: int, position: int) -> HttpResponse:
        """Change one proposal beside its original."""
        log_import = self._asked_for(request, pk, to_change=True)
        row = _row(log_import, position)
        bound = request.POST if request.method == "POST" else None
        first_parts, first_responses = typed(row)
        form = RequestForm(bound, instance=row)
        parts = PartFormSet(bound, initial=first_parts, prefix="parts")
        responses = ResponseFormSet(bound, initial=first_responses, prefix="responses")
        if bound is not None and all([form.is_valid(), parts.is_valid(), responses.is_valid()]):
            try:
                return self._changed(request, pk, position, form, parts_of_forms(parts, responses))
            except ValidationError as error:
                form.add_error(None, error)
            except Refused as refused:
                form.add_error(None, ValidationError(refused.sentence, refused.code))
        context = {"log_import": log_import, "form": form, "parts": parts, "responses": responses}
        shown = ImportedRequest.objects.get(pk=row.pk)
        title = f"Request {position}"
        return self._page(
            request, "request", title, row=shown, headings=_headings(log_import), **context
        )

    def _changed(
        self, request: HttpRequest, pk: int, position: int, form: RequestForm, parts: list[Any]
    ) -> HttpResponse:
        by: Any = request.user
        row = _row(self._asked_for(request, pk), position)
        fields = {name: form.cleaned_data[name] for name in form.Meta.fields} | {"parts": parts}
        left = deciding.change(row, fields, by=by, at=timezone.now())
        if row.is_waiting:
            told = "It is kept, and still waits: " + " ".join(doubt["sentence"] for doubt in left)
            self.message_user(request, told, messages.WARNING)
        else:
            self.message_user(request, f"Request {position} is accepted.", messages.SUCCESS)
        return redirect("admin:infolog_logimport_change", pk)

    @method_decorator(require_POST)
    def decide(self, request: HttpRequest, pk: int, position: int) -> HttpResponse:
        row = _row(self._asked_for(request, pk, to_change=True), position)
        try:
            self.message_user(request, self._decided(request, row), messages.SUCCESS)
        except Refused as refused:
            told = f"Request {position}: {refused.sentence}"
            self.message_user(request, told, messages.ERROR)
        return redirect("admin:infolog_logimport_change", pk)

    def _decided(self, request: HttpRequest, row: ImportedRequest) -> str:
        reason = request.POST.get("reason", "")[:1000]
        said: dict[str, Any] = {"by": request.user, "at": timezone.now()}
        act = request.POST.get("act", "")
        with transaction.atomic():
            if act == "accept":
                deciding.accept(row, reason=reason, **said)
                return f"Request {row.position} is accepted."
            if act == "leave-out":
                deciding.leave_out(row, reason=reason, **said)
                return f"Request {row.position} is left out."
            if act == "merge":
                before = deciding.merge(row, **said)
                return f"Request {row.position} is part of request {before.position} now."
            if act == "reopen":
                deciding.reopen(row, **said)
                return f"Request {row.position} waits again."
        raise Refused("act", "Choose what to do with it.")

    # --- Shared

    def _asked_for(self, request: HttpRequest, pk: int, *, to_change: bool = False) -> LogImport:
        log_import: LogImport | None = self.get_queryset(request).filter(pk=pk).first()
        allowed = self.has_change_permission if to_change else self.has_view_permission
        if not allowed(request, log_import):
            raise PermissionDenied
        if log_import is None:
            raise Http404("There is no such import.")
        return log_import

    def _page(self, request: HttpRequest, name: str, title: str, **more: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(
            request, f"admin/infolog/logimport/{name}.html", {**context, **more}
        )

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with it, in a line: nobody reads ten thousand."""
        count = ImportedRequest.objects.filter(log_import__in=objs).count()
        told = [f"{log_import}, with its original file" for log_import in objs]
        return told, {"requests as read": count}, set(), []

    def delete_model(self, request: HttpRequest, obj: LogImport) -> None:
        _delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[LogImport]) -> None:
        for log_import in queryset:
            _delete(log_import)


def _delete(log_import: LogImport) -> None:
    """The import and its file. Drafts that were made of it stay."""
    storage, name = log_import.file.storage, log_import.file.name
    log_import.delete()
    if name:
        transaction.on_commit(partial(storage.delete, name))


def _row(log_import: LogImport, position: int) -> ImportedRequest:
    row = log_import.requests.filter(position=position).first()
    if row is None:
        raise Http404("There is no such request in this import.")
    return row


def _counts(log_import: LogImport) -> dict[str, int]:
    decided = ImportedRequest.Decision
    is_open = Q(decision=decided.OPEN)
    certain = Q(waits=False) & is_open | Q(decision=decided.ACCEPTED)
    counts: dict[str, int] = log_import.requests.aggregate(
        all=Count("pk"),
        waiting=Count("pk", filter=is_open & Q(waits=True)),
        ready=Count("pk", filter=certain & Q(item=None)),
        drafts=Count("pk", filter=Q(item__isnull=False)),
        merged=Count("pk", filter=Q(decision=decided.MERGED)),
        left_out=Count("pk", filter=Q(decision=decided.LEFT_OUT)),
    )
    return counts


def _shown(log_import: LogImport, shown: str) -> QuerySet[ImportedRequest]:
    rows = log_import.requests.all()
    if shown == "waiting":
        return rows.waiting()
    if shown == "drafts":
        return rows.exclude(item=None)
    if shown == "left-out":
        decided = ImportedRequest.Decision
        return rows.filter(decision__in=[decided.LEFT_OUT, decided.MERGED])
    return rows


def _codes(log_import: LogImport) -> list[tuple[str, int, str]]:
    """Doubts that are the only one of a request: code, of how many, and one of the sentences."""
    found: dict[str, tuple[int, str]] = {}
    for doubts in log_import.requests.waiting().values_list("doubts", flat=True):
        waiting = {d["code"]: d["sentence"] for d in doubts if d["waits"]}
        if len(waiting) == 1:
            [(code, sentence)] = waiting.items()
            count, first = found.get(code, (0, sentence))
            found[code] = (count + 1, first)
    return [(code, count, told) for code, (count, told) in sorted(found.items()) if count > 1]


def _headings(log_import: LogImport) -> list[str]:
    """What stands above each cell of an original: its heading, else what it is used for."""
    headings = log_import.headings
    return [
        headings[n] if n < len(headings) and headings[n] else Use(use).label
        for n, use in enumerate(log_import.uses)
    ]


def _samples(log_import: LogImport) -> list[list[str]]:
    """The first few cells of each column."""
    rows = [row for row in kept_table(log_import).rows if row.number > log_import.header]
    return [
        [row[column][:80] for row in rows if row[column]][:SAMPLES]
        for column in range(len(log_import.uses))
    ]
