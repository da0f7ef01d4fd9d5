from typing import Any

from django import forms
from django.db import models


class LocalMomentInput(forms.DateTimeInput):
    """One labelled field for a day and a time, with the browser's own picker.

    The admin's own pair of fields has no names a screen reader could say.
    """

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


# For ``formfield_overrides`` of every ModelAdmin and inline.
FIELDS: dict[Any, dict[str, Any]] = {
    models.DateTimeField: {"form_class": forms.DateTimeField, "widget": LocalMomentInput},
    models.URLField: {"assume_scheme": "https"},
}
