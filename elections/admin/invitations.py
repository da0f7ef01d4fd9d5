import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from elections.acting import stamp_on
from elections.addresses import sign_in_url
from elections.invitations import revoke, revoke_agent, send_again
from elections.models import Agent, Invitation
from elections.models.invitation import LIVES
from elections.refusals import Refused
from pcc_portal.staff_admin import StaffAdmin


class ReadOnly(StaffAdmin):
    """Rows that only their own acts change. The acts need the right to change them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def tell(
        self, request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], object], done: str
    ) -> None:
        """Do ``act`` to each row and say which were refused, and why."""
        count = 0
        for row in rows:
            try:
                act(row)
                count += 1
            except Refused as refused:
                messages.warning(request, f"{row}: {refused.sentence}")
        if count:
            messages.success(request, f"{done}: {count}.")


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("open", "Not taken up"),
            ("out", "Not taken up, run out"),
            ("failed", "Mail that failed or was never heard of"),
            ("taken-up", "Taken up"),
            ("revoked", "Revoked"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        at = timezone.now()
        chosen: dict[str | None, Callable[[], Any]] = {
            "open": queryset.open,
            "out": lambda: queryset.open().filter(sent_at__lte=at - LIVES),
            "failed": lambda: queryset.open().unsent(at),
            "taken-up": lambda: queryset.exclude(taken_up_at=None),
            "revoked": lambda: queryset.exclude(revoked_at=None),
        }
        return chosen.get(self.value(), lambda: queryset)()


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    """Every mail that asked somebody to sign in for the first time."""

    list_display = ("who", "election", "email", "sent_at", "sent_by_stamp", "state_now")
    list_filter = (StateFilter, "candidate__election")
    list_select_related = (
        "candidate__election",
        "agent__candidate__election",
        "sent_by",
        "revoked_by",
    )
    search_fields = ("email", "candidate__surname", "agent__name")
    actions = ("send_once_more", "take_back")
    fieldsets = (
        ("To whom", {"fields": ("who", "election", "email")}),
        (
            "What became of it",
            {"fields": ("state_now", "accepted_at", "failed_at", "failure", "taken_up_at")},
        ),
        ("Record", {"fields": ("sent_at", "sent_by_stamp", "revoked_at", "revoked_by")}),
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "candidate__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="invited")
    def who(self, obj: Invitation) -> str:
        return str(obj.invitee)

    @admin.display(description="election")
    def election(self, obj: Invitation) -> str:
        return str(obj.invited_candidate.election)

    @admin.display(description="sent by", ordering="sent_by")
    def sent_by_stamp(self, obj: Invitation) -> str:
        return stamp_on(obj.invited_candidate, obj.sent_by)

    @admin.display(description="state")
    def state_now(self, obj: Invitation) -> str:
        return obj.state(timezone.now())

    @admin.action(description="Send the invitation again", permissions=["change"])
    def send_once_more(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        at, url = timezone.now(), sign_in_url(request)
        self.tell(
            request,
            queryset,
            lambda invitation: send_again(invitation, sign_in_url=url, by=request.user, at=at),
            "Invitations on their way again (this list says if one fails)",
        )

    @admin.action(description="Take the invitation back", permissions=["change"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        at: dt.datetime = timezone.now()
        self.tell(
            request,
            queryset,
            lambda invitation: revoke(invitation, by=request.user, at=at),
            "Invitations taken back, and the access they gave ended",
        )


@admin.register(Agent)
class AgentAdmin(ReadOnly):
    """Who acts for whom. Candidates invite them; staff may end their access."""

    list_display = ("name", "candidate", "election", "email", "invited", "ended")
    list_filter = (
        ("revoked_at", admin.EmptyFieldListFilter),
        "candidate__election",
    )
    list_select_related = ("candidate__election", "user", "invited_by", "revoked_by")
    search_fields = ("name", "user__email", "candidate__surname")
    actions = ("end_access",)
    fieldsets = (
        ("Who acts for whom", {"fields": ("name", "email", "candidate", "election")}),
        ("Record", {"fields": ("invited", "ended")}),
    )

    @admin.display(description="election")
    def election(self, obj: Agent) -> str:
        return str(obj.candidate.election)

    @admin.display(description="e-mail address")
    def email(self, obj: Agent) -> str:
        return obj.user.email

    @admin.display(description="invited", ordering="invited_at")
    def invited(self, obj: Agent) -> str:
        return _signed(obj, obj.invited_at, obj.invited_by)

    @admin.display(description="access ended", ordering="revoked_at")
    def ended(self, obj: Agent) -> str:
        return _signed(obj, obj.revoked_at, obj.revoked_by) if obj.revoked_at else "No"

    @admin.action(description="End the agent’s access at once", permissions=["change"])
    def end_access(self, request: HttpRequest, queryset: QuerySet[Agent]) -> None:
        at = timezone.now()
        self.tell(
            request,
            queryset.active(),
            lambda agent: revoke_agent(agent, by=request.user, at=at),
            "Access ended",
        )


def _signed(agent: Agent, at: dt.datetime, by: Any) -> str:
    day = f"{timezone.localtime(at):%-d %B %Y, %H:%M}"
    return f"{day}, {stamp_on(agent.candidate, by)}"
