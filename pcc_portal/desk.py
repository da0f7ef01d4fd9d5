"""What is due and what is wrong: the beginning of the staff's first page.

Each room says in a module ``due.py`` what it looks out for. ``settings.DUE`` names those functions:
given the moment, each returns its matters. Here they are asked for, for those who may see them.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Model, QuerySet, Window
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

Visitor = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True)
class Matter:
    """Something to look out for: the rows it is about, in the order in which they press.

    ``tell`` says of a row what its name does not, as “3 days ago”. ``first`` is what the first row
    is among them. ``may`` is the right that is needed, when seeing such rows is not enough.
    """

    code: str
    what: str
    rows: QuerySet[Any]
    tell: Callable[[Any], str]
    first: str = "Oldest"
    is_wrong: bool = False
    may: str = ""

    @property
    def model(self) -> type[Model]:
        return self.rows.model

    def is_for(self, user: Any) -> bool:
        meta = self.model._meta
        may_view = user.has_perm(f"{meta.app_label}.view_{meta.model_name}")
        return may_view and (not self.may or user.has_perm(self.may))

    def line(self) -> "Line | None":
        """Nothing when there are no such rows. One query."""
        row = self.rows.annotate(how_many=Window(Count("pk"))).first()
        if row is None:
            return None
        page = f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}"
        return Line(
            what=self.what,
            count=row.how_many,
            first=self.first,
            name=str(row),
            told=self.tell(row),
            address=f"{reverse(f'{page}_changelist')}?{DueFilter.parameter_name}={self.code}",
            page=reverse(f"{page}_change", args=[row.pk]),
            is_wrong=self.is_wrong,
        )


@dataclass(frozen=True)
class Line:
    """A matter as it stands: ``address`` lists all its rows, ``page`` is that of the first."""

    what: str
    count: int
    first: str
    name: str
    told: str
    address: str
    page: str
    is_wrong: bool


def matters(user: Visitor, at: dt.datetime) -> Iterator[Matter]:
    """All that ``user`` may see to."""
    for path in settings.DUE:
        of_room: Callable[[dt.datetime], list[Matter]] = import_string(path)
        yield from (matter for matter in of_room(at) if matter.is_for(user))


def lines(user: Visitor, at: dt.datetime) -> list[Line]:
    """What is wrong, then what is due. One query for each matter."""
    found = [line for matter in matters(user, at) if (line := matter.line())]
    return sorted(found, key=lambda line: not line.is_wrong)


def days_away(day: dt.date, on: dt.date) -> str:
    """How far ``day`` is from the day ``on``: “in 5 days”, “today”, “yesterday”."""
    days = (day - on).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return near.get(days, f"in {days} days" if days > 0 else f"{-days} days ago")


def since(moment: dt.datetime, at: dt.datetime) -> str:
    """``days_away`` of a moment, by days in the UK."""
    return days_away(timezone.localdate(moment), timezone.localdate(at))


class DueFilter(admin.SimpleListFilter):
    """Narrows the list of a model to one of its matters: where the first page leads to."""

    title = "what is due and what is wrong"
    parameter_name = "due"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        at = timezone.now()
        self.matters = {m.code: m for m in matters(request.user, at) if m.model is model}
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(matter.code, matter.what) for matter in self.matters.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        matter = self.matters.get(self.value() or "")
        if matter is None:
            return queryset
        return queryset.filter(pk__in=matter.rows.order_by().values("pk"))
