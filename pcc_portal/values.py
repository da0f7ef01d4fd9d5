"""The values of a row as staff read them, for telling them what was changed."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import strip_tags
from django.utils.text import Truncator, capfirst

NOTHING = "nothing"
LONGEST = 400


def plain(value: Any) -> Any:
    """``value`` as JSON holds it, so that two readings of one row compare as equal."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def label(field: Any) -> str:
    return str(capfirst(field.verbose_name))


def in_words(field: Any, value: Any, known: "Known | None" = None) -> str:
    """A plain value of ``field`` in words. A related row costs a query, unless it is ``known``."""
    if field.many_to_many:
        return _related(field, value or [], known)
    if value in (None, "", []):
        return NOTHING
    if field.is_relation:
        return _related(field, [value], known)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.BooleanField):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " | ".join(str(one) for one in value)
    return Truncator(_moment(field, value)).chars(LONGEST)


class Known:
    """Related rows read together: one query for each model, however many rows name them."""

    def __init__(self) -> None:
        self._wanted: defaultdict[Any, set[Any]] = defaultdict(set)
        self._rows: dict[Any, dict[Any, Any]] = {}

    def want(self, field: Any, keys: Iterable[Any]) -> None:
        self._wanted[field.related_model].update(key for key in keys if key is not None)

    def get(self, field: Any, key: Any) -> Any:
        model = field.related_model
        if model not in self._rows:
            self._rows[model] = model._default_manager.in_bulk(list(self._wanted[model]))
        return self._rows[model].get(key)


def _related(field: Any, keys: Iterable[Any], known: Known | None) -> str:
    keys = list(keys)
    if known is None:
        known = Known()
        known.want(field, keys)
    rows = {key: known.get(field, key) for key in keys}
    named = (str(row) if row else f"number {key}, since deleted" for key, row in rows.items())
    return "; ".join(named) or NOTHING


def _moment(field: Any, value: Any) -> str:
    read = field.to_python(value)
    if isinstance(read, dt.datetime):
        return date_format(timezone.localtime(read), "j F Y, H:i")
    if isinstance(read, dt.date):
        return date_format(read, "j F Y")
    if isinstance(read, dt.time):
        return time_format(read, "H:i")
    return strip_tags(str(value)).strip() or NOTHING
