import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from elections.addresses import sign_in_url
from elections.candidacies import add_candidate, record_status
from elections.invitations import invite_candidate
from elections.models import Candidate, Invitation, StandingRequest, StatusChange, User
from elections.models.invitation import LIVES
from elections.refusals import Refused
from elections.rehearsing import rehearse
from elections.standing import note_invited
from pcc_portal.staff_admin import StaffAdmin
from pcc_portal.staff_forms import FIELDS

from .importing import import_candidates, template_file

INVITED_AT = (
    "We make the sign-in and write to this address at once. It cannot be that of a member of staff."
)
NOTICE_FIELDS = ("notice_title", "notice_url")


class _Asking(forms.ModelForm):
    """A form that asks the rules first. ``by``, ``at`` and ``url`` are set for each request."""

    by: User
    at: dt.datetime
    url: str

    def ask(self, act: Callable[[], object]) -> None:
        """Put what the rules refuse at the field it is about."""
        if self.errors:
            return
        try:
            rehearse(act)
        except Refused as refused:
            field = refused.field if refused.field in self.fields else None
            self.add_error(field, ValidationError(refused.sentence, refused.code))


class AddForm(_Asking):
    """Somebody new who stands: name, first status and, to invite them, their address."""

    email = forms.EmailField(
        label="E-mail address",
        required=False,
        help_text=f"{INVITED_AT} Leave it empty for somebody who is not to sign in.",
    )
    status = forms.ChoiceField(
        choices=[("", "Choose"), *Candidate.Status.choices], label="First status"
    )
    effective_from = StatusChange._meta.get_field("effective_from").formfield(
        widget=admin.widgets.AdminDateWidget, label="From", initial=timezone.localdate
    )
    notice_title = StatusChange._meta.get_field("notice_title").formfield()
    notice_url = forms.URLField(label="Link to the notice", required=False, assume_scheme="https")
    standing_request = forms.ModelChoiceField(
        StandingRequest.objects.undecided(), required=False, widget=forms.HiddenInput
    )

    def add(self) -> Candidate:
        """The one act. Raises ``Refused``."""
        said = self.cleaned_data
        candidate = add_candidate(
            **{name: said[name] for name in ("election", "surname", "other_names")},
            **{name: said[name] for name in ("status", "effective_from", *NOTICE_FIELDS)},
            by=self.by,
            at=self.at,
        )
        if said["email"]:
            invite_candidate(
                candidate, email=said["email"], sign_in_url=self.url, by=self.by, at=self.at
            )
        if said.get("standing_request"):
            note_invited(said["standing_request"], by=self.by, at=self.at)
        return candidate

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("standing_request") and not said.get("email"):
            self.add_error("email", "Enter the address to invite them at.")
        self.ask(self.add)
        return said


