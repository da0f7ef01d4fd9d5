"""Everything that was released so far, in order, for whoever is briefed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from elections.acting import acting_for
from elections.looking import StandIn
from elections.models import Election

from .models import Reader, releasable_models


@dataclass(frozen=True)
class Known:
    """One item in the version in force, with those it took the place of, the newest first."""

    item: Any
    earlier: list[Any]

    @property
    def kind(self) -> str:
        return str(self.item._meta.verbose_name)

    @property
    def first_at(self) -> dt.datetime:
        """When it first became known, in whichever version."""
        moment: dt.datetime = (self.earlier[-1] if self.earlier else self.item).release.released_at
        return moment

    @property
    def first_day(self) -> dt.date:
        return timezone.localdate(self.first_at)


def everything(election: Election, *, user: Reader, at: dt.datetime) -> list[Known]:
    """All that ``user`` may know of ``election``, the first item known first. One query a kind."""
    found = []
    for model in releasable_models():
        rows: Any = model._default_manager.visible_to(user, at)
        versions: dict[str, list[Any]] = {}
        for row in rows.filter(election=election).select_related("release").order_by("-version"):
            row.election = election
            versions.setdefault(row.slug, []).append(row)
        found += [Known(newest, earlier) for newest, *earlier in versions.values()]
    return sorted(found, key=lambda known: (known.first_at, known.kind, known.item.pk))


def is_briefed(user: Reader, election: Election, at: dt.datetime) -> bool:
    """Whether ``user`` knows what candidates of ``election`` know. Two queries at most."""
    if not user.is_authenticated:
        return False
    if isinstance(user, StandIn):
        return user.briefed_in == election.pk
    if getattr(user, "is_staff", False):
        return user.is_active
    return acting_for(user, election, at) is not None  # type: ignore[arg-type]
