"""The record of changes over every model, newest first, for those who may read it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import CharField, OuterRef, Q, Subquery, Value
from django.db.models.fields.files import FieldFile
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from .history import read_relations, recorded_models, related_pks
from .values import Known, in_words, label, plain

READ_AUDIT = "elections.read_audit"
PER_PAGE = 50
PORTAL = "the portal itself"
EMPTY: tuple[Any, ...] = (None, "", False, [])
DONE = {"+": "Added", "~": "Changed", "-": "Deleted"}


@dataclass
class Change:
    """One field: what it was and what it became, in words."""

    label: str
    before: str
    after: str


@dataclass
class Entry:
    """One row of the record as it is read."""

    at: dt.datetime
    by: str
    done: str
    kind: str
    row: str
    address: str
    changes: list[Change] = field(default_factory=list)


def _kinds(user: Any) -> dict[str, Any]:
    """The kinds whose record ``user`` may read: a model may name a right in ``history_seen_by``."""
    return {
        model._meta.label_lower: model
        for model in recorded_models()
        if user.has_perm(getattr(model, "history_seen_by", READ_AUDIT))
    }


class AuditFilter(forms.Form):
    """By whom, about what and on which day."""

    by = forms.ChoiceField(label="Who", required=False)
    kind = forms.ChoiceField(label="What", required=False)
    day = forms.DateField(
        label="Day",
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "The day must be a real date, such as 18/04/2028."},
    )
    row = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = get_user_model()._default_manager.filter(is_staff=True)
        self.fields["by"].choices = [  # type: ignore[attr-defined]
            ("", "Everyone"),
            *((str(user.pk), str(user)) for user in staff),
            ("nobody", str(capfirst(PORTAL))),
        ]
        said = sorted(
            (str(capfirst(model._meta.verbose_name)), name) for name, model in kinds.items()
        )
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", "Everything"),
            *((name, words) for words, name in said),
        ]


@require_safe
@permission_required(READ_AUDIT, raise_exception=True)
def audit(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """What was changed, newest first. Its queries depend on the kinds shown, not on the rows."""
    kinds = _kinds(request.user)
    form = AuditFilter(request.GET, kinds=kinds)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = _found(wanted, kinds)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    return TemplateResponse(
        request,
        "admin/audit.html",
        {
            **context,
            "title": "What was changed",
            "form": form,
            "page": page,
            "entries": entries(page.object_list),
            "query": query.urlencode(),
            "row": _row_in_words(wanted.get("row", ""), kinds),
        },
    )


def _found(wanted: dict[str, Any], kinds: dict[str, Any]) -> Any:
    """(kind, history id, …) of every recorded change of ``kinds`` that is wanted, newest first."""
    about = Q()
    if wanted.get("by") == "nobody":
        about &= Q(history_user=None)
    elif wanted.get("by"):
        about &= Q(history_user=wanted["by"])
    if wanted.get("day"):
        start = timezone.make_aware(dt.datetime.combine(wanted["day"], dt.time()))
        end = timezone.make_aware(dt.datetime.combine(wanted["day"], dt.time.max))
        about &= Q(history_date__range=(start, end))
    one, _, key = wanted.get("row", "").partition(":")
    parts = []
    for name, model in kinds.items():
        if wanted.get("kind") not in (None, "", name):
            continue
        if one and (one not in kinds or not _is_number(key)):
            continue
        of_row = _of_row(model, kinds[one], int(key)) if one else Q()
        if of_row is None:
            continue
        parts.append(
            model.history.filter(about & of_row)
            .order_by()
            .annotate(recorded_of=Cast(Value(name), CharField()))
            .values_list("recorded_of", "history_id", "history_date")
        )
    if not parts:
        return []
    first, *others = parts
    return first.union(*others, all=True).order_by("-history_date", "-history_id", "recorded_of")


def _of_row(model: Any, owner: Any, key: int) -> Q | None:
    """The recorded rows of ``model`` that are the row ``key`` of ``owner``, or a part of it."""
    if model is owner:
        return Q(**{model._meta.pk.attname: key})
    page = admin.site._registry.get(owner)
    if page is None or model not in {inline.model for inline in page.inlines}:
        return None
    relation = next(f for f in model._meta.concrete_fields if f.related_model is owner)
    return Q(**{relation.attname: key})


def entries(found: Iterable[tuple[str, int, Any]]) -> list[Entry]:
    """The rows of the record in the order of ``found``, each with what it changed."""
    found = list(found)
    wanted = defaultdict(list)
    for kind, history_id, _ in found:
        wanted[kind].append(history_id)
    kinds = {kind: apps.get_model(kind) for kind in wanted}
    known = Known()
    read: dict[tuple[str, int], tuple[Any, Any]] = {}
    for kind, ids in wanted.items():
        for record, before in _with_the_ones_before(kinds[kind], ids):
            read[kind, record.history_id] = record, before
            _want_related(record, known)
            if before:
                _want_related(before, known)
    names = _names({record.history_user_id for record, _ in read.values()})
    return [_entry(kinds[kind], *read[kind, number], names, known) for kind, number, _ in found]


def _with_the_ones_before(model: Any, ids: list[int]) -> list[tuple[Any, Any]]:
    history = model.history.model
    earlier = history.objects.filter(
        **{model._meta.pk.attname: OuterRef(model._meta.pk.attname)},
        history_id__lt=OuterRef("history_id"),
    ).order_by("-history_id")
    rows = list(
        history.objects.filter(history_id__in=ids).annotate(
            earlier_id=Subquery(earlier.values("history_id")[:1])
        )
    )
    before = history.objects.in_bulk([row.earlier_id for row in rows if row.earlier_id])
    read_relations([*rows, *before.values()])
    return [(row, before.get(row.earlier_id)) for row in rows]


def _want_related(record: Any, known: Known) -> None:
    for tracked in record.tracked_fields:
        if tracked.is_relation:
            known.want(tracked, [getattr(record, tracked.attname)])
    for relation in record._history_m2m_fields:
        known.want(relation, related_pks(record, relation))


def changes_between(before: Any, after: Any, known: Known) -> list[Change]:
    """Field by field what two rows of the record differ in; all of a row that was added."""
    values = [
        (tracked, plain(_value(before, tracked)) if before else None, plain(_value(after, tracked)))
        for tracked in after.tracked_fields
        if not (tracked.primary_key or getattr(tracked, "auto_now", False))
    ]
    values += [
        (
            relation,
            related_pks(before, relation) if before else None,
            related_pks(after, relation),
        )
        for relation in after._history_m2m_fields
    ]
    return [
        Change(label(one), in_words(one, was, known), in_words(one, became, known))
        for one, was, became in values
        if was != became and not (before is None and became in EMPTY)
    ]


def _value(record: Any, tracked: Any) -> Any:
    value = getattr(record, tracked.attname)
    return value.name if isinstance(value, FieldFile) else value


def _entry(model: Any, record: Any, before: Any, names: dict[int, str], known: Known) -> Entry:
    is_deleted = record.history_type == "-"
    return Entry(
        at=record.history_date,
        by=names.get(record.history_user_id, PORTAL),
        done=DONE[record.history_type],
        kind=str(capfirst(model._meta.verbose_name)),
        row=_name(model, record, known),
        address="" if is_deleted else _address(model, record),
        changes=[] if is_deleted else changes_between(before, record, known),
    )


def _name(model: Any, record: Any, known: Known) -> str:
    """What the row was called at that time."""
    row = model(**{f.attname: getattr(record, f.attname) for f in record.tracked_fields})
    for tracked in record.tracked_fields:
        key = getattr(record, tracked.attname)
        if tracked.is_relation and key is not None:
            related = known.get(tracked, key)
            if related is None:  # deleted since: what it was called cannot be asked of it
                return f"number {row.pk}"
            setattr(row, tracked.name, related)
    return str(row)


def _address(model: Any, record: Any) -> str:
    try:
        return reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_change",
            args=[getattr(record, model._meta.pk.attname)],
        )
    except NoReverseMatch:
        return ""


def _names(user_ids: set[int | None]) -> dict[int, str]:
    """Who they are, or were when their account was deleted since. Two queries at most."""
    model: Any = get_user_model()
    ids = {user_id for user_id in user_ids if user_id is not None}
    names = {user.pk: str(user) for user in model._default_manager.filter(pk__in=ids)}
    for record in model.history.filter(id__in=ids - names.keys()).order_by("history_id"):
        names[record.id] = f"{record.name} (account deleted)"
    return names


def who(user_id: int | None) -> str:
    """Who made a change, for a sentence."""
    return _names({user_id}).get(user_id or 0, PORTAL)


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdigit()


def _row_in_words(row: str, kinds: dict[str, Any]) -> str:
    kind, _, key = row.partition(":")
    model = kinds.get(kind)
    if model is None or not _is_number(key):
        return ""
    record = model.history.filter(**{model._meta.pk.attname: int(key)}).first()
    if record is None:
        return ""
    known = Known()
    _want_related(record, known)
    return _name(model, record, known)


@dataclass
class LastChange:
    """Who last touched a row and when, as far as that is recorded, and what it is called."""

    by: str
    at: dt.datetime | None
    row: str


def last_change(model: Any, key: int) -> LastChange:
    """The newest recorded change of one row. A handful of queries."""
    record = model.history.filter(**{model._meta.pk.attname: key}).order_by("-history_id").first()
    if record is None:
        return LastChange("somebody", None, "")
    known = Known()
    _want_related(record, known)
    return LastChange(who(record.history_user_id), record.history_date, _name(model, record, known))