class ChangeForm(_Asking):
    email = forms.EmailField(label="Invite at", required=False, help_text=INVITED_AT)

    def invite(self) -> None:
        if self.cleaned_data.get("email"):
            invite_candidate(
                self.instance,
                email=self.cleaned_data["email"],
                sign_in_url=self.url,
                by=self.by,
                at=self.at,
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        self.ask(self.invite)
        return said


class StatusFormSet(forms.BaseInlineFormSet):
    by: User
    at: dt.datetime

    def record(self, forms_: "list[forms.ModelForm]") -> None:
        """Raises ``Refused``."""
        for form in forms_:
            said = form.cleaned_data
            record_status(
                self.instance,
                **{name: said[name] for name in ("status", "effective_from", *NOTICE_FIELDS)},
                by=self.by,
                at=self.at,
            )

    def clean(self) -> None:
        super().clean()
        new = [form for form in self.extra_forms if form.has_changed()]
        if any(form.errors for form in new):
            return
        try:
            rehearse(lambda: self.record(new))
        except Refused as refused:
            form = new[-1]
            field = refused.field if refused.field in form.fields else None
            form.add_error(field, ValidationError(refused.sentence, refused.code))
            # A form set that was checked already takes no more errors from its forms.
            self._errors[self.forms.index(form)] = form.errors


class StatusInline(admin.StackedInline):
    """The history, newest first, and one empty form for what comes next."""

    model = StatusChange
    formset = StatusFormSet
    extra = 1
    can_delete = False
    formfield_overrides = FIELDS
    readonly_fields = ("recorded",)
    fieldsets = ((None, {"fields": (("status", "effective_from"), NOTICE_FIELDS, "recorded")}),)
    verbose_name = "status"
    verbose_name_plural = (
        "Statuses: to correct one, record the right one from the same day; nothing is deleted"
    )

    @admin.display(description="recorded")
    def recorded(self, obj: StatusChange) -> str:
        if not obj.pk:
            return "When you save"
        by = f" by {obj.recorded_by}" if obj.recorded_by else ""
        return f"{date_format(timezone.localtime(obj.recorded_at), 'j F Y, H:i')}{by}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusChange]:
        return super().get_queryset(request).select_related("recorded_by")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.by, formset.at = request.user, timezone.now()
        return formset

    def get_max_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return (obj.status_changes.count() if obj else 0) + 1

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("elections.change_candidate")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("elections.view_candidate") or self.has_add_permission(
            request, obj
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StatusFilter(admin.SimpleListFilter):
    title = "status today"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Candidate.Status.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(status=self.value()) if self.value() else queryset


class InvitedFilter(admin.SimpleListFilter):
    title = "invitation"
    parameter_name = "invitation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Not taken up"), ("none", "Never invited")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "open":
            taken_up = Invitation.objects.exclude(taken_up_at=None).exclude(candidate=None)
            return queryset.filter(pk__in=Invitation.objects.open().values("candidate")).exclude(
                pk__in=taken_up.values("candidate")
            )
        if self.value() == "none":
            return queryset.filter(invitations=None)
        return queryset


@admin.register(Candidate)
class CandidateAdmin(StaffAdmin):
    """Who stands. Somebody who leaves the contest gets another status; nobody listed is deleted."""

    formfield_overrides = FIELDS
    list_display = (
        "surname",
        "other_names",
        "election",
        "status_today",
        "next_change",
        "invited",
        "ballot_description",
    )
    list_display_links = ("surname", "other_names")
    list_filter = ("election", StatusFilter, InvitedFilter)
    list_select_related = ("election", "user")
    search_fields = ("surname", "other_names", "user__email")
    readonly_fields = ("election", "signs_in_as", "invitations_sent")

    # --- The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Candidate]:
        today = timezone.localdate()
        coming = StatusChange.objects.filter(effective_from__gt=today)
        return (
            super()
            .get_queryset(request)
            .with_status(today)
            .prefetch_related(
                Prefetch("status_changes", coming.order_by("effective_from", "-pk"), "coming"),
                "invitations",
            )
        )

    @admin.display(description="status today", ordering="status")
    def status_today(self, obj: Candidate) -> str:
        return Candidate.Status(obj.status).label if obj.status else "None yet"

    @admin.display(description="next change")
    def next_change(self, obj: Candidate) -> str:
        return str(obj.coming[0]) if obj.coming else "None"

    @admin.display(description="invitation")
    def invited(self, obj: Candidate) -> str:
        newest = next(iter(obj.invitations.all()), None)
        if newest is None:
            return "None"
        return newest.state(timezone.now())

    # --- The page

    @admin.display(description="signs in as")
    def signs_in_as(self, obj: Candidate) -> str:
        return f"{obj.user.name}, {obj.user.email}" if obj.user else "Nobody yet"

    @admin.display(description="invitations")
    def invitations_sent(self, obj: Candidate) -> str:
        now = timezone.now()
        lines = (
            (date_format(timezone.localtime(sent.sent_at), "j F Y, H:i"), sent.state(now))
            for sent in obj.invitations.all()
        )
        link = format_html(
            '<p><a href="{}?candidate__id__exact={}">Send again or take back</a></p>',
            reverse("admin:elections_invitation_changelist"),
            obj.pk,
        )
        told = format_html_join("", "<p>Sent {}. {}</p>", lines)
        return format_html("{}{}", told, link) if told else "None sent"

    def get_fieldsets(self, request: HttpRequest, obj: Candidate | None = None) -> Any:
        if obj is None:
            return (
                (
                    "Who stands",
                    {
                        "fields": ("election", "surname", "other_names", "standing_request"),
                        "description": "Never enter a home address, or a party before the "
                        "statement of persons nominated is published.",
                    },
                ),
                (
                    "Invite them",
                    {
                        "fields": ("email",),
                        "description": f"They have {LIVES.days} days to sign in for the first "
                        "time; after that you send the invitation again.",
                    },
                ),
                (
                    "How far they are",
                    {"fields": ("status", "effective_from", *NOTICE_FIELDS)},
                ),
            )
        access = ("signs_in_as", "invitations_sent") if obj.user_id else ("signs_in_as", "email")
        if not self.has_change_permission(request, obj):
            access = ("signs_in_as", "invitations_sent")
        return (
            (
                "Who stands",
                {
                    "fields": ("election", "surname", "other_names"),
                    "description": "The public list shows those nominated, and nobody before the "
                    "statement of persons nominated is published. Never enter a home address.",
                },
            ),
            ("How they sign in", {"fields": access}),
            ("Once nominations are published", {"fields": ("ballot_description",)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Candidate | None = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_form(
        self,
        request: HttpRequest,
        obj: Candidate | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        form = super().get_form(
            request, obj, change=change, form=ChangeForm if obj else AddForm, **kwargs
        )
        form.by, form.at, form.url = request.user, timezone.now(), sign_in_url(request)
        return form

    def get_inlines(self, request: HttpRequest, obj: Candidate | None) -> Any:
        return (StatusInline,) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From a request to be invited: what the person said of themselves."""
        said = request.GET.get("standing_request", "")
        is_number = said.isascii() and said.isdigit()
        asked = StandingRequest.objects.undecided().filter(pk=said).first() if is_number else None
        if asked is None:
            return super().get_changeform_initial_data(request)
        other_names, _, surname = asked.name.strip().rpartition(" ")
        return {
            "standing_request": asked.pk,
            "election": asked.election_id,
            "surname": surname,
            "other_names": other_names,
            "email": asked.email,
            "status": Candidate.Status.INTERESTED,
        }

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refused as refused:  # somebody else was quicker than this form
            messages.error(request, f"Nothing was saved. {refused.sentence}")
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Candidate, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            form.invite()
        else:
            obj.pk = form.add().pk
            obj.refresh_from_db()
        if form.cleaned_data.get("email"):
            messages.info(
                request,
                f"An invitation is on its way to {form.cleaned_data['email']}. The list of "
                "invitations says if the mail server refuses it.",
            )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)  # says what is new, for the record of changes
        formset.record([each for each in formset.extra_forms if each.has_changed()])

    def has_delete_permission(self, request: HttpRequest, obj: Candidate | None = None) -> bool:
        was_listed = obj is not None and obj.nominated_on is not None
        return super().has_delete_permission(request, obj) and not was_listed

    # --- Many at once

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site.admin_view
        return [
            path("import/", site(self.import_view), name="elections_candidate_import"),
            path("import/template/", site(template_file), name="elections_candidate_template"),
            *super().get_urls(),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts}
        return import_candidates(self, request, context)
