"""What the checks find, on the staff page of an item: beside the field it is about, or on top."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from pcc_portal.findings import Finding, Severity

from .models import ReleasableItem

GRAVEST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True)
class Beside:
    """A field that has findings beside it: its label, the id of its input, how many."""

    label: str
    id: str
    number: int


@dataclass(frozen=True)
class Checked:
    """What the panel says: what is not about one field, and where the rest stands."""

    on_top: list[Finding]
    beside: list[Beside]
    is_released: bool


def tell_findings(context: dict[str, Any], obj: ReleasableItem | None) -> None:
    """Put the findings of a saved item into the context of its staff page, and beside its fields.

    The item as it is stored is checked, not what a form that was refused made of it.
    """
    stored = type(obj)._default_manager.filter(pk=obj.pk).first() if obj and obj.pk else None
    if stored is None:
        return
    fields = context["adminform"].form.fields
    by_field = defaultdict[str, list[Finding]](list)
    for finding in sorted(stored.findings(), key=lambda one: GRAVEST_FIRST.index(one.severity)):
        by_field[finding.field if finding.field in fields else ""].append(finding)
    on_top = by_field.pop("", [])
    beside = []
    for name, found in by_field.items():
        bound = context["adminform"].form[name]
        told = {"findings": found, "help": bound.help_text}
        # The field says that it has help, which a screen reader then reads with it.
        bound.help_text = bound.field.help_text = render_to_string("releases/_findings.html", told)
        beside.append(Beside(str(bound.label), bound.id_for_label, len(found)))
    context["checked"] = Checked(on_top, beside, stored.is_released)
